//! `--init`: an init of ours is PID 1 of the new pid namespace, and the tool waits outside.

mod job_control;
pub(crate) mod monitor;
pub(crate) mod pid1;
mod status_channel;
mod terminal;
