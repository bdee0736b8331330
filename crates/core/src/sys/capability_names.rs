//! The names of all capabilities, `capabilities(7)`, by their numbers.

/// The names without `CAP_`, the number of each being its place.
const NAMES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// Returns the number of a capability, by its name in upper or lower case, with `CAP_` or without.
pub fn number_of(name: &str) -> Option<u32> {
    let lower = name.to_ascii_lowercase();
    let plain = lower.strip_prefix("cap_").unwrap_or(&lower);
    let place = NAMES.iter().position(|known| *known == plain)?;
    u32::try_from(place).ok()
}

/// Returns all names in their order.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::capability::{CAP_KILL, CAP_SETPCAP, CAP_SYS_ADMIN, CAP_SYS_PTRACE};

    #[test]
    fn a_name_is_that_of_its_number() {
        for capability in [CAP_KILL, CAP_SETPCAP, CAP_SYS_ADMIN, CAP_SYS_PTRACE] {
            assert_eq!(number_of(capability.name()), Some(capability.number()));
        }
        assert_eq!(number_of("net_raw"), Some(13));
        assert_eq!(number_of("Cap_Net_Raw"), Some(13));
        assert_eq!(number_of("cap_checkpoint_restore"), Some(40));
        for name in ["", "cap_", "all", "13", "net_raw "] {
            assert_eq!(number_of(name), None, "{name:?}");
        }
    }
}
