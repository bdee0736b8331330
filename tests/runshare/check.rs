//! `--check`: the kernel's own answers in a table, judged by what runshare then can do.

use nix::errno::Errno;
use nix::libc::{SYS_fstatfs, SYS_unshare};

use crate::fixture::{RUNSHARE, differential_test, ordinary, runshare};
use testkit::c_library::OPEN_CALL;
use testkit::{Outcome, Tool, require};

/// The types in the order of the table, which is that of joining.
const TYPES: [&str; 8] = [
    "user", "cgroup", "ipc", "uts", "net", "pid", "mount", "time",
];

/// The rows of a table: type, kernel, limit, and what is here.
fn rows(outcome: &Outcome) -> Vec<[String; 4]> {
    let out = outcome.out();
    let mut lines = out.lines();
    assert_eq!(
        lines.next(),
        Some("TYPE    KERNEL       LIMIT  HERE"),
        "{outcome}"
    );
    let row = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let mut next = || fields.next().expect("a field").to_owned();
        let (name, kernel, limit) = (next(), next(), next());
        let here = fields.collect::<Vec<_>>().join(" ");
        [name, kernel, limit, here]
    };
    lines.map(row).collect()
}

/// Where the last column begins is the same in every row.
fn is_aligned(outcome: &Outcome) -> bool {
    let out = outcome.out();
    out.lines()
        .all(|line| line.len() > 28 && line[..28].ends_with("  ") && !line[28..].starts_with(' '))
}

#[test]
fn everything_can_be_made_here_by_whom_it_can() {
    if !require::user_namespaces() {
        return;
    }
    let outcome = ordinary(runshare()).arg("--check").run().ok();
    let rows = rows(&outcome);
    assert!(is_aligned(&outcome), "{outcome}");
    assert_eq!(
        rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
        TYPES
    );
    for [name, kernel, limit, here] in rows {
        let file = if name == "mount" { "mnt" } else { &name };
        let own = std::fs::read_to_string(format!("/proc/sys/user/max_{file}_namespaces")).unwrap();
        assert_eq!(
            (kernel.as_str(), limit.as_str()),
            ("yes", own.trim()),
            "{name}"
        );
        let expected = if name == "user" {
            "yes"
        } else {
            "yes, with --user"
        };
        assert_eq!(here, expected, "{name}");
    }
    assert_eq!(outcome.err(), "");
}

#[test]
fn root_needs_no_user_namespace() {
    if !require::root() {
        return;
    }
    let outcome = runshare().arg("--check").run().ok();
    assert!(
        rows(&outcome).iter().all(|row| row[3] == "yes"),
        "{outcome}"
    );
}

#[test]
fn only_the_types_that_are_asked_for_are_checked_and_the_status_tells() {
    if !require::user_namespaces() {
        return;
    }
    for (options, names, status) in [
        (&["-U"][..], &["user"][..], 0),
        (&["-U", "-n"], &["user", "net"], 0),
        (&["-n", "-U"], &["user", "net"], 0),
        (&["-r", "--mount-proc"], &["user", "mount"], 0),
        (&["-n"], &["net"], 1),
        (&["-T", "-u"], &["uts", "time"], 1),
    ] {
        let outcome = ordinary(runshare()).arg("--check").args(options).run();
        let rows = rows(&outcome);
        let found: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!((outcome.code(), &found[..]), (status, names), "{outcome}");
        // What it says is what runshare then does.
        let made = ordinary(runshare())
            .args(options)
            .args(["--fork", "true"])
            .run();
        if !options.contains(&"--mount-proc") {
            assert_eq!(made.code(), status, "{made}");
        }
    }
}

#[test]
fn no_program_runs() {
    let outcome = ordinary(runshare()).args(["--check", "true"]).run();
    outcome.fails(1, "runshare: option --check does not run a program\n");
}

#[test]
fn a_limit_of_0_is_in_its_row_and_tells_why() {
    if !require::user_namespaces() {
        return;
    }
    let script = "echo 0 >/proc/sys/user/max_net_namespaces; echo 7 >/proc/sys/user/max_uts_namespaces; exec \"$1\" --check -u -n";
    let outcome = ordinary(runshare())
        .args(["-r", "sh", "-c", script, "sh", &RUNSHARE])
        .run();
    let rows = rows(&outcome);
    assert_eq!(outcome.code(), 1);
    assert_eq!(rows[0], ["uts", "yes", "7", "yes"]);
    assert_eq!(rows[1][..3], ["net", "yes", "0"]);
    let why = "no: user.max_net_namespaces is 0, so no net namespace can be created here: ";
    assert!(rows[1][3].starts_with(why), "{outcome}");
}

