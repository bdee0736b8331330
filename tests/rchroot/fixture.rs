//! The world of these tests: a root with accounts of its own, one without, and the accounts of the caller's.
//!
//! | user | outside | in `jail` | | group | outside | in `jail` |
//! |---|---|---|---|---|---|---|
//! | `both` | 4102:4202 | 5102:5202 | | `bothgrp` | 4302: both, hoston | 5302: both, jailon |
//! | `hoston` | 4101:4201 | | | `hostgrp` | 4301: hoston | |
//! | `jailon` | | 5101:5201 | | `jailgrp` | | 5301: jailon, both |
//! | `7001` | 4103:4203 | 5103:5203 | | `7101` | 4303 | 5303 |
//! | `6001` | | 5105:5205 | | `6101` | | 5305 |
//! | `dot.ted` | 4104:4204 | 5104:5204 | | `gr.dot` | 4304 | 5304 |
//! | `nogrps` | | 5106:5206 | | `zedgrp` | | 5997: zed |
//! | `diff`, `twain` | 4110:4210, 4110:4211 | 5110:5210, 5110:5211 | | `twaingrp` | 4310: twain | 5310: twain |
//! | `zed`, the last | | 5999:5998 | | | | |

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use nix::unistd::geteuid;
use testkit::{DifferentialTest, Outcome, Program, Scratch, Tool};

/// The program under test.
pub(crate) const RCHROOT: Program = Program::built(env!("CARGO_BIN_EXE_rchroot"));

/// The ordinary user of these tests, where root runs them.
pub(crate) const TESTER: u32 = 1001;

/// The supplementary groups of the caller.
pub(crate) const GROUPS: [u32; 2] = [77, 88];

const OUTSIDE_PASSWD: &str = "root:x:0:0:root:/root:/bin/sh
both:x:4102:4202::/:/bin/sh
hoston:x:4101:4201::/:/bin/sh
7001:x:4103:4203::/:/bin/sh
dot.ted:x:4104:4204::/:/bin/sh
diff:x:4110:4210::/:/bin/sh
twain:x:4110:4211::/:/bin/sh
";
const OUTSIDE_GROUP: &str = "root:x:0:
hostgrp:x:4301:hoston
bothgrp:x:4302:both,hoston
7101:x:4303:
gr.dot:x:4304:
twaingrp:x:4310:twain
";
const JAIL_PASSWD: &str = "root:x:0:0:root:/root:/bin/sh
both:x:5102:5202::/:/bin/sh
jailon:x:5101:5201::/:/bin/sh
7001:x:5103:5203::/:/bin/sh
6001:x:5105:5205::/:/bin/sh
dot.ted:x:5104:5204::/:/bin/sh
nogrps:x:5106:5206::/:/bin/sh
diff:x:5110:5210::/:/bin/sh
twain:x:5110:5211::/:/bin/sh
zed:x:5999:5998::/:/bin/sh
";
const JAIL_GROUP: &str = "root:x:0:
bothgrp:x:5302:both,jailon
jailgrp:x:5301:jailon,both
7101:x:5303:
6101:x:5305:
gr.dot:x:5304:
twaingrp:x:5310:twain
zedgrp:x:5997:zed
";

/// What the command inside reports of itself, in the words of a shell alone.
const SHOW: &str = r#"#!/bin/sh
while read -r key rest; do
    case $key in Uid: | Gid: | Groups:) echo "$key $rest" ;; esac
done </proc/self/status
pwd
for argument; do echo "[$argument]"; done
echo "$HOME $SHELL $USER"
"#;

/// The work directory: two roots, `jail` and `nodb`, and names that lead to a root or to none.
pub(crate) struct Fixture {
    pub(crate) scratch: Scratch,
}

impl Fixture {
    pub(crate) fn new() -> Fixture {
        let fixture = Fixture {
            scratch: Scratch::new(),
        };
        fixture.make_outside();
        for root in ["jail", "nodb"] {
            fixture.make_root(root);
        }
        fixture.file("jail/etc/passwd", JAIL_PASSWD);
        fixture.file("jail/etc/group", JAIL_GROUP);
        fixture.make_names();
        fixture
    }

