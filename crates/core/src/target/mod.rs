//! What a user names whose namespaces are meant: one grammar for `rnsenter --target` and for the operand, `--task`,
//! `--holders` and `--compare` of `rlsns`.
//!
//! | form | example | names |
//! |---|---|---|
//! | PID, PID:INODE | `4711`, `4711:40265` | a process |
//! | inode number | `4026532281` | a namespace |
//! | TYPE:\[INODE\] | `net:[4026532281]` | a namespace |
//! | path | `/run/netns/blue`, `./box` | a namespace file, or a directory of persistent namespaces |
//! | container ID | `fafab473185b` | the first process of a container |
//! | netns:NAME | `netns:blue` | /run/netns/blue |
//!
//! Spelling alone decides which form a word has (`spec_kind.rs`). [`ResolvedTarget::resolve`] finds what it names;
//! numbers are parsed by [`Target::parse`] or by the program, as its original reads them.

mod by_inode;
mod candidates;
mod container;
pub mod hint;
mod membership;
mod named_file;
mod process;
mod process_list;
mod purpose;
mod resolve;
mod spec_kind;

pub use by_inode::{FoundNamespace, Members};
pub use named_file::NamespaceFile;
pub use process::{Target, is_invalid_pid, read_limited};
pub use purpose::Purpose;
pub use resolve::{ResolvedTarget, invalid_target_hint};
pub use spec_kind::Number;
