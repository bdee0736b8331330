//! The columns: what each is called, how it is laid out, what stands in it.
//!
//! The table is the original's and in its order; ours stand behind it. Names, kinds and widths are interface.

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    /// The inode number.
    Ns,
    /// The type.
    Type,
    /// The file of the process that stands for it.
    Path,
    /// How many processes are in it.
    Nprocs,
    /// The process that stands for it, the lowest.
    Pid,
    /// That one's parent.
    Ppid,
    /// What that one was called with.
    Command,
    /// That one's user.
    Uid,
    /// The user's name.
    User,
    /// What this network namespace calls it.
    Netnsid,
    /// Where it is mounted.
    Nsfs,
    /// The namespace that it was made in.
    Pns,
    /// The user namespace that owns it.
    Ons,
    /// What keeps it alive.
    Held,
    /// The kernel's 64-bit number for it.
    Nsid,
    /// Who made the user namespace that owns it, or that it is.
    Owner,
    /// The cgroup of the process.
    Cgroup,
    /// The container that this cgroup is made for.
    Container,
}

/// What the table says of a column.
struct Line {
    name: &'static str,
    hint: usize,
    layout: Layout,
    number: bool,
    help: &'static str,
}

/// How a column is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Left,
    Right,
    Shrinking,
}

impl Column {
    /// The original's columns in its order.
    pub(crate) const ORIGINAL: [Column; 13] = [
        Column::Ns,
        Column::Type,
        Column::Path,
        Column::Nprocs,
        Column::Pid,
        Column::Ppid,
        Column::Command,
        Column::Uid,
        Column::User,
        Column::Netnsid,
        Column::Nsfs,
        Column::Pns,
        Column::Ons,
    ];

    /// Those that the original lacks.
    pub(crate) const ADDED: [Column; 5] = [
        Column::Held,
        Column::Nsid,
        Column::Owner,
        Column::Cgroup,
        Column::Container,
    ];

    const fn line(self) -> Line {
        use Layout::{Left, Right, Shrinking};
        match self {
            Column::Ns => line("NS", 0, Right, true, "inode number of the namespace"),
            Column::Type => line("TYPE", 5, Left, false, "its type"),
            Column::Path => line(
                "PATH",
                0,
                Left,
                false,
                "file of the namespace below /proc/PID",
            ),
            Column::Nprocs => line("NPROCS", 5, Right, true, "how many processes are in it"),
            Column::Pid => line("PID", 5, Right, true, "the lowest of their numbers"),
            Column::Ppid => line("PPID", 5, Right, true, "parent of this process"),
            Column::Command => line(
                "COMMAND",
                0,
                Shrinking,
                false,
                "command line of this process",
            ),
            Column::Uid => line("UID", 0, Right, true, "user id of this process"),
            Column::User => line("USER", 0, Left, false, "name of this user"),
            Column::Netnsid => line(
                "NETNSID",
                0,
                Right,
                false,
                "number that the caller's network has for it",
            ),
            Column::Nsfs => line("NSFS", 0, Left, false, "where it is mounted"),
            Column::Pns => line(
                "PNS",
                10,
                Right,
                true,
                "inode number of the namespace it was made in",
            ),
            Column::Ons => line(
                "ONS",
                10,
                Right,
                true,
                "inode number of the user namespace that owns it",
            ),
            Column::Held => line("HELD", 0, Left, false, "what keeps it alive"),
            Column::Nsid => line("NSID", 0, Right, true, "64-bit number, never used again"),
            Column::Owner => line(
                "OWNER",
                0,
                Right,
                true,
                "user id of who made the user namespace that owns it",
            ),
            Column::Cgroup => line("CGROUP", 0, Left, false, "cgroup of this process"),
            Column::Container => line(
                "CONTAINER",
                0,
                Left,
                false,
                "container of this process: the engine and a short id",
            ),
        }
    }

    /// Its heading.
    pub(crate) const fn name(self) -> &'static str {
        self.line().name
    }

    /// How wide it would like to be, in cells of a terminal.
    pub(crate) const fn hint(self) -> usize {
        self.line().hint
    }

    /// Whether it is aligned on the right.
    pub(crate) fn is_right(self) -> bool {
        self.line().layout == Layout::Right
    }

    /// Whether it may be cut where the terminal is too narrow.
    pub(crate) fn shrinks(self) -> bool {
        self.line().layout == Layout::Shrinking
    }

    /// Whether numbers stand in it, for JSON and for the filter.
    pub(crate) const fn is_number(self) -> bool {
        self.line().number
    }

    /// What it shows.
    pub(crate) const fn help(self) -> &'static str {
        self.line().help
    }

    /// The column with this number, its place among the original's and then ours.
    pub(crate) fn from_number(number: usize) -> Option<Column> {
        let mut all = Column::ORIGINAL.into_iter().chain(Column::ADDED);
        all.find(|column| *column as usize == number)
    }

    /// The column of this name, in any case.
    pub(crate) fn from_name(name: &[u8]) -> Option<Column> {
        let mut all = Column::ORIGINAL.into_iter().chain(Column::ADDED);
        all.find(|column| column.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

const fn line(
    name: &'static str,
    hint: usize,
    layout: Layout,
    number: bool,
    help: &'static str,
) -> Line {
    Line {
        name,
        hint,
        layout,
        number,
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_by_its_name() {
        for column in Column::ORIGINAL.into_iter().chain(Column::ADDED) {
            assert_eq!(Column::from_name(column.name().as_bytes()), Some(column));
            let lower = column.name().to_ascii_lowercase();
            assert_eq!(Column::from_name(lower.as_bytes()), Some(column));
        }
        assert_eq!(Column::from_name(b""), None);
        assert_eq!(Column::from_name(b"NS "), None);
    }
}
