//! Where the programs meet what is hostile: a mount namespace, made by `runshare`, that a shell script has prepared.

use std::ffi::OsString;
use std::path::PathBuf;

use nix::unistd::geteuid;
use testkit::{Outcome, Tool, require};

/// The four programs.
pub(crate) const PROGRAMS: [&str; 4] = ["runshare", "rnsenter", "rlsns", "rchroot"];

/// The program of this name, for which `can_run` has asked.
pub(crate) fn built(name: &str) -> PathBuf {
    require::workspace_program(name).expect("it was asked for")
}

/// Whether there is a fixture, and the programs to go there.
pub(crate) fn can_run() -> bool {
    let is_built = |name| require::workspace_program(name).is_some();
    require::user_namespaces() && PROGRAMS.into_iter().all(is_built)
}

/// A shell script, as root of a mount namespace of its own; for an ordinary user also of a user namespace. `words` are
/// its `$1`, `$2`, and so on.
pub(crate) fn script(script: &str, words: impl IntoIterator<Item = impl Into<OsString>>) -> Tool {
    let own: &[&str] = if geteuid().is_root() {
        &["-m"]
    } else {
        &["-r", "-m"]
    };
    let shell = Tool::new(built("runshare")).args(own);
    shell.args(["sh", "-ec", script, "sh"]).args(words)
}

/// A program of ours with its options, as words for a script.
pub(crate) fn ours(name: &str, options: &str) -> Vec<String> {
    let program = built(name).display().to_string();
    let options = options.split_whitespace().map(str::to_owned);
    [program].into_iter().chain(options).collect()
}

/// Asserts that nothing was written but text: no control character except the ends of lines.
#[track_caller]
pub(crate) fn is_text(outcome: &Outcome) {
    for bytes in [&outcome.stdout, &outcome.stderr] {
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let control = text.chars().find(|it| it.is_control() && *it != '\n');
        assert_eq!(control, None, "{outcome}");
    }
}
