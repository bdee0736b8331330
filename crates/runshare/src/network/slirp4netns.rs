//! slirp4netns(1). It writes a 1 to a descriptor when the network is configured, and ends when the other end of another
//! descriptor is closed, even by a SIGKILL of this process.

use std::ffi::OsStr;
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::{Context, Result};
use nscore::sys::file::pipe;

use crate::network::network_helper::{Command, NetworkHelper};
use crate::network::option::NetworkOption;
use crate::network::target::NetworkTarget;

/// The name of the device that it creates.
const DEVICE: &str = "tap0";

/// Returns the address inside whose port 53 is that of the caller's name server: the third of its network, the value of
/// `--cidr`. `None` if that is not one.
pub(super) fn name_server(cidr: Option<&OsStr>) -> Option<Ipv4Addr> {
    let Some(cidr) = cidr else {
        return Some(Ipv4Addr::new(10, 0, 2, 3));
    };
    let (network, _) = cidr.to_str()?.split_once('/')?;
    let network: Ipv4Addr = network.parse().ok()?;
    u32::from(network).checked_add(3).map(Ipv4Addr::from)
}

/// Starts it; the second value is what it reports on that it is ready.
///
/// Root enters the network namespace by a descriptor. Another user must enter the user namespace first, and slirp4netns
/// finds that of its sandbox by a PID alone. Its sandbox becomes root of the user namespace, so there is none where no
/// root is mapped.
///
/// # Errors
/// Those of the system calls.
pub(super) fn start(
    mut command: Command<'_>,
    network: &NetworkOption,
    api_path: Option<&Path>,
    target: &NetworkTarget,
) -> Result<(NetworkHelper, OwnedFd)> {
    let (ready, ready_end) = pipe().context("pipe2 failed")?;
    let (exit_end, exit) = pipe().context("pipe2 failed")?;
    let ready_end = command.inherit(ready_end);
    let exit_end = command.inherit(exit_end);
    command.args(["--configure", "--disable-host-loopback", "--enable-seccomp"]);
    command.arg(format!("--ready-fd={ready_end}"));
    command.arg(format!("--exit-fd={exit_end}"));
    if target.is_for_root || target.has_root {
        command.arg("--enable-sandbox");
    }
    if let Some(path) = api_path {
        command.arg("--api-socket");
        command.arg(path);
    }
    for argument in &network.arguments {
        command.arg(argument);
    }
    if target.is_for_root {
        let namespace = target.network.try_clone().context("fcntl failed")?;
        let namespace = command.inherit(namespace);
        command.arg("--netns-type=path");
        command.arg(format!("/proc/self/fd/{namespace}"));
    } else {
        command.arg(target.process.to_string());
    }
    command.arg(DEVICE);
    let helper = command.spawn(Some(exit))?;
    Ok((helper, ready))
}
