//! Where the programs run: a pid namespace with a /proc of its own, so that the processes that are there are those of the
//! test and no others.
//!
//! A test makes one by running this very program once more, as PID 1 of new namespaces, for an ignored test alone: the
//! act. The act belongs to what is listed too, and so does the listing program itself, which gets the same number and the
//! same words each time.

use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::geteuid;

use crate::columns::without_ours;
use crate::isolation::{Processor, isolated};
use testkit::{
    DifferentialTest, Outcome, Program, Scratch, Status, Tool, accessible, originals, require,
};

/// The program under test.
pub(crate) const RLSNS: Program = Program::built(env!("CARGO_BIN_EXE_rlsns"));

/// The ordinary user of these tests, where root runs them; not the one of the other tests, which may kill all their own.
pub(crate) const TESTER: u32 = 1871;

/// The number of the listing program's process.
pub(crate) const TOOL_PID: i32 = 4711;

/// A number of linux/capability.h.
const CAP_SYS_ADMIN: u32 = 21;

/// Tells an act who its caller is, and that it is one.
const SCENARIO: &str = "NSUTILS_SCENARIO";

/// How long an act may take: thousands of runs on a machine under load.
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

    fn name(self) -> &'static str {
        Scenario::ALL[self as usize].1
    }

    /// What unshare(1) is told to make of it. The user's keeps the machine's cgroup and time namespaces, whose owner
    /// nobody on the fixture may ask for.
    fn options(self) -> &'static [&'static str] {
        match self {
            Scenario::Root | Scenario::OtherUser => &["-muinpCT"],
            Scenario::User => &["-r", "-muinp"],
            Scenario::Host => &["-m"],
        }
    }

    /// Whether the test can be made by whoever runs it.
    #[track_caller]
    fn is_possible(self) -> bool {
        match self {
            Scenario::Root | Scenario::OtherUser => require::root(),
            Scenario::User => require::user_namespaces(),
            Scenario::Host => {
                require::root()
                    && require::condition(is_first_pid_namespace(), "this is a container")
            }
        }
    }

    /// Runs the ignored test `act`, named by its path, on a fixture of its own.
    ///
    /// # Panics
    /// If it fails there.
    #[track_caller]
    pub(crate) fn play(self, act: &str) {
        if !self.is_possible() {
            return;
        }
        let Some(unshare) = require::original("unshare") else {
            return;
        };
        let outcome = isolated(|| self.act(unshare, act).run());
        // A name that is no act's would pass as well, with nothing run.
        let passed = outcome.status == Status::Exited(0) && outcome.out().contains(" 1 passed; ");
        let (status, told) = (outcome.status, outcome.out() + &outcome.err());
        assert!(passed, "{act}: {status}\n{told}");
        require::forward_notes(&outcome.err());
    }

    /// This program once more, as PID 1 of the fixture.
    fn act(self, unshare: PathBuf, act: &str) -> Tool {
        let tool = Tool::new(unshare).args(self.options());
        let tool = tool.args(["--fork", "--kill-child", "--mount-proc"]);
        let tool = tool.arg(accessible::accessible_copy(&env::current_exe().unwrap()));
        let only = ["--ignored", "--nocapture", "--test-threads=1"];
        let tool = tool.args(["--exact", act]).args(only);
        let strict = env::var_os("NSUTILS_STRICT").unwrap_or_default();
        let tool = tool
            .env(SCENARIO, self.name())
            .env("NSUTILS_STRICT", strict);
        let programs = RLSNS.path().parent().unwrap();
        let tool = tool.env(accessible::PROGRAMS, programs);
        self.as_user(tool.env("NSUTILS_ORIGINALS", originals()))
            .timeout(TIMEOUT)
    }

    fn as_user(self, tool: Tool) -> Tool {
        let is_root = geteuid().is_root();
        match self {
            Scenario::User if is_root => tool.as_user(TESTER, TESTER, &[]),
            _ => tool,
        }
    }
}

