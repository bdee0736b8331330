//! Why the helper could not be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use nix::errno::Errno;
use nix::unistd::{AccessFlags, eaccess, geteuid};

use nscore::cli::{Message, sentence};

const TUN: &str = "/dev/net/tun";

/// Names the package of the helper.
pub(super) fn missing_package(program: &str) -> Message {
    let package = match program {
        "pasta" => "passt",
        name => name,
    };
    sentence(
        "%s(1) is in no directory of PATH: install the package %s (`apt install \
         %s`)",
        &[&program, &package, &package],
    )
}

/// Names the device that the helper opens, if it is missing or closed to this user.
pub(super) fn tun_device() -> Option<Message> {
    match eaccess(TUN, AccessFlags::R_OK | AccessFlags::W_OK) {
        Err(Errno::ENOENT) => Some(sentence(
            "there is no %s: it is made by the kernel module tun (`modprobe tun`)",
            &[&TUN],
        )),
        Err(Errno::EACCES) => {
            let mode = fs::metadata(TUN).ok()?.permissions().mode() & 0o7777;
            let user = geteuid();
            Some(sentence(
                "user %s may not open %s, whose mode is %s: `chmod 666 %s`, as \
                 udev has it",
                &[&user, &TUN, &format!("{mode:04o}"), &TUN],
            ))
        }
        _ => None,
    }
}
