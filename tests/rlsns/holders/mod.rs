//! `--holders`: everybody and everything that keeps one namespace alive is named, and nothing else.

mod children;
mod mounts;
mod network;
mod output;
mod sockets;

use std::fmt::Display;

use testkit::Tool;

/// A holder: the process, if one is shown, and how it holds.
type Held = (String, String);

/// What ours reports of the holders of this namespace.
#[track_caller]
fn holders_of(tool: Tool, inode: u64) -> Vec<Held> {
    let outcome = tool.args(["-rn", "--holders", &inode.to_string()]).run();
    let outcome = outcome.ok();
    assert!(outcome.stderr.is_empty(), "{outcome}");
    let text = outcome.out();
    let cells = |line: &str| {
        let mut cells = line.split(' ').map(|cell| cell.replace("\\x20", " "));
        Some((cells.next()?, cells.next()?))
    };
    text.lines().filter_map(cells).collect()
}

fn held(pid: impl Display, how: impl Into<String>) -> Held {
    (pid.to_string(), how.into())
}
