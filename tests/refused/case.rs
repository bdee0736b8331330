//! A command line, and what of its output is the same each time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::{Uid, User};
use testkit::{Outcome, Tool, originals};

use crate::built;
use crate::fixture::Fixture;
use crate::jail::{Jail, Leftovers};

/// The originals by the names of ours.
const ORIGINALS: [(&str, &str); 4] = [
    ("runshare", "unshare"),
    ("rnsenter", "nsenter"),
    ("rlsns", "lsns"),
    ("rchroot", "chroot"),
];

pub(crate) struct Case<'a> {
    pub(crate) program: &'static str,
    pub(crate) words: Vec<String>,
    /// The program that it is to run, and its arguments; none for a list.
    pub(crate) runs: Vec<String>,
    /// The numbers of the namespaces that a list is judged by: the others come and go.
    inodes: Vec<String>,
    /// Where it mounts namespaces.
    pub(crate) persistent: Option<PathBuf>,
    /// The root that it uses, in which nothing may be left.
    pub(crate) jail: Option<&'a Jail>,
    /// The user that root has run it.
    user: Option<u32>,
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

impl<'a> Case<'a> {
    pub(crate) fn of_rlsns(line: &str, fixture: &Fixture) -> Case<'a> {
        Case {
            inodes: fixture.inodes(),
            ..Case::running("rlsns", &fixture.fill(line), "")
        }
    }

    /// A program that runs `runs`.
    pub(crate) fn running(program: &'static str, line: &str, runs: &str) -> Case<'a> {
        Case {
            program,
            words: words(line),
            runs: words(runs),
            inodes: Vec::new(),
            persistent: None,
            jail: None,
            user: None,
        }
    }

    /// Ours.
    pub(crate) fn tool(&self) -> Tool {
        self.set_up(Tool::new(built(self.program)))
    }

    /// The original.
    pub(crate) fn original(&self) -> Option<Tool> {
        let (_, name) = ORIGINALS.iter().find(|(ours, _)| *ours == self.program)?;
        let path = originals().join("bin").join(name);
        path.exists().then(|| self.set_up(Tool::new(path)))
    }

    /// The program that it is to run, by itself.
    pub(crate) fn alone(&self) -> Option<Tool> {
        let (program, arguments) = self.runs.split_first()?;
        let inside = self.jail.and_then(|jail| jail.program(program));
        let program = inside.unwrap_or_else(|| program.into());
        Some(in_time(Tool::new(program)).args(arguments))
    }

    fn set_up(&self, tool: Tool) -> Tool {
        // JSON has a row a line so.
        let tool = in_time(tool).env("LIBSMARTCOLS_JSON", "lines");
        let tool = match self.jail {
            Some(jail) => jail.mark(tool),
            None => tool,
        };
        let tool = match self.user {
            Some(user) => tool.as_user(user, user, &[]),
            None => tool,
        };
        tool.args(&self.words).args(&self.runs)
    }

    /// What of its output is the same each time: the lines about the namespaces that it is judged by; for links of
    /// namespaces, whether they are the caller's own.
    pub(crate) fn facts(&self, outcome: &Outcome) -> Vec<String> {
        let out = outcome.out();
        if self.runs.iter().any(|word| word == "/proc/mounts") {
            return topmost_mounts(&out);
        }
        // A graph as JSON is one line, of which each object is judged by itself: others' processes come and go.
        let is_graph = self.words.iter().any(|word| word == "--graph=json");
        let parts = out.lines().flat_map(|line| match is_graph {
            true => line.split(['{', '}']).collect::<Vec<_>>(),
            false => vec![line],
        });
        let mut lines: Vec<String> = parts.map(plain).collect();
        if self.words.iter().any(|word| word == "--check") {
            lines = lines.iter().map(|line| verdict(line)).collect();
        }
        if !self.inodes.is_empty() {
            let among = |line: &String| self.inodes.iter().any(|inode| line.contains(inode));
            // A view of one namespace or process has no numbers in each line.
            let is_list = !self
                .words
                .iter()
                .any(|word| word == "--holders" || word == "PID,PPID,USER");
            lines.retain(|line| !is_list || among(line));
        }
        lines
    }
}

/// The word without the number of processes that could not be read, of which some have begun or ended meanwhile.
fn without_count(word: &str) -> String {
    let name = "\"unreadable\":";
    match word.split_once(name) {
        Some((before, after)) => {
            let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
            format!("{before}{name}N{after}")
        }
        None => word.to_owned(),
    }
}

