//! Who enters what in these tests: ours, the original beside it, the users, and the containers.

use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns};
use nix::unistd::{Gid, Uid, geteuid};
use testkit::{
    DifferentialTest, Outcome, Pid, Program, Running, Scratch, Tool, children_of, eventually,
    in_mount_namespace, require,
};

/// The program under test.
pub(crate) const RNSENTER: Program = Program::built(env!("CARGO_BIN_EXE_rnsenter"));

/// The ordinary user of these tests, where root runs them.
pub(crate) const TESTER: u32 = 1001;

/// A number that no process has: above the kernel's own limit.
pub(crate) const NOBODY: &str = "4194305";

/// Ours, called by its own name.
pub(crate) fn rnsenter() -> Tool {
    Tool::new(RNSENTER).argv0("rnsenter")
}

/// Ours beside the original.
pub(crate) fn differential_test() -> Option<DifferentialTest> {
    Some(DifferentialTest::new("nsenter", RNSENTER)?.with_mask(descriptors))
}

/// The original, where a test cannot do without a tool known to work; ask `require` first.
pub(crate) fn original() -> Tool {
    let path = testkit::originals().join("bin/nsenter");
    Tool::new(path).argv0("nsenter")
}

/// Has `check` look at ours (it is told `true`), then at the original.
pub(crate) fn each(check: impl Fn(&dyn Fn() -> Tool, bool)) {
    if require::original("nsenter").is_some() {
        check(&|| rnsenter().argv0("nsenter"), true);
        check(&original, false);
    }
}

/// Runs `test` in a private mount namespace of its own; for root alone.
pub(crate) fn in_private_mounts(test: impl FnOnce() + Send) {
    in_mount_namespace(MsFlags::MS_PRIVATE, test);
}

/// The number of a descriptor of the tool's own becomes `N`: `pidfd_getfd(N, 5)`, `ioctl(N, SIOCGSKNS)`.
pub(crate) fn descriptors(bytes: &[u8]) -> Vec<u8> {
    let mut masked = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        masked.push(first);
        rest = after;
        if masked.ends_with(b"pidfd_getfd(") || masked.ends_with(b" ioctl(") {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest = &rest[digits..];
            masked.push(b'N');
        }
    }
    masked
}

/// Who calls the tool.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Whoever runs the tests: root or an ordinary user.
    Whoever,
    /// `tester`, where root runs the tests.
    Tester,
}

impl Caller {
    /// An ordinary user of the machine: another one where root runs the tests, else who runs them.
    pub(crate) fn ordinary() -> Caller {
        match geteuid().is_root() {
            true => Caller::Tester,
            false => Caller::Whoever,
        }
    }

    /// Runs the tool as this user.
    pub(crate) fn runs(self, tool: Tool) -> Tool {
        match self {
            Caller::Whoever => tool,
            Caller::Tester => tool.as_user(TESTER, TESTER, &[]),
        }
    }

    pub(crate) fn is_root(self) -> bool {
        self == Caller::Whoever && geteuid().is_root()
    }

    fn uid(self) -> Uid {
        match self {
            Caller::Whoever => geteuid(),
            Caller::Tester => Uid::from_raw(TESTER),
        }
    }

    fn gid(self) -> Gid {
        match self {
            Caller::Whoever => nix::unistd::getegid(),
            Caller::Tester => Gid::from_raw(TESTER),
        }
    }
}

/// A process in namespaces of its own that does nothing; killed at the end, with all that belongs to it.
pub(crate) struct Container {
    pid: Pid,
    running: Running,
}

/// Every type but the user namespace.
pub(crate) const ALL_BUT_USER: &str = "-muinpCT";

/// The life of a container: nothing, until it is killed.
const SLEEP: [&str; 2] = ["sleep", "1000"];

impl Container {
    /// One made by this tool, which makes namespaces and becomes the program that its own words name, here `sleep`, or
    /// has a child do so.
    pub(crate) fn made_by(tool: Tool) -> Container {
        let running = tool.spawn();
        let mut pid = running.pid();
        eventually("the container's process sleeps", || {
            pid = last_descendant(running.pid());
            name_of(pid) == "sleep"
        });
        Container { pid, running }
    }

    /// One made by the original unshare(1) with these options; none, and the test skipped, where that is missing.
    pub(crate) fn unshared(caller: Caller, options: &[&str]) -> Option<Container> {
        Container::unshared_as(|tool| caller.runs(tool), options)
    }

    /// The same, set up so.
    pub(crate) fn unshared_as(
        setup: impl FnOnce(Tool) -> Tool,
        options: &[&str],
    ) -> Option<Container> {
        let unshare = Tool::new(require::original("unshare")?).argv0("unshare");
        Some(Container::made_by(setup(unshare).args(options).args(SLEEP)))
    }

    /// One without a user namespace of its own; for root alone.
    pub(crate) fn plain() -> Option<Container> {
        Container::unshared(Caller::Whoever, &[ALL_BUT_USER, "-f"])
    }

    /// One with every namespace, whose owner is `caller`, and whose root is `caller`. It denies setgroups, as every one
    /// does that an ordinary user has made without help.
    pub(crate) fn owned_by(caller: Caller) -> Option<Container> {
        Container::unshared(caller, &["-r", ALL_BUT_USER, "-f"])
    }

    /// The same, but allowing setgroups, for it is root that maps the users. Only root can have it made for another.
    pub(crate) fn permissive(caller: Caller) -> Option<Container> {
        let container = Container::unshared(caller, &["-U", ALL_BUT_USER, "-f"])?;
        let write = |file: &str, text: String| {
            fs::write(container.proc(file), text).unwrap();
        };
        write("uid_map", format!("0 {} 1", caller.uid()));
        write("gid_map", format!("0 {} 1", caller.gid()));
        Some(container)
    }

