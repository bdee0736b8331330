//! The options that unshare(1) does not have, apart from those of the environment and `--init`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use anyhow::Result;
use nscore::hardening::{Hardening, HardeningOption};
use nscore::ns_type::NsType;

use crate::cap_drop::parse_capabilities;
use crate::cgroup::{CgroupLimit, parse_cgroup_limits};
use crate::limits::{Limit, parse_limit};
use crate::network::{NetworkOption, PublishedPort, parse_network, parse_publish};

/// Which of these options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExtensionId {
    All,
    Hostname,
    Domainname,
    Loopback,
    Network,
    Publish,
    PivotRoot,
    Persist,
    Unpersist,
    Check,
    Json,
    CapDrop,
    Limit,
    CgroupLimit,
    Hardening(HardeningOption),
}

impl ExtensionId {
    /// Returns the namespace that the option implies, if it implies one.
    pub(crate) fn implied_namespace(self) -> Option<NsType> {
        match self {
            ExtensionId::Hostname | ExtensionId::Domainname => Some(NsType::Uts),
            ExtensionId::Loopback | ExtensionId::Network => Some(NsType::Net),
            ExtensionId::PivotRoot => Some(NsType::Mount),
            ExtensionId::All
            | ExtensionId::Persist
            | ExtensionId::Unpersist
            | ExtensionId::Check
            | ExtensionId::Publish
            | ExtensionId::Json
            | ExtensionId::CapDrop
            | ExtensionId::Limit
            | ExtensionId::CgroupLimit
            | ExtensionId::Hardening(_) => None,
        }
    }
}

/// The values of these options.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    /// Whether every type of namespace is unshared.
    pub(crate) all: bool,
    pub(crate) host_name: Option<OsString>,
    pub(crate) domain_name: Option<OsString>,
    /// Whether the loopback device is brought up.
    pub(crate) loopback: bool,
    /// What connects the network namespace to the outside.
    pub(crate) network: Option<NetworkOption>,
    /// The ports of the machine that lead into it.
    pub(crate) published: Vec<PublishedPort>,
    /// Whether the root of the mount namespace is changed, not that of the process.
    pub(crate) pivot_root: bool,
    pub(crate) hardening: Hardening,
    /// The directory in which namespaces without a file become persistent.
    pub(crate) persist: Option<PathBuf>,
    /// The directory whose persistent namespaces are removed.
    pub(crate) unpersist: Option<PathBuf>,
    /// Whether to report what can be created, and run nothing.
    pub(crate) check: bool,
    /// The capabilities that the program cannot have, bit N for capability N.
    pub(crate) cap_drop: u64,
    pub(crate) limits: Vec<Limit>,
    /// The limits of the cgroup that the program gets, if there are any.
    pub(crate) cgroup_limits: Vec<CgroupLimit>,
    /// Whether to report it as JSON.
    pub(crate) json: bool,
}

impl Extensions {
    /// Applies one option.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub(crate) fn set(&mut self, id: ExtensionId, value: &OsStr) -> Result<()> {
        match id {
            ExtensionId::All => self.all = true,
            ExtensionId::Hostname => self.host_name = Some(value.to_owned()),
            ExtensionId::Domainname => self.domain_name = Some(value.to_owned()),
            ExtensionId::Loopback => self.loopback = true,
            ExtensionId::Network => self.network = Some(parse_network(value)?),
            ExtensionId::Publish => self.published.push(parse_publish(value)?),
            ExtensionId::PivotRoot => self.pivot_root = true,
            ExtensionId::Persist => self.persist = Some(value.into()),
            ExtensionId::Unpersist => self.unpersist = Some(value.into()),
            ExtensionId::Check => self.check = true,
            ExtensionId::Json => self.json = true,
            ExtensionId::CapDrop => self.cap_drop |= parse_capabilities(value)?,
            ExtensionId::Limit => self.limits.push(parse_limit(value)?),
            ExtensionId::CgroupLimit => self.cgroup_limits.extend(parse_cgroup_limits(value)?),
            ExtensionId::Hardening(option) => self.hardening.set(option),
        }
        Ok(())
    }
}
