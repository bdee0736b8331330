//! Mistakes of usage: words that are almost right, values that are not attached, what was left out.

use super::{expected, hint, hint_inside, inside};
use crate::fixture::{Machine, RUNSHARE, differential_test, runshare};
use testkit::{Scratch, require};

/// The line after the sentence of an extension, which the original does not have.
#[track_caller]
fn second_line(args: &[&str]) -> String {
    let plain = runshare().args(args).run();
    let hinted = runshare().args(args).env("NSUTILS_HINTS", "always").run();
    assert_eq!(hinted.code(), plain.code(), "{hinted}");
    let hint_text = hinted.err();
    let second = hint_text.strip_prefix(&plain.err());
    let hint = second.and_then(|second| second.strip_prefix("runshare: hint: "));
    let hint = hint.unwrap_or_else(|| panic!("there is no hint\n{hinted}"));
    assert_eq!(hint.matches('\n').count(), 1, "{hint}");
    hint.trim_end().to_owned()
}

#[test]
fn an_option_that_is_almost_right_is_named() {
    for (option, meant) in [
        ("--mout", "--mount"),
        ("--mout=/tmp/x", "--mount"),
        ("--hostnme", "--hostname"),
        ("--setuit", "--setuid"),
        ("--mapusers", "--map-users"),
    ] {
        let Some(hint) = hint(&[option, "true"]) else {
            return;
        };
        assert_eq!(hint, format!("did you mean `{meant}`?"));
    }
    let Some(diff) = differential_test() else {
        return;
    };
    for option in ["--nosuch", "--x", "--p"] {
        assert_eq!(diff.hint(|tool| tool.arg(option)), None, "{option}");
    }
}

#[test]
fn a_value_that_is_almost_right_is_named_with_all_others() {
    for (option, hint_text) in [
        (
            "--propagation=prvate",
            "did you mean `private`? possible values: private, shared, slave, unchanged",
        ),
        (
            "--propagation=x",
            "possible values: private, shared, slave, unchanged",
        ),
        (
            "--setgroups=alow",
            "did you mean `allow`? possible values: allow, deny",
        ),
        (
            "--kill-child=TREM",
            "did you mean `TERM`? possible values: HUP, INT, QUIT, ",
        ),
    ] {
        let Some(hint) = hint(&[option, "true"]) else {
            return;
        };
        assert!(hint.starts_with(hint_text), "{option}: {hint}");
    }
}

#[test]
fn a_value_that_is_not_attached_is_told_from_a_program() {
    let scratch = Scratch::new();
    let directory = scratch.dir("dir").display().to_string();
    if !require::user_namespaces() {
        return;
    }
    let Some(hint_text) = hint(&["-rpf", "--mount-proc", &directory, "true"]) else {
        return;
    };
    let attached = format!("a value of --mount-proc is attached: --mount-proc={directory}");
    assert_eq!(hint_text, attached);
    // What is after an option without a value, or attached, is a program.
    let Some(hint_text) = hint(&["--fork", &directory]) else {
        return;
    };
    assert_eq!(hint_text, format!("{directory} is a directory"));
}

#[test]
fn source_and_destination_are_one_word() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let directory = scratch.dir("dir").display().to_string();
    let hint_text = second_line(&["-r", "--bind", "/etc", &directory]);
    let joined = format!("source and destination of --bind are one word: --bind /etc:{directory}");
    assert_eq!(hint_text, joined);
    let hint_text = second_line(&["-r", "--ephemeral", &directory]);
    let root = format!(
        "--ephemeral has no value: --root {directory} --ephemeral is for the directory {directory}"
    );
    assert_eq!(hint_text, root);
}

#[test]
fn the_format_of_a_map_is_told_with_the_range_of_the_user() {
    if !require::root() {
        return;
    }
    let machine = Machine::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let hint_text = |args: &[&str]| expected(diff.hint(|tool| machine.tester(tool).args(args)));
    assert_eq!(
        hint_text(&["--map-users", "0:1000", "true"]),
        "a range for --map-users is INNER:OUTER:COUNT; /etc/subuid has a range for this user: \
         --map-users 0:100000:65536"
    );
    let stranger = Machine::new().subids("other:5:5\n");
    let hint_text = diff.hint(|tool| stranger.tester(tool).args(["--map-groups=x", "true"]));
    let example = "a range for --map-groups is INNER:OUTER:COUNT, such as 0:100000:65536";
    assert_eq!(hint_text.as_deref(), Some(example));
}

