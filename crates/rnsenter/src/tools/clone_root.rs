//! A copy of the mounts below the target's root. The kernel makes one only in the mount namespace that they are in, so
//! a child goes there for it and sends the descriptor back.
//!
//! The child is in no other namespace of the target: nobody inside sees it.

use std::os::fd::OwnedFd;

use anyhow::{Context, Result};
use nix::libc::CLONE_NEWNS;
use nscore::cli::{AlreadyReported, Diagnostics, sentence};
use nscore::hint::{self, WithHint};
use nscore::sys::descriptor_passing::{receive_descriptor, send_descriptor};
use nscore::sys::file::socket_pair;
use nscore::sys::mount::clone_tree;
use nscore::sys::namespace::setns;
use nscore::sys::process::{self, ExitReason};

/// Copies the tree of mounts below `root`, which is in the mount namespace `mount_ns`.
///
/// # Errors
/// That the child cannot be made; it reports its own errors.
pub(super) fn clone_root(
    root: &OwnedFd,
    mount_ns: &OwnedFd,
    diagnostics: &Diagnostics,
) -> Result<OwnedFd> {
    let (receiver, sender) = socket_pair().context("socketpair failed")?;
    let child = process::spawn(|| {
        let sent = send_clone(root, mount_ns, &sender);
        diagnostics.finish(sent.map(|()| ExitReason::Status(0)))
    });
    let child = child.with_hint(hint::explain_fork).context("fork failed")?;
    drop(sender);
    let received = receive_descriptor(&receiver).context("recvmsg failed")?;
    process::wait(child).context("waitpid failed")?;
    // Where there is none, the child has said why.
    received.ok_or_else(|| AlreadyReported(1).into())
}

fn send_clone(root: &OwnedFd, mount_ns: &OwnedFd, sender: &OwnedFd) -> Result<()> {
    setns(mount_ns, CLONE_NEWNS)
        .with_context(|| sentence("reassociate to namespace '%s' failed", &[&"ns/mnt"]))?;
    let clone = clone_tree(root).context("open_tree failed")?;
    send_descriptor(sender, &clone).context("sendmsg failed")
}