    /// Writes a file, below the work directory.
    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) {
        self.scratch.file(name, contents);
    }

    /// Writes a program, below the work directory.
    pub(crate) fn script(&self, name: &str, text: &str) {
        self.scratch.program(name, text);
    }

    pub(crate) fn path(&self, name: &str) -> String {
        let path = self.scratch.path().join(name);
        path.to_str().expect("a plain path").to_owned()
    }

    fn make_outside(&self) {
        self.scratch.dir("etc");
        self.file("etc/passwd", OUTSIDE_PASSWD);
        self.file("etc/group", OUTSIDE_GROUP);
        self.file("etc/nsswitch.conf", "passwd: files\ngroup: files\n");
        self.script("show", SHOW);
    }

    /// A root with a shell and two programs, and the libraries that they need.
    fn make_root(&self, root: &str) {
        let within = |path: &str| format!("{root}{path}");
        for dir in ["/etc", "/proc", "/usr/bin", "/tmp", "/dev"] {
            self.scratch.dir(within(dir));
        }
        symlink("usr/bin", self.scratch.path().join(within("/bin"))).unwrap();
        for program in ["/bin/sh", "/bin/cat", "/bin/env"] {
            self.copy(program, &within(program));
            for library in libraries(program) {
                let directory = Path::new(&library).parent().unwrap();
                self.scratch.dir(within(directory.to_str().unwrap()));
                self.copy(&library, &within(&library));
            }
        }
        self.script(&within("/show"), SHOW);
    }

    fn copy(&self, from: &str, to: &str) {
        let to = self.scratch.path().join(to);
        if !to.exists() {
            fs::copy(from, &to).unwrap_or_else(|error| panic!("{from}: {error}"));
            testkit::wait_for_writers(&to);
        }
    }

    fn make_names(&self) {
        let link = |target: &str, name: &str| symlink(target, self.scratch.path().join(name));
        link("/", "isroot").unwrap();
        link("nowhere", "dangling").unwrap();
        link("loop", "loop").unwrap();
        link("jail", "link").unwrap();
        link("/etc/../", "winding").unwrap();
        self.file("file", "");
        for odd in ["-", "it's", "a b", "two\nlines", "caf\u{e9}", "--"] {
            // With accounts, of nobody: without any the original adds a reason that is none, see `differences`.
            self.scratch.dir(format!("{odd}/etc"));
            self.file(&format!("{odd}/etc/passwd"), "");
            self.file(&format!("{odd}/etc/group"), "");
        }
        let closed = self.scratch.dir("closed/inner");
        let closed = closed.parent().unwrap();
        fs::set_permissions(closed, Permissions::from_mode(0o700)).unwrap();
    }

    /// The tool in the work directory, which `PATH` leads to, and so it does to the root. As root this is a machine
    /// with the outside's accounts, and /proc is in both roots.
    pub(crate) fn here(&self, tool: Tool) -> Tool {
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin:/", self.path(""));
        let tool = tool.current_dir(self.scratch.path()).env("PATH", path);
        if !geteuid().is_root() {
            return tool;
        }
        let etc = |tool: Tool, file: &str| tool.bind_over(self.path(file), format!("/{file}"));
        let tool = ["etc/passwd", "etc/group", "etc/nsswitch.conf"]
            .into_iter()
            .fold(tool, etc);
        tool.bind_over("/proc", self.path("jail/proc"))
            .bind_over("/proc", self.path("nodb/proc"))
    }

    /// Has the tool, which runs others, find ours or the original by the name `chroot`.
    pub(crate) fn leads_to(&self, tool: Tool, program: &Path) -> Tool {
        let directory = match program == RCHROOT.path() {
            true => self.scratch.dir("ours"),
            false => self.scratch.dir("theirs"),
        };
        let link = directory.join("chroot");
        if !link.exists() {
            symlink(program, link).unwrap();
        }
        let path = format!("{}:{}:/usr/bin:/bin:/", directory.display(), self.path(""));
        tool.env("PATH", path)
    }

    /// Root, with two supplementary groups.
    pub(crate) fn root(&self, tool: Tool) -> Tool {
        self.here(tool).as_user(0, 0, &GROUPS)
    }

    /// An ordinary user: another one where root runs the tests, else who runs them.
    pub(crate) fn ordinary(&self, tool: Tool) -> Tool {
        match geteuid().is_root() {
            true => self.here(tool).as_user(TESTER, TESTER, &GROUPS),
            false => self.here(tool),
        }
    }
}

