//! The capability sets of the target, `capabilities(7)`, as its status shows them.

use anyhow::{Context, Result};
use nix::sys::prctl::set_keepcaps;
use nscore::cli::{Message, sentence};
use nscore::credentials::{become_user, drop_bounding_capabilities};
use nscore::procfs::ProcStatus;
use nscore::sys::capability::{self, Capabilities};

/// The five sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CapabilitySets {
    bounding: u64,
    inheritable: u64,
    permitted: u64,
    effective: u64,
    ambient: u64,
}

impl CapabilitySets {
    /// Parses them; a set that this kernel does not show is empty, but for the bounding set.
    pub(crate) fn parse(status: &ProcStatus) -> CapabilitySets {
        let set = |name| status.mask(name).unwrap_or(0);
        CapabilitySets {
            bounding: status.mask("CapBnd").unwrap_or(u64::MAX),
            inheritable: set("CapInh"),
            permitted: set("CapPrm"),
            effective: set("CapEff"),
            ambient: set("CapAmb"),
        }
    }

    /// Drops what the target's bounding set lacks, becomes the user, and then has the other sets. What this process
    /// does not have it cannot have then; `warn` is called.
    ///
    /// # Errors
    /// `setuid() failed`, `capget failed`, `capset failed`, `prctl(PR_CAP_AMBIENT) failed`.
    pub(crate) fn become_user_with(self, user: Option<u32>, warn: &dyn Fn(&Message)) -> Result<()> {
        if drop_bounding_capabilities(!self.bounding).is_err() {
            warn(&sentence(
                "warning: the capability bounding set is larger than the target's: \
                  to lower it requires CAP_SETPCAP",
                &[],
            ));
        }
        set_keepcaps(true).context("prctl failed")?;
        if let Some(user) = user {
            become_user(user)?;
        }
        let own = capability::get().context("capget failed")?;
        let permitted = self.permitted & own.permitted_mask();
        if permitted != self.permitted {
            warn(&sentence(
                "warning: the target has capabilities that the caller does not have",
                &[],
            ));
        }
        let inheritable = self.inheritable & (own.inheritable_mask() | own.permitted_mask());
        let sets = Capabilities::from_masks(self.effective & permitted, permitted, inheritable);
        capability::set(&sets).context("capset failed")?;
        capability::clear_ambient().context("prctl(PR_CAP_AMBIENT) failed")?;
        let ambient = self.ambient & permitted & inheritable;
        for number in (0..64).filter(|number| ambient >> number & 1 == 1) {
            capability::raise_ambient(number).context("prctl(PR_CAP_AMBIENT) failed")?;
        }
        set_keepcaps(false).context("prctl failed")
    }
}