#[test]
fn an_offset_requires_a_time_namespace() {
    let Some(hint_text) = hint(&["--boottime", "86400", "true"]) else {
        return;
    };
    assert!(hint_text.starts_with("--time is missing: "), "{hint_text}");
}

#[test]
fn a_shell_that_is_not_there_is_told_from_a_program() {
    let Some(diff) = differential_test() else {
        return;
    };
    let hint_text = expected(diff.hint(|tool| tool.arg("--fork").env("SHELL", "/no/such/zsh")));
    let missing =
        "SHELL is /no/such/zsh, which does not exist in this root: name a program, such as /bin/sh";
    assert_eq!(hint_text, missing);
}

#[test]
fn a_script_with_cr_lf_is_told_from_one_without_an_interpreter() {
    let scratch = Scratch::new();
    let script = scratch.program("script", "#!/bin/sh\r\nexit 3\r\n");
    let script = script.display().to_string();
    let Some(diff) = differential_test() else {
        return;
    };
    let hint_text = expected(diff.hint(|tool| tool.arg(&script)));
    let start = format!("the first line of {script} ends in CR LF, ");
    assert!(hint_text.starts_with(&start), "{hint_text}");
    // What it names mends it.
    let command = super::command_in(&hint_text);
    testkit::Tool::new("/bin/sh")
        .args(["-c", command])
        .run()
        .ok();
    assert_eq!(runshare().arg(&script).run().code(), 3);
}

#[test]
fn a_program_beside_path_is_found() {
    let Some(diff) = differential_test() else {
        return;
    };
    let hint_text = expected(diff.hint(|tool| tool.env("PATH", "/etc:/usr").arg("cat")));
    let parts = ["the program is /", "/cat, and PATH lacks /"];
    assert!(
        parts.iter().all(|part| hint_text.contains(part)),
        "{hint_text}"
    );
}

#[test]
fn a_shell_in_no_new_namespace_is_told_so() {
    let Some(diff) = differential_test() else {
        return;
    };
    for shell in ["sh", "/bin/sh"] {
        let hint_text = expected(diff.hint(|tool| tool.arg(shell)));
        assert!(
            hint_text.starts_with("no new namespace was requested: "),
            "{hint_text}"
        );
    }
    for args in [&["sh", "-c", "true"][..], &["true"], &["--fork", "sh"]] {
        let hint_text = diff.hint(|tool| tool.args(args));
        assert_eq!(hint_text, None, "{args:?}");
    }
}

#[test]
fn a_root_that_is_no_mount_point_has_no_propagation() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let root = "mount -t tmpfs none \"$2\"; mkdir \"$2/root\"
        for part in /*; do
            if [ -h $part ]; then cp -P $part \"$2/root\"
            elif [ -d $part ]; then mkdir \"$2/root$part\"; mount --rbind $part \"$2/root$part\"; fi
        done";
    let script = format!("{root}; chroot \"$2/root\" \"$1\" --mount true || exit $?");
    let Some(hint_text) = hint_inside("-rmpf", &script, scratch.path()) else {
        return;
    };
    let start = "/ is not a mount point, as in a chroot, ";
    assert!(hint_text.starts_with(start), "{hint_text}");
    let mended = format!(
        "{root}; chroot \"$2/root\" \"$1\" --mount --propagation unchanged true || exit $?"
    );
    inside("-rmpf", &mended, RUNSHARE.path(), scratch.path())
        .run()
        .ok();
}

#[test]
fn a_root_without_proc_hides_no_cause() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    // No /proc is in the root, and the mount that lets no program run is found all the same.
    let script = "mount -t tmpfs none \"$2\"; mkdir \"$2/root\" \"$2/root/tmp\"
        mount -t tmpfs -o noexec none \"$2/root/tmp\"; cp /bin/true \"$2/root/tmp/program\"
        exec \"$1\" --root \"$2/root\" /tmp/program";
    let Some(hint_text) = hint_inside("-rm", script, scratch.path()) else {
        return;
    };
    let command = "mount -o remount,exec /tmp";
    assert_eq!(super::command_in(&hint_text), command, "{hint_text}");
}
