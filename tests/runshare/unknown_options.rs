//! Options of our own that the original does not know, nor any beginning of them.

use crate::fixture::differential_test;
use testkit::{DifferentialTest, Tool, require};

fn unknown(option: &str) -> String {
    format!("unshare: unrecognized option '{option}'\nTry 'unshare --help' for more information.\n")
}

fn assert_unknown(diff: &DifferentialTest, before: &[&str], options: &[&str]) {
    for option in options {
        let line = |tool: Tool| tool.args(before).args([option, "true", "true"]);
        diff.assert_differ(line, (0, ""), (1, &unknown(option)));
    }
}

#[test]
fn options_of_our_own_are_unknown_to_the_original() {
    let Some(diff) = differential_test() else {
        return;
    };
    let options = [
        "--clear-env",
        "--whitelist-env",
        "--cle",
        "--wh",
        "--close-fds",
        "--clo",
        "--no-new-privs",
        "--no",
        "--new-session",
        "--new",
    ];
    assert_unknown(&diff, &[], &options);
    // Two of ours begin so; the original knows neither.
    let two = "unshare: option '--cl' is ambiguous; possibilities: '--clear-env' '--close-fds'\n\
               Try 'unshare --help' for more information.\n";
    let line = |tool: Tool| tool.args(["--cl", "true"]);
    diff.assert_differ(line, (1, two), (1, &unknown("--cl")));
}

#[test]
fn the_original_knows_none_of_these_options() {
    let Some(diff) = differential_test() else {
        return;
    };
    if !require::user_namespaces() {
        return;
    }
    let options = [
        "--all",
        "--al",
        "--reset-env",
        "--rese",
        "--cap-drop=all",
        "--cap=all",
        "--limit=core=0",
        "--li=core=0",
    ];
    assert_unknown(&diff, &["-r"], &options);
    // What is no limit shows that ours knows the option, whether or not cgroups can be made here.
    let line = |tool: Tool| tool.args(["--cgroup-limit=x", "true"]);
    let ours = "unshare: invalid cgroup limit 'x'\n";
    diff.assert_differ(line, (1, ours), (1, &unknown("--cgroup-limit=x")));
}
