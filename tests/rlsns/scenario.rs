//! Who lists which namespaces: a test is run once more in each scenario, as PID 1 of new namespaces.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use nix::unistd::geteuid;

use crate::isolation::isolated;
use testkit::{Program, Tool, accessible, require, rerun};

/// The program under test.
pub(crate) const RLSNS: Program = Program::built(env!("CARGO_BIN_EXE_rlsns"));

/// The ordinary user of these tests, where root runs them; not the one of the other tests, which may kill all their
/// own.
pub(crate) const TESTER: u32 = 1871;

/// How long a test may take in a scenario: thousands of runs on a machine under load.
const TIMEOUT: Duration = Duration::from_secs(900);

/// Who lists, and what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// Root lists what root has made.
    Root,
    /// An ordinary user lists what they have made, as root of a user namespace.
    User,
    /// An ordinary user lists what root has made, most of which they may not read.
    OtherUser,
    /// Root lists the whole machine, which changes meanwhile. Only from its first pid namespace can all be seen.
    Host,
}

impl Scenario {
    const ALL: [(Scenario, &str); 4] = [
        (Scenario::Root, "root"),
        (Scenario::User, "user"),
        (Scenario::OtherUser, "other-user"),
        (Scenario::Host, "host"),
    ];

    /// The scenario that this process runs in, if it is a test that was run again.
    pub(crate) fn current() -> Option<Scenario> {
        let name = rerun::reason()?;
        let known = Scenario::ALL.iter().find(|(_, known)| *known == name);
        let (scenario, _) = known.expect("a test is run again in a scenario");
        assert_eq!(std::process::id() == 1, *scenario != Scenario::Host);
        Some(*scenario)
    }

    /// The options of unshare(1) that make its namespaces. The user's keeps the machine's cgroup and time namespaces,
    /// whose owner nobody inside may ask for.
    fn options(self) -> &'static [&'static str] {
        match self {
            Scenario::Root | Scenario::OtherUser => &["-muinpCT"],
            Scenario::User => &["-r", "-muinp"],
            Scenario::Host => &["-m"],
        }
    }

    /// Whether whoever runs the tests can make it.
    #[track_caller]
    fn is_possible(self) -> bool {
        match self {
            Scenario::Root | Scenario::OtherUser => require::root(),
            Scenario::User => require::user_namespaces(),
            Scenario::Host => {
                require::root()
                    && require::condition(is_initial_pid_namespace(), "this is a container")
            }
        }
    }

    /// Runs the calling test in this scenario.
    ///
    /// # Panics
    /// If it fails there.
    #[track_caller]
    pub(crate) fn run_this_test(self) {
        if !self.is_possible() {
            return;
        }
        let Some(unshare) = require::original("unshare") else {
            return;
        };
        let unshare = Tool::new(unshare).args(self.options());
        let unshare = unshare.args(["--fork", "--kill-child", "--mount-proc"]);
        let outcome = isolated(|| self.inside(unshare).run());
        rerun::assert_passed(&outcome);
    }

    /// The calling test once more, as PID 1 of what this program makes.
    #[track_caller]
    fn inside(self, unshare: Tool) -> Tool {
        let programs = RLSNS.path().parent().unwrap();
        let tool = rerun::this_test(unshare, Scenario::ALL[self as usize].1);
        let tool = tool.env(accessible::PROGRAMS, programs).timeout(TIMEOUT);
        match self {
            Scenario::User if geteuid().is_root() => tool.as_user(TESTER, TESTER, &[]),
            _ => tool,
        }
    }
}

/// Whether this process is in the pid namespace that the machine has started with, `PROC_PID_INIT_INO`.
fn is_initial_pid_namespace() -> bool {
    let status = fs::metadata("/proc/self/ns/pid");
    status.is_ok_and(|status| status.ino() == 0xEFFF_FFFC)
}
