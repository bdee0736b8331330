//! `--init`: a small init is PID 1 of the new PID namespace, and the tool monitors the program from outside.
//!
//! ```text
//! caller's PID namespace                      │ new PID namespace
//!                                             │
//! shell ── runshare ──────── fork ────────────┼── init, PID 1 ─────── fork ────── PROGRAM, PID 2
//!          monitor.rs: forwards signals,      │   pid1.rs: reaps orphans,         sends "ready", then
//!          stops, continues and ends          │   forwards signals                execve(2)
//!          with the program                   │       │                              │
//!             ▲                               │       │ wait status of PID 2         │
//!             └── status_channel.rs ◄─────────┼───────┴──────────────────────────────┘
//! ```
//!
//! - A signal for the program goes to the tool, and from there straight to the program, through a pidfd
//!   ([`job_control`]). A signal that is sent to init from inside is forwarded too ([`pid1`]).
//! - The program stops: init sends its wait status, and the monitor stops itself, so that the shell sees a stopped job.
//!   The shell continues the job: the monitor forwards CONT ([`job_control`], [`terminal`]).
//! - The program ends: init sends its wait status and ends, the kernel kills every process left in the namespace, and the
//!   monitor ends as the program ended.
//! - The tool dies: the kernel sends init the parent-death signal.

mod job_control;
mod monitor;
mod pid1;
mod status_channel;
mod terminal;

pub(crate) use monitor::run;
