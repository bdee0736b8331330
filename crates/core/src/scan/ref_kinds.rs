//! What keeps a namespace alive.

use std::ops::BitOrAssign;

/// A set of ways to keep a namespace alive: the words of the column HELD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefKinds(u8);

impl RefKinds {
    /// A process is in it.
    pub const PROCESS: RefKinds = RefKinds(1);
    /// A thread is in it whose process is in another.
    pub const THREAD: RefKinds = RefKinds(2);
    /// The future children of a process will be in it.
    pub const CHILDREN: RefKinds = RefKinds(4);
    /// Its file is open somewhere.
    pub const DESCRIPTOR: RefKinds = RefKinds(8);
    /// A socket of it is open somewhere.
    pub const SOCKET: RefKinds = RefKinds(16);
    /// Its file is mounted somewhere.
    pub const MOUNT: RefKinds = RefKinds(32);
    /// A namespace was made in it that is still there.
    pub const CHILD: RefKinds = RefKinds(64);
    /// It is a process, and not a thread alone, that has its file or a socket of it open: no word of its own.
    pub const OPEN_IN_PROCESS: RefKinds = RefKinds(128);

    /// These ways and those.
    pub fn with(self, ways: RefKinds) -> RefKinds {
        RefKinds(self.0 | ways.0)
    }

    /// Returns whether any of those ways is among these.
    pub fn intersects(self, ways: RefKinds) -> bool {
        self.0 & ways.0 != 0
    }

    /// Returns the others of these ways.
    pub fn without(self, ways: RefKinds) -> RefKinds {
        RefKinds(self.0 & !ways.0)
    }

    /// Returns the words, in the order of the ways above.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let words = [
            (RefKinds::PROCESS, "proc"),
            (RefKinds::THREAD, "thread"),
            (RefKinds::CHILDREN, "children"),
            (RefKinds::DESCRIPTOR, "fd"),
            (RefKinds::SOCKET, "socket"),
            (RefKinds::MOUNT, "mount"),
            (RefKinds::CHILD, "child"),
        ];
        let among = move |(way, word): (RefKinds, _)| (self.0 & way.0 != 0).then_some(word);
        words.into_iter().filter_map(among)
    }
}

impl BitOrAssign for RefKinds {
    fn bitor_assign(&mut self, other: RefKinds) {
        self.0 |= other.0;
    }
}
