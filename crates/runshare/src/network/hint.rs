//! Why the helper could not be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use nix::errno::Errno;
use nix::unistd::{AccessFlags, eaccess, geteuid};

const TUN: &str = "/dev/net/tun";

/// Names the package of the helper.
pub(super) fn missing_package(program: &str) -> String {
    let package = match program {
        "pasta" => "passt",
        name => name,
    };
    format!(
        "{program}(1) is in no directory of PATH: install the package {package} (`apt install \
         {package}`)"
    )
}

/// Names the device that the helper opens, if it is missing or closed to this user.
pub(super) fn tun_device() -> Option<String> {
    match eaccess(TUN, AccessFlags::R_OK | AccessFlags::W_OK) {
        Err(Errno::ENOENT) => Some(format!(
            "there is no {TUN}: it is made by the kernel module tun (`modprobe tun`)"
        )),
        Err(Errno::EACCES) => {
            let mode = fs::metadata(TUN).ok()?.permissions().mode() & 0o7777;
            let user = geteuid();
            Some(format!(
                "user {user} may not open {TUN}, whose mode is {mode:04o}: `chmod 666 {TUN}`, as \
                 udev has it"
            ))
        }
        _ => None,
    }
}
