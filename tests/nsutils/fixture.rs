//! The two ways to call a program of the file, and the single program beside them.

use testkit::{Outcome, Program, Tool, require};

/// Each program and its original.
pub(crate) const PROGRAMS: [(&str, &str); 4] = [
    ("runshare", "unshare"),
    ("rnsenter", "nsenter"),
    ("rlsns", "lsns"),
    ("rchroot", "chroot"),
];

/// The program under test.
pub(crate) const NSUTILS: Program = Program::built(env!("CARGO_BIN_EXE_nsutils"));

/// Runs the single program `name` and `nsutils`, both called as `called`, with the same words; then `nsutils` with
/// `called` as its first word. All three must end and write the same.
#[track_caller]
pub(crate) fn assert_same(
    name: &str,
    called: &str,
    setup: impl Fn(Tool) -> Tool,
) -> Option<Outcome> {
    let single = require::workspace_program(name)?;
    let single = setup(Tool::new(single).argv0(called)).run();
    let by_link = setup(Tool::new(NSUTILS).argv0(called)).run();
    let by_word = setup(Tool::new(NSUTILS).arg(called)).run();
    for (how, multicall) in [
        ("called by that name", by_link),
        ("by its first word", by_word),
    ] {
        assert_eq!(
            (multicall.status, multicall.out(), multicall.err()),
            (single.status, single.out(), single.err()),
            "nsutils {how} ends or writes otherwise than {name} called {called}"
        );
    }
    Some(single)
}
