//! What options require of each other.

use anyhow::{Error, Result, bail};
use nscore::cli::sentence;
use nscore::ns_type::NsType;
use nscore::sys::mount::Propagation;

use super::Options;
use crate::hint::time_is_missing;
use crate::network::check_ports;

impl Options {
    /// Checks what options require of each other, whatever their order.
    ///
    /// # Errors
    /// That one requires another, or that they exclude each other.
    pub(super) fn check_combinations(&self) -> Result<()> {
        let sets_clocks = self.monotonic.is_some() || self.boottime.is_some();
        if sets_clocks && !self.unshares(NsType::Time) {
            let sentence =
                "options --monotonic and --boottime require unsharing of a time namespace (-T)";
            return Err(Error::msg(sentence).context(time_is_missing()));
        }
        let extensions = &self.extensions;
        match &extensions.network {
            Some(network) => check_ports(network, &extensions.published)?,
            None if extensions.published.is_empty() => {}
            None => bail!("option --publish requires --network"),
        }
        let changes = self.mounts.changes().is_some();
        if extensions.json && !extensions.check && !changes {
            bail!("option --json requires --check or --changes");
        }
        if changes && !self.operands.is_empty() {
            bail!("option --changes does not run a program");
        }
        if extensions.check && !self.operands.is_empty() {
            bail!("option --check does not run a program");
        }
        if extensions.persist.is_some() && !self.persists(|_| true) {
            bail!("option --persist requires a new namespace without a FILE");
        }
        if extensions.pivot_root && self.root.is_none() {
            bail!("option --pivot-root requires --root");
        }
        // pivot_root(2) fails if the change would propagate to other mount namespaces.
        let propagates = !matches!(
            self.propagation,
            Some(Propagation::Private | Propagation::Slave)
        );
        if extensions.pivot_root && propagates {
            bail!("option --pivot-root requires --propagation private or slave");
        }
        self.mounts.check()?;
        if self.mounts.needs_waiter() && self.is_persistent(NsType::Mount) {
            bail!("option --overlay cannot be combined with a persistent mount namespace");
        }
        if self.mounts.maps_ids() && !(self.users.is_requested() && self.groups.is_requested()) {
            bail!("idmap of --bind requires a user namespace with maps of users and groups");
        }
        if !extensions.cgroup_limits.is_empty() && self.is_persistent(NsType::Cgroup) {
            bail!("option --cgroup-limit cannot be combined with a persistent cgroup namespace");
        }
        if !self.mounts.is_empty() && propagates {
            bail!("mounts below the root require --propagation private or slave");
        }
        match self.mounts.option_for_root() {
            Some(option) if self.root.is_none() => {
                bail!(sentence("option %s requires --root", &[&option]))
            }
            _ => Ok(()),
        }
    }
}
