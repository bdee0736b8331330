//! What the questions are on: the scripts under the names that they are installed by, our programs under both of
//! their names, a directory to be completed, and a namespace that a file in it keeps.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use testkit::{Running, Scratch, Tool, eventually, require, workspace};
use tools::{MULTICALL, TOOLS, original};

use crate::names;
use crate::questions::{Candidates, QUESTIONS};

/// Where a shell is asked. It is root of a user namespace there, and what it keeps goes with it.
pub(crate) struct Fixture {
    scratch: Scratch,
    process: Running,
    odd: Running,
    /// The namespaces of the shell.
    apart: &'static [&'static str],
}

/// Keeps namespaces, some below names that others have chosen, gives networks and users such names, and becomes the
/// shell. A network that is `$1/silent` is a file system which may stop answering.
const KEEP: &str = r#"
mount -t tmpfs none /run && cp -a "$1/netns" /run/netns || exit
for point in "$1/kept" "$1"/points/* /run/netns/blue; do
    mount --bind /proc/self/ns/net "$point" || exit
done
if [ -d "$1/silent" ]; then
    mkdir /run/netns/silent && mount --bind "$1/silent" /run/netns/silent || exit
fi
for file in passwd group; do
    mount --bind "$1/$file" /etc/$file || exit
done
cd "$1" && shift && exec "$@"
"#;

/// A process calls itself what it likes.
const ODD: &str = r"printf 'od\033[31m/d' >/proc/$$/comm; kill -STOP $$";

impl Fixture {
    /// None, and the test skipped, if something is missing.
    #[track_caller]
    pub(crate) fn set(shell: &str) -> Option<Fixture> {
        let found = require::installed(shell)
            && require::user_namespaces()
            && TOOLS
                .iter()
                .chain([&MULTICALL])
                .all(|tool| require::workspace_program((tool.command)().get_name()).is_some());
        found.then(|| Fixture::new(&["--user", "--map-root-user", "--mount"]))
    }

    /// One whose shell may look into every process: root's. None as with [`Fixture::set`], and for an ordinary user.
    #[track_caller]
    pub(crate) fn set_for_root(shell: &str) -> Option<Fixture> {
        let mut fixture = require::root().then(|| Fixture::set(shell))??;
        fixture.apart = &["--mount"];
        Some(fixture)
    }

    fn new(apart: &'static [&'static str]) -> Fixture {
        let scratch = Scratch::new();
        for directory in ["dir", "bin", "scripts/bash", "scripts/fish", "scripts/zsh"] {
            scratch.dir(directory);
        }
        scratch.file("file", "");
        scratch.file("kept", "");
        for tool in TOOLS.iter().chain([&MULTICALL]) {
            let command = (tool.command)();
            let name = command.get_name();
            for name in BTreeSet::from([name, original(name)]) {
                let (bash, zsh) = (format!("bash/{name}"), format!("zsh/_{name}"));
                for (shell, place) in [
                    ("bash", bash),
                    ("zsh", zsh),
                    ("fish", format!("fish/{name}.fish")),
                ] {
                    let script = workspace().join(format!("completions/{name}.{shell}"));
                    fs::copy(script, scratch.path().join("scripts").join(place)).expect("a script");
                }
                let program = ours(command.get_name());
                symlink(program, scratch.path().join("bin").join(name)).expect("a link");
            }
        }
        make_root(&scratch);
        names::make(&scratch);
        let process = Tool::new("/bin/sleep").arg("1000").spawn();
        let odd = Tool::new("/bin/bash").args(["-c", ODD]).spawn();
        let path = format!("/proc/{}/comm", odd.pid());
        eventually("it has its name", || {
            fs::read(&path).is_ok_and(|name| name.starts_with(b"od"))
        });
        Fixture {
            scratch,
            process,
            odd,
            apart,
        }
    }

    /// The number of a process whose name has an escape sequence and a slash in it.
    pub(crate) fn odd(&self) -> String {
        self.odd.pid().to_string()
    }

    /// As much of it as leaves a shell something to list.
    pub(crate) fn odd_typed(&self) -> String {
        let mut number = self.odd();
        number.pop();
        number
    }

    /// Where `{dir}` is.
    pub(crate) fn path(&self) -> &Path {
        self.scratch.path()
    }

    /// A shell on this fixture, started by these words.
    pub(crate) fn shell(&self, words: &[&str]) -> Tool {
        let tool = Tool::new(ours("runshare"))
            .args(self.apart.iter().copied())
            .args(["sh", "-c", KEEP, "sh"])
            .arg(self.path());
        let path = format!("{}/bin:/usr/bin:/bin", self.path().display());
        let home = self.path().join("home");
        tool.args(words.iter().copied())
            .env("PATH", path)
            .env("HOME", home)
            // As most users have it; in others zsh and Readline show bytes as numbers.
            .env("LC_ALL", "C.UTF-8")
    }

    fn filled(&self, text: &str) -> String {
        let pid = self.process.pid().to_string();
        let namespace = fs::read_link(format!("/proc/{pid}/ns/uts")).expect("its namespace");
        let number: String = namespace
            .to_string_lossy()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        text.replace("{dir}", &self.path().display().to_string())
            .replace("{pid}", &pid)
            .replace("{ns}", &number)
    }

    /// The lines of all questions.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = QUESTIONS.iter().map(|question| question.line);
        lines.map(|line| self.filled(line)).collect()
    }

    /// Asks every question, and fails with all whose answer is another.
    #[track_caller]
    pub(crate) fn ask_all(&self, mut ask: impl FnMut(&str) -> BTreeSet<String>) {
        let mut wrong = String::new();
        for question in QUESTIONS {
            let line = self.filled(question.line);
            let offered: BTreeSet<_> = ask(&line).into_iter().map(without_slash).collect();
            let (right, expected) = match question.candidates {
                Candidates::All(words) => {
                    let words: BTreeSet<_> = words.iter().map(|word| self.filled(word)).collect();
                    (offered == words, words)
                }
                Candidates::One(word) => {
                    let word = self.filled(word);
                    (offered.contains(&word), BTreeSet::from([word]))
                }
            };
            if !right {
                wrong +=
                    &format!("asked    {line}\nexpected {expected:?}\ngot      {offered:?}\n\n");
            }
        }
        assert!(wrong.is_empty(), "\n{wrong}");
    }
}

/// A root: a program and a directory that are there alone, and links that would lead out of it.
fn make_root(scratch: &Scratch) {
    scratch.dir("root/usr/inner");
    scratch.dir("root/etc");
    scratch.program("root/usr/inner/tool", "#!/bin/sh\n");
    scratch.file("root/etc/inside.conf", "");
    scratch.dir("root/evil");
    scratch.file("root/evil/$(touch harm);`touch harm`", "");
    scratch.dir("root/quoted");
    scratch.file("root/quoted/x;touch harm & 'q", "");
    scratch.dir("root/odd");
    for name in [
        "plain",
        "\u{1b}[31mred",
        "two\nlines",
        "c1\u{9b}31m",
        "turned\u{202e}name",
    ] {
        scratch.file(format!("root/odd/{name}"), "");
    }
    let mixed = OsStr::from_bytes(b"mixed\xff\xc2\x9b31m");
    scratch.file(Path::new("root/odd").join(mixed), "");
    for (target, name) in [
        ("/usr", "absolute"),
        ("../../../../../../../../etc", "above"),
        ("self", "self"),
        ("/nowhere", "dangling"),
        ("usr/inner", "relative"),
    ] {
        symlink(target, scratch.path().join("root").join(name)).expect("a link");
    }
}

/// Some shells show that a word is a directory, some insert it only when it is chosen.
fn without_slash(mut word: String) -> String {
    if word.ends_with('/') {
        word.pop();
    }
    word
}

pub(crate) fn ours(name: &str) -> PathBuf {
    require::workspace_program(name).expect("the fixture has asked for it")
}
