//! The columns: their names, layout and contents.
//!
//! Those of lsns come first, in its order, then those that lsns lacks. Scripts depend on names, types and widths.

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ColumnId {
    /// The inode number.
    Ns,
    /// The type.
    Type,
    /// The file of the namespace below the /proc directory of the process that is shown.
    Path,
    /// How many processes are in it.
    Nprocs,
    /// The process that is shown: the one in it with the lowest PID.
    Pid,
    /// The parent of that process.
    Ppid,
    /// The command line of that process.
    Command,
    /// The user ID of that process.
    Uid,
    /// The name of that user.
    User,
    /// Its ID in the caller's network namespace.
    Netnsid,
    /// Where it is mounted.
    Nsfs,
    /// Its parent namespace.
    Pns,
    /// The user namespace that owns it.
    Ons,
    /// What keeps it alive.
    Held,
    /// The 64-bit ID that the kernel gave it.
    Nsid,
    /// The owner of its user namespace, or of itself.
    Owner,
    /// The cgroup of the process.
    Cgroup,
    /// The container that this cgroup belongs to.
    Container,
}

/// The properties of a column.
struct Properties {
    name: &'static str,
    hint: usize,
    layout: ColumnLayout,
    number: bool,
}

/// How a column is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ColumnLayout {
    Left,
    Right,
    Truncatable,
}

impl ColumnId {
    /// The columns of lsns, in its order.
    pub(crate) const ORIGINAL: [ColumnId; 13] = [
        ColumnId::Ns,
        ColumnId::Type,
        ColumnId::Path,
        ColumnId::Nprocs,
        ColumnId::Pid,
        ColumnId::Ppid,
        ColumnId::Command,
        ColumnId::Uid,
        ColumnId::User,
        ColumnId::Netnsid,
        ColumnId::Nsfs,
        ColumnId::Pns,
        ColumnId::Ons,
    ];

    /// The columns that lsns lacks.
    pub(crate) const ADDED: [ColumnId; 5] = [
        ColumnId::Held,
        ColumnId::Nsid,
        ColumnId::Owner,
        ColumnId::Cgroup,
        ColumnId::Container,
    ];

    const fn properties(self) -> Properties {
        use ColumnLayout::{Left, Right, Truncatable};
        match self {
            ColumnId::Ns => properties("NS", 0, Right, true),
            ColumnId::Type => properties("TYPE", 5, Left, false),
            ColumnId::Path => properties("PATH", 0, Left, false),
            ColumnId::Nprocs => properties("NPROCS", 5, Right, true),
            ColumnId::Pid => properties("PID", 5, Right, true),
            ColumnId::Ppid => properties("PPID", 5, Right, true),
            ColumnId::Command => properties("COMMAND", 0, Truncatable, false),
            ColumnId::Uid => properties("UID", 0, Right, true),
            ColumnId::User => properties("USER", 0, Left, false),
            ColumnId::Netnsid => properties("NETNSID", 0, Right, false),
            ColumnId::Nsfs => properties("NSFS", 0, Left, false),
            ColumnId::Pns => properties("PNS", 10, Right, true),
            ColumnId::Ons => properties("ONS", 10, Right, true),
            ColumnId::Held => properties("HELD", 0, Left, false),
            ColumnId::Nsid => properties("NSID", 0, Right, true),
            ColumnId::Owner => properties("OWNER", 0, Right, true),
            ColumnId::Cgroup => properties("CGROUP", 0, Left, false),
            ColumnId::Container => properties("CONTAINER", 0, Left, false),
        }
    }

    /// Its heading.
    pub(crate) const fn name(self) -> &'static str {
        self.properties().name
    }

    /// Returns how wide it should be where there is room, in cells of a terminal.
    pub(crate) const fn width_hint(self) -> usize {
        self.properties().hint
    }

    /// Returns whether it is aligned on the right.
    pub(crate) fn is_right_aligned(self) -> bool {
        self.properties().layout == ColumnLayout::Right
    }

    /// Returns whether it may be truncated where the terminal is too narrow.
    pub(crate) fn is_truncatable(self) -> bool {
        self.properties().layout == ColumnLayout::Truncatable
    }

    /// Returns whether it contains numbers, for JSON and for the filter.
    pub(crate) const fn is_number(self) -> bool {
        self.properties().number
    }

    /// Returns what it shows.
    pub(crate) const fn help(self) -> &'static str {
        match self {
            ColumnId::Ns => "inode number of the namespace",
            ColumnId::Type => "type of the namespace",
            ColumnId::Path => "file of the namespace below /proc/PID",
            ColumnId::Nprocs => "number of processes in the namespace",
            ColumnId::Pid => "lowest PID in the namespace",
            ColumnId::Ppid => "parent PID of the process",
            ColumnId::Command => "command line of the process",
            ColumnId::Uid => "user ID of the process",
            ColumnId::User => "user name of the process",
            ColumnId::Netnsid => "ID in the caller's network namespace",
            ColumnId::Nsfs => "mount points of the namespace",
            ColumnId::Pns => "inode number of the parent namespace",
            ColumnId::Ons => "inode number of the owning user namespace",
            ColumnId::Held => "what keeps the namespace alive",
            ColumnId::Nsid => "64-bit ID, never reused",
            ColumnId::Owner => "user ID of the owner of the user namespace",
            ColumnId::Cgroup => "cgroup of the process",
            ColumnId::Container => "container of the process: engine and short ID",
        }
    }

    /// Returns the column with this number in the order of the enum.
    pub(crate) fn from_number(number: usize) -> Option<ColumnId> {
        let mut all = ColumnId::ORIGINAL.into_iter().chain(ColumnId::ADDED);
        all.find(|column| *column as usize == number)
    }

    /// Returns the names of all columns.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let all = ColumnId::ORIGINAL.into_iter().chain(ColumnId::ADDED);
        all.map(ColumnId::name)
    }

    /// Returns the column of this name, in upper or lower case.
    pub(crate) fn from_name(name: &[u8]) -> Option<ColumnId> {
        let mut all = ColumnId::ORIGINAL.into_iter().chain(ColumnId::ADDED);
        all.find(|column| column.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

const fn properties(
    name: &'static str,
    hint: usize,
    layout: ColumnLayout,
    number: bool,
) -> Properties {
    Properties {
        name,
        hint,
        layout,
        number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_by_its_name() {
        for column in ColumnId::ORIGINAL.into_iter().chain(ColumnId::ADDED) {
            assert_eq!(ColumnId::from_name(column.name().as_bytes()), Some(column));
            let lower = column.name().to_ascii_lowercase();
            assert_eq!(ColumnId::from_name(lower.as_bytes()), Some(column));
        }
        assert_eq!(ColumnId::from_name(b""), None);
        assert_eq!(ColumnId::from_name(b"NS "), None);
    }
}
