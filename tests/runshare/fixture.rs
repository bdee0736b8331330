//! Who calls what in these tests: ours, the original beside it, and an ordinary user with subordinate ids.

use std::path::Path;

use nix::unistd::geteuid;
use testkit::{DifferentialTest, Program, Scratch, Tool};

/// The program under test.
pub(crate) const RUNSHARE: Program = Program::built(env!("CARGO_BIN_EXE_runshare"));

/// The ordinary user of these tests, where root runs them.
pub(crate) const TESTER: u32 = 1001;

/// Ours, called by its own name.
pub(crate) fn runshare() -> Tool {
    Tool::new(RUNSHARE).argv0("runshare")
}

/// Ours beside the original.
pub(crate) fn differential_test() -> Option<DifferentialTest> {
    Some(DifferentialTest::new("unshare", RUNSHARE)?.with_mask(testkit::mask::proc_pids))
}

/// A machine on which `tester` (1001:1001) has the subordinate ids 100000 to 165535, and root those from 200000 on.
pub(crate) struct Machine(Scratch);

impl Machine {
    /// Its files in /etc are these lines, which come first and so win, and the real ones.
    pub(crate) fn new() -> Machine {
        let scratch = Scratch::new();
        let with = |path: &str, line: &str| {
            let real = std::fs::read_to_string(path).unwrap_or_default();
            let name = Path::new(path).file_name().unwrap();
            scratch.file(name, format!("{line}\n{real}"));
        };
        with("/etc/passwd", "tester:x:1001:1001::/:/bin/sh");
        with("/etc/group", "tester:x:1001:");
        scratch.file("subuid", "root:200000:65536\ntester:100000:65536\n");
        scratch.file("subgid", "root:200000:65536\ntester:100000:65536\n");
        Machine(scratch)
    }

    /// Sets another /etc/subuid and /etc/subgid.
    pub(crate) fn subids(self, lines: &str) -> Machine {
        self.0.file("subuid", lines);
        self.0.file("subgid", lines);
        self
    }

    /// Runs the tool on this machine, as the user who runs the tests: root, that is.
    pub(crate) fn root(&self, tool: Tool) -> Tool {
        let files = ["passwd", "group", "subuid", "subgid"];
        files.iter().fold(tool, |tool, file| {
            tool.bind_over(self.0.path().join(file), Path::new("/etc").join(file))
        })
    }

    /// Runs the tool on this machine as `tester`.
    pub(crate) fn tester(&self, tool: Tool) -> Tool {
        self.root(tool).as_user(TESTER, TESTER, &[])
    }
}

/// Whoever runs the tests; where that is root, on a machine whose files are known.
pub(crate) fn anybody() -> impl Fn(Tool) -> Tool {
    let machine = geteuid().is_root().then(Machine::new);
    move |tool| match &machine {
        Some(machine) => machine.root(tool),
        None => tool,
    }
}

/// An ordinary user of the machine: another one where root runs the tests, else who runs them.
pub(crate) fn ordinary(tool: Tool) -> Tool {
    match geteuid().is_root() {
        true => tool.as_user(TESTER, TESTER, &[]),
        false => tool,
    }
}
