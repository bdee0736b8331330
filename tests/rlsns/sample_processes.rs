//! Who is on the fixture: processes that do nothing, each with a number of its own choosing, in namespaces of every
//! type.
//!
//! None of the namespaces is hidden from the original, so that both programs list the same; see `hidden` for the
//! others.

use std::ffi::OsString;
use std::fs::{self, File};
use std::net::UdpSocket;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use testkit::{NamespaceFixture, Running, Tool, eventually, originals};

use crate::fixture::{Fixture, next_pid};
use crate::netns;
use crate::scenario::{Scenario, TESTER};

/// The life of most: nothing, until it is killed.
const SLEEP: [&str; 2] = ["sleep", "1000"];

/// The same for one that is to have odd words on its command line: `sh -c STAND WORD`.
const STAND: [&str; 3] = ["sh", "-c", "kill -STOP $$"];

/// Words with wide, combining and joined characters.
const WIDE: &str = "漢字 e\u{301} 👩\u{200d}👩\u{200d}👧 한 ﷽ ｱ ё ß";

/// Words with blanks, control characters and what looks like an escape.
const CONTROLS: &str = " a\tb\nc\u{1}\u{1b}[31m \\ \\x41 \\\\ \"'  ";

/// The sample processes of a fixture.
pub(crate) struct SampleProcesses<'fixture> {
    fixture: &'fixture Fixture,
    running: Vec<Running>,
    names: Vec<(&'static str, String)>,
}

impl<'fixture> SampleProcesses<'fixture> {
    /// Everybody takes their place.
    pub(crate) fn new(fixture: &'fixture Fixture) -> Self {
        let mut samples = Self {
            fixture,
            running: Vec::new(),
            names: vec![("{GONE}", "4026999999".to_owned())],
        };
        samples.enter_alone();
        samples.enter_together();
        samples.enter_strangers();
        samples.enter_odd_commands();
        samples.leave_things_behind();
        samples.name_namespaces();
        samples
    }

    /// One namespace each.
    fn enter_alone(&mut self) {
        for (pid, kind) in [(20, "-u"), (30, "-i"), (70, "-m"), (75, "-C")] {
            self.enter(pid, 1, unshared(&[kind]).args(SLEEP));
        }
        self.enter(80, 1, unshared(&["-T", "-f"]).args(SLEEP));
        // The widest number.
        self.enter(12345, 1, unshared(&["-u"]).args(SLEEP));
        // A second one in the namespace of the first.
        let nsenter = Tool::new(originals().join("bin/nsenter")).args(["-t", "20", "-u"]);
        self.enter(25, 1, nsenter.args(SLEEP));
    }

    /// Trees of processes and of namespaces.
    fn enter_together(&mut self) {
        let deeper = "sleep 1000 & exec \"$0\" -p -f sleep 1000";
        let tool = unshared(&["-p", "-f", "--mount-proc"]).args(["sh", "-c", deeper]);
        self.enter(50, 2, tool.arg(original("unshare")));
        let deeper = "sleep 1000 & exec \"$0\" -r -u -i sleep 1000";
        let tool = unshared(&["-r", "-n"]).args(["sh", "-c", deeper]);
        self.enter(60, 2, tool.arg(original("unshare")));
        self.enter(90, 1, unshared(&["-r", "-muinpCT", "-f"]).args(SLEEP));
        let family = "sleep 1000 & sleep 1000 & exec \"$0\" -u sleep 1000";
        let tool = Tool::new("/bin/sh").argv0("sh").args(["-c", family]);
        self.enter(200, 3, tool.arg(original("unshare")));
    }

    /// Other users, where there can be any: one with a name, one without.
    fn enter_strangers(&mut self) {
        if self.fixture.scenario == Scenario::User {
            return;
        }
        let stranger = |uid| unshared(&["-r", "-n"]).args(SLEEP).as_user(uid, uid, &[]);
        self.enter(110, 1, stranger(1));
        self.enter(120, 1, stranger(TESTER));
        let plain = Tool::new("/bin/sleep").argv0("sleep").arg("1000");
        self.enter(125, 1, plain.as_user(TESTER, TESTER, &[]));
    }

    /// Command lines that are hard to print.
    fn enter_odd_commands(&mut self) {
        self.enter(130, 1, unshared(&["-u"]).args(STAND).arg(WIDE));
        self.enter(140, 1, unshared(&["-n"]).args(STAND).arg(CONTROLS));
        let long = "long ".repeat(2000);
        self.enter(150, 1, unshared(&["-i"]).args(STAND).arg(long));
        let nameless = Tool::new("/bin/sleep").argv0("").arg("1000");
        self.enter(160, 1, nameless);
        // A zombie has no command line at all.
        next_pid(170);
        let mut zombie = Tool::new("/bin/true").spawn();
        zombie.wait();
        self.running.push(zombie);
    }

