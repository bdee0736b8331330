//! What every step of the walkthrough is on: `runshare` with the rights that the tutorial has from `sudo`, and the
//! Debian root to enter with `rchroot`.

use std::fs;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::geteuid;
use testkit::{Program, Tool, require};

pub(crate) const RUNSHARE: Program = Program::built(env!("CARGO_BIN_EXE_runshare"));

/// Whether root runs the tests, as `sudo` does in the tutorial.
pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}

/// Whether the walkthrough can begin; if not, the test is skipped. Root is apart first, lest a defect of ours
/// changes the machine.
#[track_caller]
pub(crate) fn ready() -> bool {
    match is_root() {
        true => require::condition(stand_apart().is_ok(), "this root may not unshare"),
        false => require::user_namespaces(),
    }
}

/// Gives this thread, and what it starts, a host name, queues and mounts of its own. The mounts are shared, whatever
/// they are on this machine: what is mounted in a copy of them is seen here unless the copy was made private.
fn stand_apart() -> Result<(), Errno> {
    const NONE: Option<&str> = None;
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWUTS | CloneFlags::CLONE_NEWIPC)?;
    [MsFlags::MS_PRIVATE, MsFlags::MS_SHARED]
        .into_iter()
        .try_for_each(|propagation| mount(NONE, "/", NONE, MsFlags::MS_REC | propagation, NONE))
}

/// A command line that begins with `runshare`, words of the tutorial and nothing else. The programs are found as a
/// person finds them, on PATH; an ordinary user gets the rights of `sudo` from a user namespace.
pub(crate) fn runshare<'a>(words: impl IntoIterator<Item = &'a str>) -> Tool {
    let rights: &[&str] = match is_root() {
        true => &[],
        false => &["--user", "--map-root-user"],
    };
    bare_runshare(rights.iter().copied().chain(words))
}

/// The same without the user namespace.
pub(crate) fn bare_runshare<'a>(words: impl IntoIterator<Item = &'a str>) -> Tool {
    with_our_path(Tool::new(RUNSHARE))
        .argv0("runshare")
        .args(words)
}

/// Has the tool find our programs first, by their names.
pub(crate) fn with_our_path(tool: Tool) -> Tool {
    let others = OTHERS.into_iter().filter_map(require::workspace_program);
    let mut path = String::new();
    for program in [RUNSHARE.into()].into_iter().chain(others) {
        let directory = program.parent().expect("a program is in a directory");
        path += &format!("{}:", directory.display());
    }
    tool.env("PATH", path + "/usr/sbin:/usr/bin:/sbin:/bin")
}

/// Our programs besides `runshare`.
pub(crate) const OTHERS: [&str; 3] = ["rnsenter", "rlsns", "rchroot"];

/// The Debian system to enter.
pub(crate) struct Debian {
    pub(crate) root: PathBuf,
}

impl Debian {
    /// Finds it, and that there is an `rchroot` to enter it with; none, and the test skipped, if something is missing.
    #[track_caller]
    pub(crate) fn find() -> Option<Self> {
        let found = ready() && require::workspace_program("rchroot").is_some();
        let root = found.then(require::debian_root).flatten()?;
        Some(Self { root })
    }

    /// `runshare WORDS rchroot ./ bash`, in the directory that becomes the root.
    pub(crate) fn bash(&self, words: &[&str]) -> Tool {
        let bash = ["rchroot", "./", "bash"];
        runshare(words.iter().copied().chain(bash)).current_dir(&self.root)
    }

    /// The same bash, with these commands to run.
    pub(crate) fn script(&self, words: &[&str], commands: &str) -> Tool {
        self.bash(words).arg("-c").arg(commands)
    }
}

/// The options of a mount namespace in which proc can be mounted. Root needs no more than the tutorial says; the proc
/// that an ordinary user may mount is that of a PID namespace of its own.
pub(crate) fn own_mounts() -> &'static [&'static str] {
    match is_root() {
        true => &["--mount"],
        false => &["--mount", "--pid", "--fork"],
    }
}

/// The process that represents the machine in which a test calls `runshare`: its own thread.
pub(crate) const HERE: &str = "thread-self";

/// Where this link of `/proc/PID/ns` points: `uts:[4026531838]`, say. The same text is the same namespace.
pub(crate) fn namespace(pid: &str, kind: &str) -> String {
    let link = format!("/proc/{pid}/ns/{kind}");
    let target = fs::read_link(&link).unwrap_or_else(|error| panic!("{link}: {error}"));
    target.display().to_string()
}

/// The processes of this machine in the PID namespace `link`, by their numbers outside.
pub(crate) fn processes_in(link: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("proc is mounted").flatten();
    entries
        .filter(|entry| {
            fs::read_link(entry.path().join("ns/pid")).is_ok_and(|found| found == Path::new(link))
        })
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .collect()
}

/// Commands of a shell, at whose end it still runs, having told its number outside: `/proc` is the host's.
pub(crate) const TELL_AND_STAY: &str =
    "read -r outside rest </proc/self/stat; echo $outside; sleep 1000";

/// Asserts that `--ipc` leads to another namespace: what is made there and is not would stay on the machine.
pub(crate) fn assert_ipc_is_another() {
    let words = ["--ipc", "readlink", "/proc/self/ns/ipc"];
    let inside = runshare(words).run().ok().out();
    assert_ne!(inside.trim_end(), namespace(HERE, "ipc"));
}
