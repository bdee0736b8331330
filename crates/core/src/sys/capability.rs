//! Capabilities, `capabilities(7)`, through the kernel's own interface: the sets of a process are two words of 32
//! bits each.

use nix::errno::Errno;
use nix::libc::{self, c_int, c_ulong};

/// _LINUX_CAPABILITY_VERSION_3 of `capget(2)`.
const VERSION: u32 = 0x2008_0522;

/// `struct __user_cap_header_struct`; pid 0 is the caller.
#[repr(C)]
struct Header {
    version: u32,
    pid: c_int,
}

/// `struct __user_cap_data_struct`; two of them hold the lower and the upper 32 capabilities.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Sets {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// The capability sets of a process.
#[derive(Clone, Copy)]
pub struct Capabilities([Sets; 2]);

impl Capabilities {
    /// These sets, a bit for each capability.
    pub fn from_masks(effective: u64, permitted: u64, inheritable: u64) -> Capabilities {
        let word = |mask: u64, shift: u32| u32::try_from(mask >> shift & 0xffff_ffff).unwrap_or(0);
        let half = |shift: u32| Sets {
            effective: word(effective, shift),
            permitted: word(permitted, shift),
            inheritable: word(inheritable, shift),
        };
        Capabilities([half(0), half(32)])
    }

    /// Returns whether this one is effective.
    pub fn has_effective(&self, capability: Capability) -> bool {
        self.mask(|half| half.effective) >> capability.number & 1 == 1
    }

    /// Returns the permitted ones, a bit for each.
    pub fn permitted_mask(&self) -> u64 {
        self.mask(|half| half.permitted)
    }

    /// Returns the inheritable ones, a bit for each.
    pub fn inheritable_mask(&self) -> u64 {
        self.mask(|half| half.inheritable)
    }

    fn mask(&self, set: impl Fn(Sets) -> u32) -> u64 {
        let [low, high] = self.0.map(|half| u64::from(set(half)));
        high << 32 | low
    }

    /// Returns the numbers of the permitted ones.
    pub fn permitted(&self) -> impl Iterator<Item = c_ulong> {
        let permitted = self.permitted_mask();
        (0..64).filter(move |capability| permitted >> capability & 1 == 1)
    }

    /// Returns the same, all that is permitted being inheritable too.
    pub fn with_permitted_inheritable(mut self) -> Capabilities {
        for half in &mut self.0 {
            half.inheritable = half.permitted;
        }
        self
    }

    /// Returns the same without those in this mask, of which bit N is capability N.
    pub fn without(mut self, mask: u64) -> Capabilities {
        for (half, first) in self.0.iter_mut().zip([0, 32]) {
            let dropped = u32::try_from(mask >> first & u64::from(u32::MAX)).unwrap_or(u32::MAX);
            half.effective &= !dropped;
            half.permitted &= !dropped;
            half.inheritable &= !dropped;
        }
        self
    }

    /// Returns the same without all but these.
    pub fn only(self, kept: &[Capability]) -> Capabilities {
        let kept = kept
            .iter()
            .fold(0, |mask, kept| mask | 1_u64 << kept.number);
        self.without(!kept)
    }
}

/// One of the capabilities that the programs need, by its name and its number in linux/capability.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    name: &'static str,
    number: u32,
}

/// To open the files of all users.
pub const CAP_DAC_OVERRIDE: Capability = capability("CAP_DAC_OVERRIDE", 1);
/// To send signals to the processes of all users.
pub const CAP_KILL: Capability = capability("CAP_KILL", 5);
/// To write a map of groups other than one's own.
pub const CAP_SETGID: Capability = capability("CAP_SETGID", 6);
/// To write a map of users other than one's own.
pub const CAP_SETUID: Capability = capability("CAP_SETUID", 7);
/// To change the root directory, or to enter a mount namespace.
pub const CAP_SYS_CHROOT: Capability = capability("CAP_SYS_CHROOT", 18);
/// To inspect the processes of all users.
pub const CAP_SYS_PTRACE: Capability = capability("CAP_SYS_PTRACE", 19);
/// To make and enter namespaces, and to mount.
pub const CAP_SYS_ADMIN: Capability = capability("CAP_SYS_ADMIN", 21);

