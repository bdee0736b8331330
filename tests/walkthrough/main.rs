//! The walkthrough of a user who learns namespaces: the commands of a tutorial written for `unshare` and `chroot`,
//! typed with `runshare` and `rchroot`, in a real Debian root.
//!
//! One module a namespace; `links` looks at all eight from outside, `readme` does what README.md says first, `ten_jobs`
//! runs its ten lines beside those of other tools, and `documents` types the sessions that README.md and the man pages
//! show. Root runs the commands as the tutorial has them, with `sudo`. An ordinary user has the same rights in a user
//! namespace and says `--user --map-root-user` first; whatever works so is tested so. All of it happens in namespaces
//! that end with the program, so that a test which fails leaves nothing behind either.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cgroup;
mod documents;
mod fixture;
mod ipc;
mod links;
mod many_hosts;
mod mount;
mod net;
mod pid;
mod readme;
mod ten_jobs;
mod time;
mod user;
mod uts;
