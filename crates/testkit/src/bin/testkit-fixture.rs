//! What tests run inside of a tool, and no shell can do. `testkit::require::fixture_program` finds it.
//!
//! - `testkit-fixture session-keyring` prints the number of its session keyring.
//! - `testkit-fixture ancestors NAME` prints what it can reach, by ptrace(2) and /proc, of the processes above it whose
//!   name begins with NAME, on one line.
//! - `testkit-fixture environ MEBIBYTES` has so much memory shown as its environment, writes `up`, and sleeps.

use std::env::args;
use std::io::{Error, Write, stdout};
use std::process::ExitCode;

fn report(words: &[String]) -> Result<String, String> {
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["session-keyring"] => {
            let keyring = testkit::session_keyring();
            let keyring = keyring.map_err(|errno| format!("keyctl: {errno}"))?;
            Ok(keyring.to_string())
        }
        ["ancestors", name] => Ok(testkit::probe_ancestors(name).join(" ")),
        ["environ", mebibytes] => sleep_with_environ(mebibytes),
        _ => Err(USAGE.to_owned()),
    }
}

const USAGE: &str = "usage: testkit-fixture session-keyring | ancestors NAME | environ MEBIBYTES";

fn sleep_with_environ(mebibytes: &str) -> Result<String, String> {
    let mebibytes: usize = mebibytes.parse().map_err(|_| USAGE)?;
    let shown = testkit::show_as_environ(vec![0; mebibytes << 20].leak());
    shown.map_err(|errno| format!("prctl: {errno}"))?;
    let written = stdout().write_all(b"up\n").and_then(|()| stdout().flush());
    written.map_err(|error| error.to_string())?;
    loop {
        std::thread::park();
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = args().skip(1).collect();
    let written = report(&words).and_then(|text| {
        let written = writeln!(stdout(), "{text}");
        written.map_err(|error: Error| error.to_string())
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            let _ = writeln!(std::io::stderr(), "testkit-fixture: {reason}");
            ExitCode::FAILURE
        }
    }
}