    /// A process without namespaces of its own, with this set up.
    pub(crate) fn none(setup: impl FnOnce(Tool) -> Tool) -> Container {
        Container::made_by(setup(Tool::new("/bin/sleep").arg("1000")))
    }

    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// A file below its directory in /proc.
    pub(crate) fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.pid.to_string()).join(name)
    }

    /// What one of its namespaces is called: `net:[4026531840]`.
    pub(crate) fn namespace(&self, name: &str) -> String {
        namespace_of(self.pid, name)
    }

    /// The inode of its pidfd, as `--target PID:INODE` takes it. Only for a container that is the tool that made it.
    pub(crate) fn inode(&self) -> String {
        assert_eq!(self.pid, self.running.pid());
        // The test kit holds a pidfd of whatever it runs.
        let wanted = format!("Pid:\t{}", self.pid);
        let entries = fs::read_dir("/proc/self/fdinfo").unwrap();
        let mut infos = entries.filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok());
        let info = infos.find(|info| info.lines().any(|line| line == wanted));
        let info = info.expect("the test kit holds a pidfd of it");
        let inode = info.lines().find_map(|line| line.strip_prefix("ino:\t"));
        inode.expect("the kernel tells it").to_owned()
    }
}

/// The name of a namespace of this process: `net:[4026531840]`.
pub(crate) fn namespace_of(pid: Pid, name: &str) -> String {
    let link = format!("/proc/{pid}/ns/{name}");
    let target = fs::read_link(&link).unwrap_or_else(|error| panic!("{link}: {error}"));
    target.display().to_string()
}

/// What the kernel calls this process; nothing, if it is gone.
fn name_of(pid: Pid) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim_end().to_owned()
}

/// The last child's last child, and so on.
fn last_descendant(pid: Pid) -> Pid {
    children_of(pid)
        .last()
        .map_or(pid, |child| last_descendant(*child))
}

/// A process that has ended and is not reaped.
pub(crate) fn zombie() -> Running {
    let mut ended = Tool::new("/bin/true").spawn();
    ended.wait();
    ended
}

/// A process with a socket of the container's network at descriptor 5, and a file at 6; its own network is the host's.
pub(crate) fn socket_holder(caller: Caller, container: Option<&Container>) -> Container {
    let net = container.map(|container| fs::File::open(container.proc("ns/net")).unwrap());
    // A thread of its own: only it goes there.
    let socket = thread::spawn(move || {
        net.map_or(Ok(()), |net| setns(net, CloneFlags::CLONE_NEWNET))
            .unwrap();
        UdpSocket::bind("0.0.0.0:0").unwrap()
    });
    let socket = socket.join().unwrap();
    let null = fs::File::open("/dev/null").unwrap();
    Container::none(|tool| caller.runs(tool).fd(5, socket).fd(6, null))
}

/// What an outcome shows: status, standard output, standard error, descriptors masked.
pub(crate) fn seen(outcome: &Outcome) -> (testkit::Status, Vec<u8>, Vec<u8>) {
    (
        outcome.status,
        descriptors(&outcome.stdout),
        descriptors(&outcome.stderr),
    )
}

/// Whether the original has failed where ours continues: it knows no user namespace that denies setgroups, see
/// `differences`.
pub(crate) fn original_is_denied_groups(original: &Outcome) -> bool {
    original.code() == 1
        && original.stderr == b"nsenter: setgroups failed: Operation not permitted\n"
}

/// The whole samples of the tables: what `{P}` and the others represent.
pub(crate) struct SampleTargets {
    names: Vec<(&'static str, String)>,
    _containers: Vec<Container>,
    _zombie: Running,
    _scratch: Scratch,
}

impl SampleTargets {
    /// The containers and files that `caller` enters and names.
    pub(crate) fn new(caller: Caller) -> Option<SampleTargets> {
        let root = geteuid().is_root();
        let plain = if root {
            Some(Container::plain()?)
        } else {
            None
        };
        let own = match caller {
            Caller::Tester => Container::permissive(caller)?,
            Caller::Whoever => Container::owned_by(caller)?,
        };
        let socket = socket_holder(caller, plain.as_ref().filter(|_| caller.is_root()));
        let (zombie, scratch) = (zombie(), Scratch::new());
        let kept = scratch.file("net ns", "");
        if let Some(plain) = &plain {
            bind(&plain.proc("ns/net"), &kept);
        }
        // Where an ordinary user runs the tests, a container of somebody else's is the machine itself.
        let stranger = plain.as_ref().map_or(Pid::from_raw(1), Container::pid);
        let names = vec![
            ("{P}", stranger.to_string()),
            ("{Q}", own.pid().to_string()),
            ("{S}", socket.pid().to_string()),
            ("{INODE}", socket.inode()),
            ("{Z}", zombie.pid().to_string()),
            ("{T}", nix::unistd::gettid().to_string()),
            ("{GONE}", NOBODY.to_owned()),
            ("{NS}", kept.display().to_string()),
            ("{DIR}", scratch.path().display().to_string()),
        ];
        Some(SampleTargets {
            names,
            _containers: [plain, Some(own), Some(socket)]
                .into_iter()
                .flatten()
                .collect(),
            _zombie: zombie,
            _scratch: scratch,
        })
    }

    /// The text with the names replaced by what they represent.
    pub(crate) fn substitute(&self, text: &str) -> String {
        self.names
            .iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
    }
}

/// Has `target` stand at `point` as well, for root alone; it goes with the scratch directory.
pub(crate) fn bind(target: &Path, point: &Path) {
    let flags = MsFlags::MS_BIND;
    mount(Some(target), point, None::<&str>, flags, None::<&str>).unwrap();
}
