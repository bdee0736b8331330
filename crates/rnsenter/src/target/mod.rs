//! The target: whose namespaces are entered. `--target` names a process, or a namespace by its inode number, a directory
//! of persistent namespaces or a container.

mod by_inode;
mod candidates;
mod container;
mod dir;
pub(crate) mod init;
mod membership;
mod not_found;
mod process;
mod process_list;
mod spec;
mod spec_kind;

pub(crate) use process::{Target, missing_target};
pub(crate) use spec::TargetSpec;