/// Returns the files that a program needs besides itself, as its own dynamic loader lists them, ld.so(8). ldd(1) knows
/// loaders in /lib64 and the like alone.
pub(crate) fn libraries(program: &str) -> Vec<String> {
    let list = Tool::new(program).env("LD_TRACE_LOADED_OBJECTS", "1");
    let list = list.run().ok().out();
    let words = list.split_whitespace();
    words
        .filter(|word| word.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

/// Every file below a directory, with its contents if it is a regular one.
pub(crate) fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.symlink_metadata().unwrap().file_type();
            let contents = match kind.is_file() {
                true => fs::read(&path).unwrap(),
                false => Vec::new(),
            };
            if kind.is_dir() {
                left.push(path.clone());
            }
            found.insert(path, contents);
        }
    }
    found
}

/// What is mounted in this test's own mount namespace at or below a directory.
pub(crate) fn mounts_below(directory: &Path) -> Vec<PathBuf> {
    let table = fs::read("/proc/self/mountinfo").unwrap();
    let points = testkit::mount_points(&table);
    points
        .filter(|point| point.starts_with(directory))
        .collect()
}

/// A root that has every mount point, so that nothing is to be made in it.
pub(crate) fn whole() -> Fixture {
    let fixture = Fixture::new();
    for directory in ["sys", "run", "tmp", "mnt"] {
        fixture.scratch.dir(format!("jail/{directory}"));
    }
    fixture.file("jail/etc/resolv.conf", "inside\n");
    fixture
}

/// Where the C library of a root is.
pub(crate) fn library_directory() -> String {
    let libraries = libraries("/bin/sh");
    let library = libraries
        .iter()
        .find(|library| library.contains("/libc.so"));
    let directory = Path::new(library.expect("the shell has a C library")).parent();
    directory.unwrap().to_str().unwrap().to_owned()
}

/// Runs the tool and returns which of these files and directories' entries were opened meanwhile, in alphabetical
/// order.
pub(crate) fn opened(watched: &[PathBuf], tool: Tool) -> (Outcome, Vec<String>) {
    let inotify = Inotify::init(InitFlags::IN_NONBLOCK).unwrap();
    let watches: Vec<_> = watched
        .iter()
        .map(|path| {
            (
                inotify.add_watch(path, AddWatchFlags::IN_OPEN).unwrap(),
                path,
            )
        })
        .collect();
    let outcome = tool.run();
    let mut names = Vec::new();
    while let Ok(events) = inotify.read_events() {
        for event in events {
            let entry = event.name.unwrap_or_default();
            let (_, path) = watches
                .iter()
                .find(|(watch, _)| *watch == event.wd)
                .unwrap();
            let path = if entry.is_empty() {
                (*path).clone()
            } else {
                path.join(entry)
            };
            names.push(path.to_str().unwrap().to_owned());
        }
    }
    names.sort();
    names.dedup();
    (outcome, names)
}

/// Ours beside the original.
pub(crate) fn differential_test() -> Option<DifferentialTest> {
    DifferentialTest::new("chroot", RCHROOT)
}

/// What [`SHOW`] tells, in short: `u=5101 g=5201 G=5201,5301`.
pub(crate) fn ids(shown: &str) -> String {
    let field = |key: &str| {
        let line = shown.lines().find_map(|line| line.strip_prefix(key));
        let fields: Vec<&str> = line.unwrap_or_default().split_whitespace().collect();
        fields
    };
    let one = |key| match field(key)[..] {
        [first, ref others @ ..] if others.iter().all(|other| *other == first) => first.to_owned(),
        ref several => format!("{several:?}"),
    };
    let groups = field("Groups:").join(",");
    format!("u={} g={} G={groups}", one("Uid:"), one("Gid:"))
}
