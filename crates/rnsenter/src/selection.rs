//! Which namespaces are to be entered, and where each comes from.

use std::os::fd::{OwnedFd, RawFd};

use nscore::ns_type::NsType;

/// Where something comes from: the target has it, or it was named and is open.
#[derive(Debug)]
pub(crate) enum Origin {
    Target,
    Opened(OwnedFd),
}

/// The namespaces that were selected.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// `--all`: every type that the target has.
    pub(crate) all: bool,
    /// With it: but those that the caller is in already, unless they are selected by themselves.
    pub(crate) differing_only: bool,
    /// In the order of entering.
    pub(crate) namespaces: Vec<(NsType, Origin)>,
    /// `--net-socket`: the number of a socket among the target's descriptors.
    pub(crate) net_socket: Option<RawFd>,
    /// `--user-parent`.
    pub(crate) user_parent: bool,
}

impl Selection {
    /// Chooses a namespace; a file that was named once stays named, and a later file replaces it.
    pub(crate) fn select(&mut self, namespace: NsType, source: Origin) {
        let mut known = self.namespaces.iter();
        let place = known.position(|(known, _)| *known >= namespace);
        let place = place.unwrap_or(self.namespaces.len());
        match (self.namespaces.get_mut(place), source) {
            (Some((known, _)), Origin::Target) if *known == namespace => {}
            (Some((known, named)), source) if *known == namespace => *named = source,
            (_, source) => self.namespaces.insert(place, (namespace, source)),
        }
    }

    /// Returns the types that were chosen and are to come from the target.
    pub(crate) fn selected_from_target(&self) -> impl Iterator<Item = NsType> {
        let chosen = self.namespaces.iter();
        chosen.filter_map(|(of, source)| matches!(source, Origin::Target).then_some(*of))
    }

    /// Returns whether a namespace is to come from the target.
    pub(crate) fn needs_target(&self) -> bool {
        let any = self.all || self.user_parent || self.net_socket.is_some();
        any || self.selected_from_target().next().is_some()
    }

    /// Returns whether nothing was said of what to enter.
    pub(crate) fn selects_none(&self) -> bool {
        let any = self.all || self.user_parent || self.net_socket.is_some();
        !any && self.namespaces.is_empty()
    }

    /// Returns whether this type is to be entered.
    pub(crate) fn selects(&self, namespace: NsType) -> bool {
        self.namespaces
            .iter()
            .any(|(entered, _)| *entered == namespace)
    }
}
