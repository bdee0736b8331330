//! What keeps a namespace alive.

use std::ops::BitOrAssign;

/// A set of ways to keep a namespace alive: the words of the column HELD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held(u8);

impl Held {
    /// A process is in it.
    pub const PROCESS: Held = Held(1);
    /// A thread is in it whose process is in another.
    pub const THREAD: Held = Held(2);
    /// The future children of a process will be in it.
    pub const CHILDREN: Held = Held(4);
    /// Its file is open somewhere.
    pub const DESCRIPTOR: Held = Held(8);
    /// A socket of it is open somewhere.
    pub const SOCKET: Held = Held(16);
    /// Its file is mounted somewhere.
    pub const MOUNT: Held = Held(32);
    /// A namespace was made in it that is still there.
    pub const CHILD: Held = Held(64);
    /// It is a process, and not a thread alone, that has its file or a socket of it open: no word of its own.
    pub const OPEN_IN_PROCESS: Held = Held(128);

    /// These ways and those.
    pub fn with(self, ways: Held) -> Held {
        Held(self.0 | ways.0)
    }

    /// Whether any of those ways is among these.
    pub fn has(self, ways: Held) -> bool {
        self.0 & ways.0 != 0
    }

    /// The others of these ways.
    pub fn without(self, ways: Held) -> Held {
        Held(self.0 & !ways.0)
    }

    /// The words, in the order of the ways above.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let words = [
            (Held::PROCESS, "proc"),
            (Held::THREAD, "thread"),
            (Held::CHILDREN, "children"),
            (Held::DESCRIPTOR, "fd"),
            (Held::SOCKET, "socket"),
            (Held::MOUNT, "mount"),
            (Held::CHILD, "child"),
        ];
        let among = move |(way, word): (Held, _)| (self.0 & way.0 != 0).then_some(word);
        words.into_iter().filter_map(among)
    }
}

impl BitOrAssign for Held {
    fn bitor_assign(&mut self, other: Held) {
        self.0 |= other.0;
    }
}
