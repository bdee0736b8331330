//! Why the helper could not be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::errno::Errno;
use nix::unistd::{AccessFlags, eaccess, geteuid};

use nscore::hint::{Explanation, explanation};

use crate::network::option::HelperKind;

const TUN: &str = "/dev/net/tun";

/// Names the package of the helper.
pub(super) fn missing_package(program: &str) -> Explanation {
    let package = match program {
        "pasta" => "passt",
        name => name,
    };
    explanation(
        "missing-package",
        "%s(1) is in no directory of PATH: install the package %s (`apt install \
         %s`)",
        &[&program, &package, &package],
    )
}

/// Names what of this machine the helper lacks.
pub(super) fn missing_requirement(program: &str) -> Option<Explanation> {
    tun_device().or_else(|| default_route(program))
}

/// pasta(1) copies the addresses and routes of the device to which the default route leads.
fn default_route(program: &str) -> Option<Explanation> {
    if program != "pasta" || has_default_route(Path::new("/proc/net")) {
        return None;
    }
    let msgid =
        "this machine has no default route, which pasta(1) copies: --network=%s requires none";
    Some(explanation(
        "no-default-route",
        msgid,
        &[&HelperKind::Slirp4netns.name()],
    ))
}

/// Returns whether a route of IPv4 or IPv6 leads to every address through a device that is not the loopback.
fn has_default_route(directory: &Path) -> bool {
    let read = |name: &str| fs::read_to_string(directory.join(name)).unwrap_or_default();
    let ipv4 = read("route");
    let ipv6 = read("ipv6_route");
    let is_default_of_ipv4 = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.get(1) == Some(&"00000000") && fields.get(7) == Some(&"00000000")
    };
    let is_default_of_ipv6 = |line: &str| {
        let is_any = line.starts_with("00000000000000000000000000000000 00 ");
        is_any && line.split_whitespace().last() != Some("lo")
    };
    ipv4.lines().any(is_default_of_ipv4) || ipv6.lines().any(is_default_of_ipv6)
}

/// Names the device that the helper opens, if it is missing or closed to this user.
fn tun_device() -> Option<Explanation> {
    match eaccess(TUN, AccessFlags::R_OK | AccessFlags::W_OK) {
        Err(Errno::ENOENT) => Some(explanation(
            "missing-kernel-module",
            "there is no %s: it is made by the kernel module tun (`modprobe tun`)",
            &[&TUN],
        )),
        Err(Errno::EACCES) => {
            let mode = fs::metadata(TUN).ok()?.permissions().mode() & 0o7777;
            let user = geteuid();
            Some(explanation(
                "closed-device",
                "user %s may not open %s, whose mode is %s: `chmod 666 %s`, as \
                 udev has it",
                &[&user, &TUN, &format!("{mode:04o}"), &TUN],
            ))
        }
        _ => None,
    }
}
