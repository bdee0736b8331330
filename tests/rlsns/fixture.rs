//! Where the programs run: a pid namespace with a /proc of its own, so that the processes that exist there are those of
//! the test and no others.
//!
//! A test gets one by `let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else { return };`: what follows runs in
//! the scenario. The test's own process is listed too, and so is the listing program, which gets the same PID and the
//! same command line each time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::columns::without_ours;
use crate::isolation::Processor;
use crate::scenario::{RLSNS, Scenario, TESTER};
use testkit::{DifferentialTest, Outcome, Scratch, Status, Tool, originals};

/// The PID of the listing program.
pub(crate) const TOOL_PID: i32 = 4711;

/// A number of linux/capability.h.
const CAP_SYS_ADMIN: u32 = 21;

/// What a test has in its scenario: the programs, a directory, the processor that the namespaces were made on.
pub(crate) struct Fixture {
    pub(crate) scenario: Scenario,
    pub(crate) scratch: Scratch,
    diff: DifferentialTest,
    pub(crate) processor: Processor,
}

impl Fixture {
    /// The fixture in each of these scenarios. Where cargo runs the test, there is none: the test is run once more in
    /// each scenario, and has nothing left to do.
    ///
    /// # Panics
    /// If the test fails in one of them.
    #[track_caller]
    pub(crate) fn in_each(scenarios: &[Scenario]) -> Option<Fixture> {
        match Scenario::current() {
            Some(scenario) => Some(Fixture::new(scenario)),
            None => {
                for scenario in scenarios {
                    scenario.run_this_test();
                }
                None
            }
        }
    }

    fn new(scenario: Scenario) -> Fixture {
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

    /// The tool as the scenario's caller starts it. Root goes without the right to see every mount namespace of the
    /// machine, of which there are more than those of the fixture.
    fn call(&self, tool: Tool) -> Tool {
        match self.scenario {
            Scenario::Root => tool.without_capability(CAP_SYS_ADMIN),
            Scenario::User | Scenario::Host => tool,
            Scenario::OtherUser => tool.as_user(TESTER, TESTER, &[]),
        }
    }
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
