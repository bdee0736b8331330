//! The target: whose namespaces are entered. The core's grammar says what `--target` names; here is what is selected
//! from it.

mod by_inode;
mod dir;
pub(crate) mod init;
mod spec;

pub(crate) use nscore::target::{Target, read_limited};
pub(crate) use spec::{TargetSpec, missing_target};
