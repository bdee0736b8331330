//! The whole table: every form of target, good and bad, in every place that takes one, as root and as a user, each in a
//! container of that user. `table.txt` has a line for each, and what comes of it; with NSUTILS_SESSIONS=write the test
//! writes it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use testkit::{Outcome, Scratch, Tool, require, workspace};

use super::bind_namespace;
use crate::cgroup::{Cgroup, knows_cgroup2};
use crate::fixture::{Caller, Container, NOBODY, RNSENTER, bind, in_private_mounts};

/// The forms, with names for what differs from run to run.
const FORMS: &[&str] = &[
    "{PID}",
    "{PID}:{PIDFD}",
    "{NET}",
    "net:[{NET}]",
    "/proc/{PID}/ns/net",
    "{DIR}/net",
    "{DIR}/set",
    "netns:blue",
    "{ID}",
    "{SHORT}",
    "",
    "0",
    "-1",
    "x",
    "{GONE}",
    "{PID}:1",
    "{PID}:",
    "{PID}:x",
    "4294967294",
    "4294967296",
    "uts:[{NET}]",
    "net:[]",
    "net:[x]",
    "nets:[{NET}]",
    "/nosuch",
    "/etc/passwd",
    "/",
    "netns:",
    "netns:..",
    "netns:gone",
    "netns:a/b",
    "ffffff",
    "FFFFFF",
    "fffff",
    "000000000000",
];

/// What there is to be named.
struct Names {
    container: Container,
    _cgroup: Cgroup,
    values: Vec<(&'static str, String)>,
}

impl Names {
    fn new(caller: Caller, directory: &Path, top: &Cgroup) -> Option<Names> {
        let container = Container::unshared(caller, &["-r", "-u", "-n", "-m"])?;
        let inode = fs::metadata(container.proc("ns/net")).unwrap().ino();
        let id = format!(
            "{:08x}abcd{}",
            nix::unistd::gettid().as_raw(),
            "0123456789abc".repeat(4)
        );
        let cgroup = top.child(&format!("docker-{id}.scope"));
        cgroup.take(container.pid());
        for file in ["net", "set/net", "set/user"] {
            let name = if file.ends_with("net") { "net" } else { "user" };
            bind_namespace(&container, name, &directory.join(file));
        }
        bind_namespace(&container, "net", Path::new("/run/netns/blue"));
        let values = vec![
            ("{PIDFD}", container.inode()),
            ("{PID}", container.pid().to_string()),
            ("{NET}", inode.to_string()),
            ("{DIR}", directory.display().to_string()),
            ("{SHORT}", id[..12].to_owned()),
            ("{ID}", id),
            ("{GONE}", NOBODY.to_owned()),
        ];
        Some(Names {
            container,
            _cgroup: cgroup,
            values,
        })
    }

    fn fill_in(&self, form: &str) -> String {
        let values = self.values.iter();
        values.fold(form.to_owned(), |form, (name, value)| {
            form.replace(name, value)
        })
    }

    /// The text with the names in it, the longest values first.
    fn take_out(&self, text: &str) -> String {
        let mut values: Vec<_> = self.values.iter().collect();
        values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        let text = text.trim_end().replace('\n', " / ");
        values
            .into_iter()
            .fold(text, |text, (name, value)| text.replace(value, name))
    }

    /// What comes of a target in a place.
    fn result(&self, outcome: &Outcome) -> String {
        if outcome.code() != 0 {
            return format!("{}: {}", outcome.code(), self.take_out(&outcome.err()));
        }
        let holder = format!("{} process ", self.container.pid());
        let number = self.values[2].1.as_str();
        let signs = [number, &holder];
        match signs.into_iter().any(|sign| outcome.out().contains(sign)) {
            true => "found".to_owned(),
            false => "nothing of it".to_owned(),
        }
    }
}

/// The places, each with the words before and behind the target.
fn places<'a>(
    target: &'a str,
    pid: &'a str,
    rlsns: &Path,
    caller: Caller,
) -> Vec<(&'static str, Tool)> {
    let rnsenter = Tool::new(RNSENTER).argv0("rnsenter").args(["-t", target]);
    let options: &[&str] = match caller {
        Caller::Whoever => &["-n"],
        Caller::Tester => &["-U", "-n"],
    };
    let show = ["readlink", "/proc/self/ns/net"];
    let list = |words: &[&str]| {
        let tool = Tool::new(rlsns)
            .argv0("rlsns")
            .args(["-rn", "-l", "-o", "NS"]);
        tool.args(words)
    };
    let both = format!("{target},{pid}");
    let inspect = |words: &[&str]| Tool::new(rlsns).argv0("rlsns").arg("-rn").args(words);
    vec![
        ("rnsenter --target", rnsenter.args(options).args(show)),
        ("rlsns NAMESPACE", list(&["--", target])),
        ("rlsns --task", list(&["--task", target])),
        (
            "rlsns --holders",
            inspect(&["-t", "net", "--holders", target]),
        ),
        (
            "rlsns --compare",
            inspect(&["-t", "net", "--compare", &both]),
        ),
    ]
}

/// The lines of the table for one caller.
fn walk(caller: Caller, rlsns: &Path) -> Vec<String> {
    let scratch = Scratch::new();
    let mut lines = Vec::new();
    in_private_mounts(|| {
        let (none, path) = (None::<&str>, scratch.path());
        let flags = nix::mount::MsFlags::empty();
        nix::mount::mount(none, path, Some("tmpfs"), flags, Some("mode=755")).unwrap();
        for directory in ["set", "run/netns"] {
            fs::create_dir_all(path.join(directory)).unwrap();
        }
        bind(&path.join("run"), Path::new("/run"));
        let top = Cgroup::new();
        let Some(names) = Names::new(caller, path, &top) else {
            return;
        };
        let pid = names.container.pid().to_string();
        for form in FORMS {
            let target = names.fill_in(form);
            for (place, tool) in places(&target, &pid, rlsns, caller) {
                let result = names.result(&caller.runs(tool).run());
                lines.push(format!("{form:22} {place:18} {result}"));
            }
        }
    });
    lines
}

fn table() -> PathBuf {
    workspace().join("tests/rnsenter/target_forms/table.txt")
}

#[test]
fn every_form_in_every_place_is_what_the_table_says() {
    if !require::root() || !require::machine_feature(knows_cgroup2(), "there is no cgroup2 here") {
        return;
    }
    let Some(rlsns) = require::workspace_program("rlsns") else {
        return;
    };
    let [root, user] = [Caller::Whoever, Caller::Tester].map(|caller| walk(caller, &rlsns));
    let mut lines = Vec::new();
    for (root, user) in root.iter().zip(&user) {
        match root == user {
            true => lines.push(format!("both {root}")),
            false => lines.extend([format!("root {root}"), format!("user {user}")]),
        }
    }
    let text = lines.join("\n") + "\n";
    if std::env::var_os("NSUTILS_SESSIONS").is_some_and(|task| task == "write") {
        fs::write(table(), &text).unwrap();
    }
    let expected = fs::read_to_string(table()).unwrap();
    for (now, expected) in text.lines().zip(expected.lines()) {
        assert_eq!(now, expected);
    }
    assert_eq!(text.len(), expected.len());
}
