//! The eight types of namespace: the one table that everything else asks.
//!
//! The order is the order in which namespaces are joined and bound (user first, for it gives the privilege that the
//! others need; mount and time last, for they change what paths and clocks mean), as `namespaces(7)` and
//! `nsenter(1)` have it.

use nix::libc::{self, c_int};

/// A type of namespace, `namespaces(7)`.
///
/// ```
/// use nscore::ns_type::NsType;
///
/// assert_eq!(NsType::Mount.option(), "mount");
/// assert_eq!(NsType::from_file(b"mnt"), Some(NsType::Mount));
/// let flags = NsType::Uts.flag() | NsType::User.flag();
/// assert!(NsType::in_flags(flags).eq([NsType::User, NsType::Uts]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NsType {
    /// User and group ids and capabilities, `user_namespaces(7)`.
    User,
    /// The root of /proc/PID/cgroup, `cgroup_namespaces(7)`.
    Cgroup,
    /// System V IPC and POSIX message queues, `ipc_namespaces(7)`.
    Ipc,
    /// Host name and domain name, `uts_namespaces(7)`.
    Uts,
    /// Network devices, addresses, ports, `network_namespaces(7)`.
    Net,
    /// Process ids, `pid_namespaces(7)`.
    Pid,
    /// Mounts, `mount_namespaces(7)`.
    Mount,
    /// The monotonic and the boot clock, `time_namespaces(7)`.
    Time,
}

/// The names of one type: its option, its flag, its files below /proc/PID/ns; and what a kernel needs to have it.
struct NsTypeInfo {
    option: &'static str,
    flag: c_int,
    file: &'static str,
    for_children_file: &'static str,
    requirement: &'static str,
}

impl NsType {
    /// Every type, in the order of joining.
    pub const ALL: [NsType; 8] = [
        NsType::User,
        NsType::Cgroup,
        NsType::Ipc,
        NsType::Uts,
        NsType::Net,
        NsType::Pid,
        NsType::Mount,
        NsType::Time,
    ];

    const fn row(self) -> NsTypeInfo {
        match self {
            NsType::User => row("user", libc::CLONE_NEWUSER, "user", "CONFIG_USER_NS"),
            NsType::Cgroup => row("cgroup", libc::CLONE_NEWCGROUP, "cgroup", "Linux 4.6"),
            NsType::Ipc => row("ipc", libc::CLONE_NEWIPC, "ipc", "CONFIG_IPC_NS"),
            NsType::Uts => row("uts", libc::CLONE_NEWUTS, "uts", "CONFIG_UTS_NS"),
            NsType::Net => row("net", libc::CLONE_NEWNET, "net", "CONFIG_NET_NS"),
            NsType::Pid => NsTypeInfo {
                for_children_file: "pid_for_children",
                ..row("pid", libc::CLONE_NEWPID, "pid", "CONFIG_PID_NS")
            },
            NsType::Mount => row("mount", libc::CLONE_NEWNS, "mnt", "Linux 3.8"),
            NsType::Time => NsTypeInfo {
                for_children_file: "time_for_children",
                ..row(
                    "time",
                    // It shares a bit with CSIGNAL, which is why clone(2) itself cannot take it.
                    libc::CLONE_NEWTIME,
                    "time",
                    "Linux 5.6 with CONFIG_TIME_NS",
                )
            },
        }
    }

    /// Returns the long option that names it: `mount`, `uts` …
    pub const fn option(self) -> &'static str {
        self.row().option
    }

    /// Returns its flag for `unshare(2)` and `setns(2)`.
    pub const fn flag(self) -> c_int {
        self.row().flag
    }

    /// Returns its file below /proc/PID/ns: `mnt`, `uts` …
    pub const fn file(self) -> &'static str {
        self.row().file
    }

    /// Returns the file below /proc/PID/ns that holds what PID has just unshared: a process never enters a new pid or
    /// time namespace itself, only its children do, so these two are in `…_for_children`.
    pub const fn for_children_file(self) -> &'static str {
        self.row().for_children_file
    }

    /// Returns what a kernel needs to have this type, and its file below /proc/PID/ns.
    pub const fn requirement(self) -> &'static str {
        self.row().requirement
    }

    /// Returns the sysctl that says how many of them each user may have, `namespaces(7)`: `user.max_mnt_namespaces`.
    pub fn sysctl(self) -> String {
        format!("user.max_{}_namespaces", self.file())
    }

    /// Returns those whose flags are in this sum, in the order of joining.
    pub fn in_flags(flags: c_int) -> impl Iterator<Item = NsType> {
        let all = NsType::ALL.into_iter();
        all.filter(move |namespace| flags & namespace.flag() != 0)
    }

    /// Returns the type with this file below /proc/PID/ns, which is also what a link to a namespace begins with.
    pub fn from_file(name: &[u8]) -> Option<NsType> {
        NsType::ALL
            .into_iter()
            .find(|namespace| namespace.file().as_bytes() == name)
    }

    /// Returns the type with this flag.
    pub fn from_flag(flag: c_int) -> Option<NsType> {
        NsType::ALL
            .into_iter()
            .find(|namespace| namespace.flag() == flag)
    }

    /// Returns the type whose long option is `name`.
    pub fn from_option(name: &str) -> Option<NsType> {
        NsType::ALL
            .into_iter()
            .find(|namespace| namespace.option() == name)
    }
}

const fn row(
    option: &'static str,
    flag: c_int,
    file: &'static str,
    requirement: &'static str,
) -> NsTypeInfo {
    NsTypeInfo {
        option,
        flag,
        file,
        for_children_file: file,
        requirement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_single_bits_and_all_different() {
        let mut seen = 0;
        for namespace in NsType::ALL {
            assert_eq!(namespace.flag().count_ones(), 1);
            assert_eq!(seen & namespace.flag(), 0);
            seen |= namespace.flag();
        }
    }

    #[test]
    fn the_kernel_knows_every_file_of_the_table() {
        for namespace in NsType::ALL {
            let link = std::fs::read_link(format!("/proc/self/ns/{}", namespace.file()));
            assert!(
                link.is_ok_and(|target| target.to_string_lossy().starts_with(namespace.file()))
            );
        }
    }

    #[test]
    fn the_kernel_knows_every_limit_of_the_table() {
        for namespace in NsType::ALL {
            let path = format!("/proc/sys/{}", namespace.sysctl().replacen('.', "/", 1));
            assert!(std::fs::metadata(&path).is_ok(), "{path}");
        }
    }

    #[test]
    fn a_sum_of_flags_is_taken_apart() {
        let sum = NsType::Net.flag() | NsType::User.flag() | libc::CLONE_FS;
        let types: Vec<NsType> = NsType::in_flags(sum).collect();
        assert_eq!(types, [NsType::User, NsType::Net]);
    }

    #[test]
    fn options_find_their_type() {
        for namespace in NsType::ALL {
            assert_eq!(NsType::from_option(namespace.option()), Some(namespace));
        }
        assert_eq!(NsType::from_option("mnt"), None);
    }
}
