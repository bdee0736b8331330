//! With fewer rights there is less to see, but nothing that makes the list fail or wait.

use std::fs::File;
use std::time::Duration;

use testkit::{Running, Tool};

use crate::fixture::Fixture;
use crate::hiding_places::PLACES;
use crate::processes::{asleep, sleep};
use crate::scenario::{Scenario, TESTER};

/// A process with what a careless reader would wait for, or be misled by.
fn trap(fixture: &Fixture) -> Running {
    let path = fixture.scratch.path().join("fifo");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let fifo = File::options().read(true).write(true).open(&path).unwrap();
    let pty = nix::pty::openpty(None, None).unwrap();
    let (pipe, _) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
    let tool = sleep().fd(5, fifo).fd(6, pty.master).fd(7, pipe);
    let misleading = fixture.scratch.file("net:[4026531840]", "");
    asleep(tool.fd(8, File::open(misleading).unwrap()))
}

#[test]
fn with_less_privilege_it_neither_fails_nor_waits() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let _trap = trap(&fixture);
    let _hidden = fixture.processor.on(|| PLACES.map(|place| place(&fixture)));
    let strangers: &[fn(Tool) -> Tool] = match fixture.scenario {
        Scenario::User => &[|tool| tool, |tool| tool.without_capability(21)],
        _ => &[
            |tool| tool,
            |tool| tool.as_user(TESTER, TESTER, &[]),
            |tool| tool.without_capability(21),
            |tool| tool.without_capability(19),
            |tool| tool.without_capability(21).without_capability(19),
        ],
    };
    for caller in strangers {
        for line in [
            &[][..],
            &["-T"],
            &["-J", "-o", "NS,HELD"],
            &["--output-all"],
            &["-P"],
            &["-p", "1"],
            &["-t", "mnt"],
            &["0"],
        ] {
            let tool = caller(fixture.ours()).timeout(Duration::from_secs(10));
            let outcome = tool.args(line).run().ok();
            assert!(outcome.stderr.is_empty(), "{outcome}");
        }
    }
}