/// A line without the art of a tree, its words one blank apart; a link of a namespace as `own` or `other`.
fn plain(line: &str) -> String {
    let art = ["├─", "└─", "│", "|-", "`-"];
    let words = line.split_whitespace().filter(|word| *word != "|");
    let (name, number) = caller();
    let words = words.map(|word| {
        let word = art
            .iter()
            .fold(word, |word, art| word.trim_start_matches(art));
        match word.split_once(":[") {
            Some((kind, _)) if !kind.contains('"') => {
                let own = fs::read_link(Path::new("/proc/thread-self/ns").join(kind));
                let is_own = own.is_ok_and(|own| own == Path::new(word));
                format!("{kind}:{}", if is_own { "own" } else { "other" })
            }
            // A user without a name is shown by number.
            _ if word == name => number.clone(),
            _ if word == "root" => "0".to_owned(),
            _ => without_count(&word.replace(&format!("\"{name}\""), &format!("\"{number}\""))),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The name and the number of the user who runs the tests, and so all processes that are looked at.
fn caller() -> (String, String) {
    let uid = Uid::effective();
    let user = User::from_uid(uid).expect("the users can be asked");
    let name = user.map_or_else(|| uid.to_string(), |user| user.name);
    (name, uid.to_string())
}

/// A line of `--check` without what /proc says of the kernel and its limits, which is `-` where it cannot be asked.
fn verdict(line: &str) -> String {
    let said = |word: &&str| *word != "-" && !["yes", "null", "true,"].contains(word);
    let words = line.split_whitespace();
    let without = |word: &&str| !word.starts_with("\"kernel") && !word.starts_with("\"limit");
    let words: Vec<&str> = words.filter(without).filter(said).collect();
    let numbers = |word: &&&str| word.parse::<u64>().is_err();
    words
        .iter()
        .filter(numbers)
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What is on top of each mount point, in the words of /proc/mounts. Before Linux 5.2 a root is no mount of its own
/// unless it is an overlay; where the groups of terminals cannot be asked for, devpts gets none.
fn topmost_mounts(table: &str) -> Vec<String> {
    let mut mounts = BTreeMap::new();
    for line in table.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        if let [_, point, kind, options, ..] = words[..] {
            mounts.insert(
                point,
                format!("{point} {kind} {}", options.replace(",gid=5", "")),
            );
        }
    }
    mounts.retain(|point, line| *point != "/" || line.starts_with("/ overlay"));
    // The caller's /sys, which is in the place of one that may not be made, has more mounts.
    mounts.retain(|point, _| !point.starts_with("/sys/"));
    mounts.into_values().collect()
}

/// Nothing here takes long; what hangs is told.
fn in_time(tool: Tool) -> Tool {
    tool.timeout(Duration::from_secs(60))
}

/// How many of the namespaces that were to be mounted are, and what else is left.
#[derive(Debug)]
pub(crate) struct Left {
    mounted: usize,
    of: usize,
    others: Leftovers,
}

impl Left {
    /// All or none, and all after a success; and nothing else, but for what is reported.
    pub(crate) fn is_whole(&self, succeeded: bool, is_reported: bool) -> bool {
        let is_whole = self.mounted == self.of || self.mounted == 0 && !succeeded;
        let others = &self.others;
        is_whole && others.found.is_empty() && (is_reported || !others.has_work)
    }
}

impl<'a> Case<'a> {
    /// The same, with namespaces mounted below this directory, which it makes.
    pub(crate) fn persistent(self, directory: PathBuf) -> Case<'a> {
        Case {
            persistent: Some(directory),
            ..self
        }
    }

    /// The same, in this root, of which the words name the paths.
    pub(crate) fn inside(mut self, jail: &'a Jail) -> Case<'a> {
        self.words = self.words.iter().map(|word| jail.fill(word)).collect();
        Case {
            jail: Some(jail),
            ..self
        }
    }

    /// The same, run by this user.
    pub(crate) fn run_by(self, user: u32) -> Case<'a> {
        Case {
            user: Some(user),
            ..self
        }
    }

    /// Takes away what it has left; returns what that was.
    pub(crate) fn clean_up(&self) -> Left {
        let others = self.jail.map(Jail::leftovers).unwrap_or_default();
        let (mounted, of) = self.unmount();
        Left {
            mounted,
            of,
            others,
        }
    }

    /// Unmounts what it has mounted; returns how much that was, and how much it was to be.
    fn unmount(&self) -> (usize, usize) {
        let Some(directory) = &self.persistent else {
            return (0, 0);
        };
        let table = fs::read("/proc/self/mountinfo").expect("the mounts");
        let points = testkit::mount_points(&table).filter(|point| point.starts_with(directory));
        let mut points: Vec<PathBuf> = points.collect();
        // The last mounted first: it may be on top of an earlier one.
        points.reverse();
        let mounted = points.iter().filter(|point| *point != directory).count();
        for point in &points {
            let _ = Tool::new("/usr/bin/umount").arg("-l").arg(point).run();
        }
        let _ = fs::remove_dir_all(directory);
        (mounted, 2)
    }
}
