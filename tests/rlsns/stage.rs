//! Where the programs run: a pid namespace with a /proc of its own, so that the processes that are there are those of the
//! test and no others.
//!
//! A test makes one by running this very program once more, as PID 1 of new namespaces, for an ignored test alone: the
//! act. The act belongs to what is listed too, and so does the listing program itself, which gets the same number and the
//! same words each time.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use std::{env, path::Path};

use testkit::{Outcome, Scratch, Status, Tool, Twin, need, originals};

/// The program under test.
pub(crate) const RLSNS: &str = "/tmp/oracle/bin/lsns";

/// The ordinary user of these tests, where root runs them.
pub(crate) const TESTER: u32 = 1001;

/// The number of the listing program's process.
pub(crate) const TOOL_PID: i32 = 4711;

/// Tells an act who its caller is, and that it is one.
const SCENE: &str = "NSUTILS_SCENE";

/// How long an act may take: thousands of runs on a machine under load.
const PATIENCE: Duration = Duration::from_secs(900);

/// Who lists, and what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// Root lists what root has made.
    Root,
    /// An ordinary user lists what they have made, as root of a user namespace.
    User,
    /// An ordinary user lists what root has made, most of which they may not read.
    Stranger,
}

impl Scene {
    const ALL: [(Scene, &str); 3] = [
        (Scene::Root, "root"),
        (Scene::User, "user"),
        (Scene::Stranger, "stranger"),
    ];

    fn name(self) -> &'static str {
        Scene::ALL[self as usize].1
    }

    /// What unshare(1) is told to make of it. The user's keeps the machine's cgroup and time namespaces, whose owner
    /// nobody on the stage may ask for.
    fn options(self) -> &'static [&'static str] {
        match self {
            Scene::Root | Scene::Stranger => &["-muinpCT"],
            Scene::User => &["-r", "-muinp"],
        }
    }

    /// Whether the test can be made by whoever runs it.
    #[track_caller]
    fn is_possible(self) -> bool {
        match self {
            Scene::Root | Scene::Stranger => need::root(),
            Scene::User => need::user_namespaces(),
        }
    }

    /// Runs the ignored test `act`, named by its path, on a stage of its own.
    ///
    /// # Panics
    /// If it fails there.
    #[track_caller]
    pub(crate) fn play(self, act: &str) {
        if !self.is_possible() {
            return;
        }
        let Some(unshare) = need::original("unshare") else {
            return;
        };
        let this = env::current_exe().unwrap();
        let tool = Tool::new(unshare).args(self.options());
        let tool = tool
            .args(["--fork", "--kill-child", "--mount-proc"])
            .arg(this);
        let tool = tool.args([
            "--exact",
            act,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ]);
        let tool = tool.env(SCENE, self.name()).timeout(PATIENCE);
        let tool = tool.env("NSUTILS_ORIGINALS", originals());
        let strict = env::var_os("NSUTILS_STRICT").unwrap_or_default();
        let outcome = self.as_user(tool.env("NSUTILS_STRICT", strict)).run();
        // A name that is no act's would pass as well, with nothing run.
        let passed = outcome.status == Status::Exited(0) && outcome.out().contains(" 1 passed; ");
        assert!(passed, "{act}\n{}{}", outcome.out(), outcome.err());
    }

    fn as_user(self, tool: Tool) -> Tool {
        let is_root = nix::unistd::geteuid().is_root();
        match self {
            Scene::User if is_root => tool.as_user(TESTER, TESTER, &[]),
            _ => tool,
        }
    }
}

/// The stage, seen by the act.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) scratch: Scratch,
    twin: Twin,
}

impl Stage {
    /// The stage that this process, PID 1, stands on.
    ///
    /// # Panics
    /// If there is none: an act is played by its test.
    pub(crate) fn entered() -> Stage {
        let name = env::var(SCENE).expect("an act is run by the test that it belongs to");
        let scene = Scene::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .unwrap()
            .0;
        assert_eq!(std::process::id(), 1);
        let scratch = Scratch::new();
        // Under the original's name, and where every user can reach it.
        let ours = scratch.path().join("lsns");
        fs::copy(RLSNS, &ours).unwrap();
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o755)).unwrap();
        let twin = Twin::new("lsns", ours.to_str().unwrap()).expect("the stage is the original's");
        Stage {
            scene,
            scratch,
            twin,
        }
    }

    /// Runs ours, then the original, each set up so, and each as the same process.
    #[track_caller]
    pub(crate) fn both(&self, setup: impl Fn(Tool) -> Tool) -> (Outcome, Outcome) {
        self.twin.both(|tool| {
            next_pid(TOOL_PID);
            setup(self.call(tool))
        })
    }

    /// Runs ours alone.
    #[track_caller]
    pub(crate) fn ours(&self, setup: impl Fn(Tool) -> Tool) -> Outcome {
        next_pid(TOOL_PID);
        let tool = Tool::new(self.scratch.path().join("lsns")).argv0("lsns");
        setup(self.call(tool)).run()
    }

    fn call(&self, tool: Tool) -> Tool {
        match self.scene {
            Scene::Root | Scene::User => tool,
            Scene::Stranger => tool.as_user(TESTER, TESTER, &[]),
        }
    }
}

/// Has the next process that is made get this number, if it is free.
pub(crate) fn next_pid(pid: i32) {
    let file = Path::new("/proc/sys/kernel/ns_last_pid");
    fs::write(file, (pid - 1).to_string()).unwrap();
}

/// Numbers below a bound, the same for every run: a failure can be repeated.
pub(crate) fn numbers_from(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |bound| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    }
}
