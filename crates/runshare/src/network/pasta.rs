//! pasta(1). It writes its PID to a file when the network is configured, and does not end by itself.
//!
//! It closes every descriptor but the standard ones, in versions since 2024, so these are what it gets: standard input
//! is the network namespace, and the file of the PID is standard output, a pipe. No file of another name is needed,
//! where another user could have put one.

use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;

use anyhow::{Context, Result};
use nscore::sys::file::pipe;

use crate::network::network_helper::{Command, NetworkHelper};
use crate::network::option::NetworkOption;
use crate::network::publish::PublishedPort;
use crate::network::target::NetworkTarget;

/// The address inside whose port 53 is that of the caller's name server.
pub(super) const NAME_SERVER: Ipv4Addr = Ipv4Addr::new(169, 254, 1, 1);

/// Starts it; the second value is what it reports on that it is ready.
///
/// Root, which pasta would change to `nobody`, which may not enter the namespace, enters the network namespace alone.
/// Another user must enter the user namespace first, by the PID of a process in it.
///
/// # Errors
/// Those of the system calls.
pub(super) fn start(
    mut command: Command<'_>,
    network: &NetworkOption,
    ports: &[PublishedPort],
    target: &NetworkTarget,
) -> Result<(NetworkHelper, OwnedFd)> {
    let (ready, ready_end) = pipe().context("pipe2 failed")?;
    command.stdin = Some(target.network.try_clone().context("fcntl failed")?);
    command.stdout = Some(ready_end);
    command.args(["--foreground", "--quiet", "--config-net", "--no-map-gw"]);
    command.args(["--pid", "/proc/self/fd/1", "--netns", "/proc/self/fd/0"]);
    if target.is_for_root {
        command.args(["--netns-only", "--runas", "0"]);
    } else {
        command.arg("--userns");
        command.arg(format!("/proc/{}/ns/user", target.process));
    }
    command.args(["--tcp-ns", "none", "--udp-ns", "none"]);
    for (option, is_udp) in [("--tcp-ports", false), ("--udp-ports", true)] {
        let ports = ports.iter().filter(|port| port.is_udp == is_udp);
        let ports: Vec<String> = ports
            .map(|port| format!("{}/{}:{}", port.address, port.host, port.inside))
            .collect();
        if ports.is_empty() {
            command.args([option, "none"]);
        }
        for port in &ports {
            command.args([option, port]);
        }
    }
    if let Some(address) = network.name_server {
        command.arg("--dns-forward");
        command.arg(address.to_string());
    }
    for argument in &network.arguments {
        command.arg(argument);
    }
    let helper = command.spawn(None)?;
    Ok((helper, ready))
}