#[test]
fn a_reason_that_all_have_in_common_is_reported_once() {
    if !require::user_namespaces() {
        return;
    }
    let tool = ordinary(runshare()).refusing(SYS_unshare, Errno::EPERM);
    let outcome = tool.arg("--check").run();
    let rows = rows(&outcome);
    assert_eq!(outcome.code(), 1);
    assert!(
        rows[0][3].starts_with("no: a seccomp filter refuses unshare(2) "),
        "{outcome}"
    );
    assert!(
        rows[1..].iter().all(|row| row[3] == "no, as for user"),
        "{outcome}"
    );
}

#[test]
fn what_a_filter_lets_nobody_say_is_the_c_librarys_word() {
    let tool = ordinary(runshare()).refusing(SYS_unshare, Errno::ENOMEM);
    let outcome = tool.args(["--check", "-U"]).run();
    assert_eq!(rows(&outcome)[0][3], "no: Cannot allocate memory");
}

#[test]
fn a_user_namespace_in_which_nobody_can_be_mapped_is_none() {
    if !require::root() {
        return;
    }
    // CAP_SETFCAP, which mapping root takes.
    let tool = runshare().without_capability(31);
    let outcome = tool.args(["--check", "-U", "-u"]).run();
    let rows = rows(&outcome);
    assert_eq!(outcome.code(), 1);
    let why = "no: it can be created, but no ID can be mapped in it: mapping root requires CAP_SETFCAP in the parent user namespace ";
    assert!(rows[0][3].starts_with(why), "{outcome}");
    assert_eq!(rows[1][3], "yes");
}

#[test]
fn json_is_read_by_others() {
    if !require::user_namespaces() || !require::installed("python3") {
        return;
    }
    let outcome = ordinary(runshare())
        .args(["--check", "--json", "-U", "-n"])
        .run()
        .ok();
    let limit = std::fs::read_to_string("/proc/sys/user/max_net_namespaces").unwrap();
    let program = "import json, sys
all = json.load(sys.stdin)['namespaces']
print(*(sorted(one.items()) for one in all), sep='\\n')";
    let read = Tool::new("/usr/bin/python3")
        .args(["-c", program])
        .stdin(outcome.stdout)
        .run()
        .ok();
    let row = |name: &str, with: &str| {
        format!(
            "[('kernel', True), ('limit', {}), ('possible', True), ('type', '{name}'), ('why', None), ('with-user', {with})]\n",
            limit.trim()
        )
    };
    assert_eq!(read.out(), row("user", "False") + &row("net", "True"));
    let refused = ordinary(runshare()).args(["--check", "--json", "-n"]).run();
    assert_eq!(refused.code(), 1);
    let read = Tool::new("/usr/bin/python3").args(["-c", program]);
    let read = read.stdin(refused.stdout).run().ok().out();
    let why = "('why', 'this requires CAP_SYS_ADMIN, which user ";
    assert!(
        read.contains("('possible', False)") && read.contains(why),
        "{read}"
    );
}

#[test]
fn json_alone_makes_no_sense() {
    runshare()
        .args(["--json", "true"])
        .run()
        .fails(1, "runshare: option --json requires --check or --changes\n");
}

#[test]
fn a_table_that_cannot_be_written_is_an_error() {
    let full = testkit::full_device();
    let outcome = runshare().arg("--check").fd(1, full).run();
    outcome.fails(1, "runshare: write error: No space left on device\n");
}

#[test]
fn check_and_json_are_unknown_to_the_original() {
    let Some(diff) = differential_test() else {
        return;
    };
    for option in ["--check", "--json", "--che", "--j"] {
        let (ours, original) =
            diff.run_both(|tool| ordinary(tool).args([option, "-U", "--nosuch"]));
        assert!(
            original
                .err()
                .starts_with(&format!("unshare: unrecognized option '{option}'\n")),
            "{original}"
        );
        assert!(
            ours.err()
                .starts_with("unshare: unrecognized option '--nosuch'\n"),
            "{ours}"
        );
    }
    // A prefix of --cgroup stays one.
    diff.assert_same_with(|tool| ordinary(tool).args(["--c", "true"]));
}

#[test]
fn a_missing_capability_is_not_blamed_for_a_refused_call() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    // Root has CAP_SETFCAP; the file of the map cannot be opened, or not be proven to be procfs's own.
    for call in [SYS_fstatfs, OPEN_CALL] {
        let tool = runshare().args(["--check", "--user"]);
        let outcome = tool.refusing_past_loader(call, Errno::EPERM).run();
        let said = outcome.out() + &outcome.err();
        assert!(!said.contains("CAP_SETFCAP"), "{said}");
        assert!(
            said.contains("no ID can be mapped in it: Operation not permitted"),
            "{said}"
        );
    }
}
