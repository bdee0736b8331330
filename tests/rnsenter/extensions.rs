//! What the original does not know at all, and says so: options, and targets, of our own.

use std::os::unix::fs::MetadataExt;

use crate::differences::differ;
use testkit::{Tool, require};

#[test]
fn options_of_our_own_are_unknown_to_the_original() {
    let own = std::process::id().to_string();
    let unknown = |option: &str| {
        format!(
            "nsenter: unrecognized option '{option}'\nTry 'nsenter --help' for more information.\n"
        )
    };
    for option in [
        "--clear-env",
        "--reset-env",
        "--res",
        "--cle",
        "--close-fds",
        "--kill-child",
        "--forward-signals",
        "--init",
        "--clo",
        "--no-new-privs",
        "--no-n",
        "--new-session",
        "--new",
    ] {
        // Nothing is entered, which ours tells after it has read the option.
        let line = |tool: Tool| tool.args(["-t", &own, option, "true"]);
        let nothing = "nsenter: no namespace specified\n";
        differ(line, (1, nothing), (1, &unknown(option)));
    }
    // What each of these says for a lack of namespaces shows that it was understood.
    for (option, said) in [
        ("--groups=0", "nsenter: no namespace specified\n"),
        (
            "--netns-etc",
            "nsenter: option --netns-etc requires a network namespace that is named in /run/netns\n",
        ),
        (
            "--tools=/no/such/directory",
            "nsenter: cannot open /no/such/directory: No such file or directory\n",
        ),
    ] {
        let line = |tool: Tool| tool.args(["-t", &own, option, "true"]);
        differ(line, (1, said), (1, &unknown(option)));
    }
    // The target may be a process that shares all namespaces with the caller.
    let line = |tool: Tool| tool.args(["-t", &own, "--as-target", "true"]);
    differ(line, (0, ""), (1, &unknown("--as-target")));
    // Two of ours begin so; the original knows neither.
    let two = "nsenter: option '--cl' is ambiguous; possibilities: '--clear-env' '--close-fds'\n\
               Try 'nsenter --help' for more information.\n";
    differ(|tool| tool.arg("--cl"), (1, two), (1, &unknown("--cl")));
}

#[test]
fn what_is_no_process_number_is_no_target_for_the_original() {
    let invalid = "nsenter: invalid PID argument\n";
    let own = std::fs::metadata("/proc/self/ns/net")
        .unwrap()
        .ino()
        .to_string();
    for (target, ours) in [
        (
            "4294967294",
            (1, "nsenter: no namespace 4294967294 was found\n"),
        ),
        (&own[..], (0, "")),
        (
            "abcdefabcdef",
            (
                1,
                "nsenter: no container was found whose id begins with abcdefabcdef\n",
            ),
        ),
        (
            "abcdef",
            (
                1,
                "nsenter: no container was found whose id begins with abcdef\n",
            ),
        ),
        (
            "uts:[4294967294]",
            (1, "nsenter: no uts namespace 4294967294 was found\n"),
        ),
        (
            "netns:no such name",
            (
                1,
                "nsenter: cannot open /run/netns/no such name: No such file or directory\n",
            ),
        ),
        (
            "/proc/self/fd",
            (
                1,
                "nsenter: there is no persistent namespace in /proc/self/fd\n",
            ),
        ),
    ] {
        if target == own && !require::root() {
            continue;
        }
        differ(|tool| tool.args(["-t", target, "true"]), ours, (1, invalid));
    }
}