/// To drop capabilities from the bounding set.
pub const CAP_SETPCAP: Capability = capability("CAP_SETPCAP", 8);

const fn capability(name: &'static str, number: u32) -> Capability {
    Capability { name, number }
}

impl Capability {
    /// Returns the name: `CAP_KILL`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns the number, which is that of its bit in a set.
    pub const fn number(self) -> u32 {
        self.number
    }
}

/// Returns the caller's capabilities, `capget(2)`.
///
/// # Errors
/// Those of `capget(2)`.
pub fn get() -> Result<Capabilities, Errno> {
    let mut header = Header {
        version: VERSION,
        pid: 0,
    };
    let mut sets = [Sets::default(); 2];
    // SAFETY: version 3 fills exactly two of the sets, which is what the array holds; both outlive the call.
    let result = unsafe { libc::syscall(libc::SYS_capget, &mut header, sets.as_mut_ptr()) };
    Errno::result(result).map(|_| Capabilities(sets))
}

/// Makes these the caller's capabilities, `capset(2)`.
///
/// # Errors
/// Those of `capset(2)`.
pub fn set(capabilities: &Capabilities) -> Result<(), Errno> {
    let mut header = Header {
        version: VERSION,
        pid: 0,
    };
    // SAFETY: version 3 reads exactly two sets, which is what the array holds; both outlive the call.
    let result = unsafe { libc::syscall(libc::SYS_capset, &mut header, capabilities.0.as_ptr()) };
    Errno::result(result).map(drop)
}

/// Has a capability that is permitted and inheritable survive exec, whoever the user is, `prctl(2)`.
///
/// # Errors
/// Those of PR_CAP_AMBIENT_RAISE.
pub fn raise_ambient(capability: c_ulong) -> Result<(), Errno> {
    let nothing: c_ulong = 0;
    let raise = libc::PR_CAP_AMBIENT_RAISE as c_ulong;
    // SAFETY: PR_CAP_AMBIENT takes four numbers and no pointer.
    let result = unsafe { libc::prctl(libc::PR_CAP_AMBIENT, raise, capability, nothing, nothing) };
    Errno::result(result).map(drop)
}

/// Has no capability survive exec by being ambient, `prctl(2)`.
///
/// # Errors
/// EINVAL before Linux 4.3.
pub fn clear_ambient() -> Result<(), Errno> {
    let nothing: c_ulong = 0;
    let clear = libc::PR_CAP_AMBIENT_CLEAR_ALL as c_ulong;
    // SAFETY: PR_CAP_AMBIENT takes four numbers and no pointer.
    let result = unsafe { libc::prctl(libc::PR_CAP_AMBIENT, clear, nothing, nothing, nothing) };
    Errno::result(result).map(drop)
}

/// Returns whether a capability is in the bounding set, `PR_CAPBSET_READ`.
///
/// # Errors
/// EINVAL if the kernel has no such capability.
pub fn is_bounding(capability: c_ulong) -> Result<bool, Errno> {
    // SAFETY: PR_CAPBSET_READ takes a number and no pointer.
    let result = unsafe { libc::prctl(libc::PR_CAPBSET_READ, capability) };
    Errno::result(result).map(|answer| answer == 1)
}

/// Removes a capability from the bounding set, for ever, `PR_CAPBSET_DROP`.
///
/// # Errors
/// EPERM without CAP_SETPCAP.
pub fn drop_bounding(capability: c_ulong) -> Result<(), Errno> {
    // SAFETY: PR_CAPBSET_DROP takes a number and no pointer.
    let result = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability) };
    Errno::result(result).map(drop)
}
