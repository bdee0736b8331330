//! What messages in the reader's language cost in system calls: nothing in the C locale and without a message, and
//! little with one. Before another root or mount namespace is entered, catalogues are read all the same.

use std::fs;
use std::io::{self, Write};

use testkit::{Scratch, Tool, require};

use crate::programs::program;

/// The most further calls of a message: the locale, and two catalogues.
const MOST: usize = 14;

/// A machine with the originals' catalogues and one Chinese locale, in an archive as distributions have it.
struct Machine {
    scratch: Scratch,
    catalogues: std::path::PathBuf,
}

impl Machine {
    fn new() -> Option<Machine> {
        let catalogues = require::catalogues()?;
        if !require::installed("strace") || !require::installed("localedef") {
            return None;
        }
        let scratch = Scratch::new();
        let archive = scratch.dir("usr/lib/locale").join("locale-archive");
        // It may warn of what the sources of the locale leave out.
        let made = Tool::new("/usr/bin/localedef")
            .args(["-i", "zh_CN", "-f", "UTF-8", "zh_CN.UTF-8", "--prefix"])
            .arg(scratch.path())
            .run();
        assert!(archive.is_file(), "{made}");
        Some(Machine {
            scratch,
            catalogues,
        })
    }

    /// How many calls a program makes until it ends, or runs another.
    fn calls(&self, locale: &str, name: &str, words: &[&str]) -> Option<usize> {
        let trace = self.scratch.path().join("trace");
        let tool = Tool::new("/usr/bin/strace")
            .arg("-o")
            .arg(&trace)
            .arg(program(name)?)
            .args(words)
            .bind_over(
                self.scratch.path().join("usr/lib/locale"),
                "/usr/lib/locale",
            )
            .bind_over(self.catalogues.join("share"), "/usr/share/locale")
            .env("LC_ALL", locale);
        let _ = tool.run();
        let trace = fs::read_to_string(&trace).expect("strace has written it");
        // Built for debugging, the standard library looks at each descriptor that it closes.
        let is_own = |line: &&str| !line.starts_with(['-', '+']) && !line.contains(", F_GETFD)");
        let calls = trace.lines().filter(is_own);
        let becomes_another = |line: &&str| line.starts_with("execve(") && line.ends_with(" = 0");
        let own = calls.skip(1).take_while(|line| !becomes_another(line));
        Some(own.count())
    }
}

#[test]
fn nothing_is_read_without_a_message_and_little_with_one() {
    let Some(machine) = Machine::new() else {
        return;
    };
    for (name, words, most) in [
        ("runshare", &["--user", "true"][..], 0),
        ("runshare", &["--uts", "--net", "true"], 0),
        ("runshare", &["--foo"], MOST),
        ("runshare", &["--net=/nosuch", "true"], MOST),
        ("rnsenter", &["--uts=/proc/self/ns/uts", "true"], 0),
        ("rnsenter", &["--foo"], MOST),
        ("rnsenter", &["--net=/nosuch", "true"], MOST),
        ("rlsns", &["--version"], 0),
        ("rlsns", &["--foo"], MOST),
        ("rlsns", &["-t", "nosuch"], MOST),
        ("rchroot", &["--version"], 0),
        ("rchroot", &["--foo"], MOST),
    ] {
        let calls = |locale| machine.calls(locale, name, words);
        let counts = (calls("C"), calls("C.UTF-8"), calls("zh_CN.UTF-8"));
        let (Some(c), Some(utf8), Some(chinese)) = counts else {
            return;
        };
        let _ = writeln!(
            io::stderr(),
            "{name} {}: C {c}, C.UTF-8 {utf8}, zh_CN {chinese}",
            words.join(" ")
        );
        // A program without a loader makes the fewest.
        assert!(c > 4, "{words:?}: {c}");
        assert_eq!(utf8, c, "{name} {words:?} in C.UTF-8");
        let further = chinese.saturating_sub(c);
        assert!(further <= most, "{name} {words:?}: {further} further calls");
        assert_eq!(
            further > 0,
            most > 0,
            "{name} {words:?}: {further} further calls"
        );
    }
}