/// The fixture, seen by the act.
pub(crate) struct Fixture {
    pub(crate) scenario: Scenario,
    pub(crate) scratch: Scratch,
    diff: DifferentialTest,
    pub(crate) processor: Processor,
}

impl Fixture {
    /// The fixture that this process, PID 1, stands on.
    ///
    /// # Panics
    /// If there is none: an act is played by its test.
    pub(crate) fn entered() -> Fixture {
        let name = env::var(SCENARIO).expect("an act is run by the test that it belongs to");
        let scenario = Scenario::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .unwrap()
            .0;
        assert_eq!(std::process::id() == 1, scenario != Scenario::Host);
        let scratch = Scratch::new();
        // Under the original's name, and where every user can reach it.
        let ours = scratch.path().join("lsns");
        fs::copy(RLSNS, &ours).unwrap();
        testkit::wait_for_writers(&ours);
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o755)).unwrap();
        let diff = DifferentialTest::new("lsns", ours.to_str().unwrap())
            .expect("the fixture is the original's");
        let processor = Processor::leave();
        Fixture {
            scenario,
            scratch,
            diff,
            processor,
        }
    }

    /// Runs ours, then the original, each set up so, and each as the same process. Ours gives no hints, not even on a
    /// terminal.
    #[track_caller]
    pub(crate) fn run_both(&self, setup: impl Fn(Tool) -> Tool) -> (Outcome, Outcome) {
        self.diff.run_both(|tool| {
            next_pid(TOOL_PID);
            setup(self.call(tool).env("NSUTILS_HINTS", "never"))
        })
    }

    /// The hint that ours gives, both being set up so and doing the same without it.
    #[track_caller]
    pub(crate) fn hint(&self, setup: impl Fn(Tool) -> Tool) -> Option<String> {
        self.diff.hint(|tool| {
            if self.scenario != Scenario::Host {
                next_pid(TOOL_PID);
            }
            setup(self.call(tool))
        })
    }

    /// The same where another program starts the one at this path.
    #[track_caller]
    pub(crate) fn hint_in(&self, situation: impl Fn(&Path) -> Tool) -> Option<String> {
        self.diff.hint_in(situation)
    }

    /// Ours, with every right that this process has.
    pub(crate) fn ours(&self) -> Tool {
        Tool::new(self.scratch.path().join("lsns")).argv0("lsns")
    }

    /// The original, likewise.
    pub(crate) fn original(&self) -> Tool {
        Tool::new(originals().join("bin/lsns")).argv0("lsns")
    }

    /// The tool as the scenario's caller starts it. Root goes without the right to see every mount namespace of the machine,
    /// of which there are more than those of the fixture.
    fn call(&self, tool: Tool) -> Tool {
        match self.scenario {
            Scenario::Root => tool.without_capability(CAP_SYS_ADMIN),
            Scenario::User | Scenario::Host => tool,
            Scenario::OtherUser => tool.as_user(TESTER, TESTER, &[]),
        }
    }
}

/// Whether this process is in the pid namespace that the machine has started with, `PROC_PID_INIT_INO`.
fn is_first_pid_namespace() -> bool {
    let status = fs::metadata("/proc/self/ns/pid");
    status.is_ok_and(|status| status.ino() == 0xEFFF_FFFC)
}

/// What an outcome shows of what the two have to agree on: status, standard output, standard error.
pub(crate) fn seen(outcome: &Outcome) -> (Status, Vec<u8>, &[u8]) {
    (
        outcome.status,
        without_ours(&outcome.stdout),
        &outcome.stderr,
    )
}

/// Has the next process that is made get this number, if it is free.
pub(crate) fn next_pid(pid: i32) {
    let file = Path::new("/proc/sys/kernel/ns_last_pid");
    fs::write(file, (pid - 1).to_string()).unwrap();
}
