//! The target: whose namespaces are entered. `--target` names a process, or a namespace by its inode number, a directory
//! of persistent namespaces or a container.

mod by_inode;
mod candidates;
mod container;
mod dir;
mod elsewhere;
pub(crate) mod init;
mod membership;
mod mounted;
mod not_found;
mod process;
mod processes;
mod sought;
mod spec;
mod spec_kind;

pub(crate) use process::{Target, missing_target};
pub(crate) use spec::TargetSpec;