    /// Namespaces without a process: mounted, open, and of a socket.
    fn leave_things_behind(&mut self) {
        let uts = self.fixture.scratch.file("kept uts", "");
        let keep = format!("--uts={}", uts.display());
        next_pid(900);
        unshared(&[&keep, "true"]).run().ok();
        self.name("{KEPT}", &uts);
        let net = self.mount("/proc/140/ns/net", "net");
        netns::number(&File::open(&net).unwrap(), 7);
        next_pid(901);
        let world = NamespaceFixture::new(CloneFlags::CLONE_NEWUTS);
        let open = File::open(format!("/proc/{}/ns/uts", world.pid())).unwrap();
        drop(world);
        self.name("{OPEN}", &open_path(&open));
        let holder = Tool::new("/bin/sleep").argv0("sleep").arg("1000");
        self.enter(180, 1, holder.fd(5, open).fd(6, socket_elsewhere()));
    }

    /// What both programs can be compared on, but no JSON of theirs: the original's is broken by these.
    pub(crate) fn enter_what_breaks_json(&mut self) {
        let odd = OsString::from_vec(
            b"\xff\xfe\xc3( \xed\xa0\x80 \x7f \xf4\x90\x80\x80 caf\xe9".to_vec(),
        );
        self.enter(190, 1, unshared(&["-u"]).args(STAND).arg(odd));
        // Two places for one namespace, and names that mountinfo(5) escapes.
        self.mount("/proc/140/ns/net", "second place");
        self.mount("/proc/20/ns/uts", "back\\slash\tand\nmore");
        self.mount("/proc/20/ns/uts", "漢字");
    }

    /// Starts a player as process `pid`, and waits until `idle` processes from there on have nothing left to do.
    fn enter(&mut self, pid: i32, idle: usize, tool: Tool) {
        next_pid(pid);
        self.running.push(tool.spawn());
        eventually(&format!("process {pid} is idle"), || {
            (pid..pid + 5).filter(|pid| is_idle(*pid)).count() == idle
        });
    }

    /// Mounts the file of a namespace on one of the fixture's own, and returns which.
    fn mount(&self, namespace: &str, name: &str) -> PathBuf {
        let point = self.fixture.scratch.file(name, "");
        let none = None::<&str>;
        mount(Some(namespace), &point, none, MsFlags::MS_BIND, none).unwrap();
        point
    }

    fn name_namespaces(&mut self) {
        for (name, file) in [
            ("{STAGE}", "/proc/1/ns/uts"),
            ("{MACHINE}", "/proc/1/ns/user"),
            ("{UTS}", "/proc/20/ns/uts"),
            ("{IPC}", "/proc/30/ns/ipc"),
            ("{MNT}", "/proc/70/ns/mnt"),
            ("{CGROUP}", "/proc/75/ns/cgroup"),
            ("{PID}", "/proc/50/ns/pid_for_children"),
            ("{USER}", "/proc/60/ns/user"),
            ("{NET}", "/proc/140/ns/net"),
            ("{ALL}", "/proc/1/ns/pid"),
        ] {
            self.name(name, Path::new(file));
        }
    }

    fn name(&mut self, name: &'static str, file: &Path) {
        let inode = fs::metadata(file).unwrap().ino();
        self.names.push((name, inode.to_string()));
    }

    /// The text with the names of namespaces replaced by their numbers.
    pub(crate) fn substitute(&self, text: &str) -> String {
        let names = self.names.iter();
        names.fold(text.to_owned(), |text, (name, number)| {
            text.replace(name, number)
        })
    }
}

fn original(name: &str) -> PathBuf {
    originals().join("bin").join(name)
}

/// A program in new namespaces, by the original unshare(1).
fn unshared(options: &[&str]) -> Tool {
    Tool::new(original("unshare"))
        .argv0("unshare")
        .args(options)
}

/// Where the kernel tells about an open file of this process.
fn open_path(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    format!("/proc/self/fd/{}", file.as_raw_fd()).into()
}

/// Whether the process sleeps for good, is stopped, or has ended.
fn is_idle(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let Some((name, rest)) = stat.rsplit_once(") ") else {
        return false;
    };
    let state = rest.chars().next();
    matches!(state, Some('T' | 'Z')) || (state == Some('S') && name.ends_with("(sleep"))
}

/// A socket of a network namespace that nothing else is in.
fn socket_elsewhere() -> UdpSocket {
    // A thread of its own: only it goes there.
    let thread = thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        UdpSocket::bind("0.0.0.0:0").unwrap()
    });
    thread.join().unwrap()
}
