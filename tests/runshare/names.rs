//! `-S` and `-G` with a name: of outside, or with `--root` of the new root.

use std::fs;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::fixture::{Machine, differential_test, runshare};
use testkit::{Scratch, require};

/// A root in which `cat` and `id` run, and in which there are these users and groups.
fn root(passwd: &str, group: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.dir("etc");
    scratch.file("etc/passwd", passwd);
    scratch.file("etc/group", group);
    for directory in ["bin", "lib", "lib64", "usr"] {
        scratch.dir(directory);
    }
    scratch
}

/// What `id` says in that root.
fn ids_inside(root: &Scratch, options: &[&str]) -> testkit::Outcome {
    let path = root.path();
    let binds = ["bin", "lib", "lib64", "usr"].map(|directory| {
        let source = fs::canonicalize(format!("/{directory}")).unwrap_or_else(|_| "/usr".into());
        format!("{}:/{directory}", source.display())
    });
    let tool = binds
        .iter()
        .fold(runshare(), |tool, bind| tool.args(["--bind", bind]));
    let tool = tool.arg("--root").arg(path).args(options);
    tool.args(["sh", "-c", "id -u; id -g"]).run()
}

#[test]
fn a_name_is_looked_up_outside() {
    if !require::root() {
        return;
    }
    let machine = Machine::new();
    let tool = machine.root(runshare());
    let out = tool
        .args([
            "-S",
            "tester",
            "-G",
            "tester",
            "sh",
            "-c",
            "id -u; id -g; id -G",
        ])
        .run()
        .ok()
        .out();
    assert_eq!(out, "1001\n1001\n1001\n");
    let unknown = runshare().args(["-S", "no-such-user", "true"]).run();
    unknown.fails(1, "runshare: failed to parse uid: 'no-such-user'\n");
    let unknown = runshare().args(["-G", "no-such-group", "true"]).run();
    unknown.fails(1, "runshare: failed to parse gid: 'no-such-group'\n");
}

#[test]
fn with_a_root_a_name_is_one_of_the_new_root() {
    if !require::root() {
        return;
    }
    let machine = Machine::new();
    let inside = root("tester:x:77:5::/:/bin/sh\n", "tester:x:88:\n");
    // Not the 1001 of outside, wherever the options are.
    let ids = ids_inside(&inside, &["-S", "tester", "-G", "tester"])
        .ok()
        .out();
    assert_eq!(ids, "77\n88\n");
    let alone = root("", "");
    let tool = machine.root(runshare()).args(["-S", "tester", "--root"]);
    let outcome = tool.arg(alone.path()).arg("true").run();
    outcome.fails(1, "runshare: failed to parse uid: 'tester'\n");
}

#[test]
fn the_files_of_a_root_are_read_with_care() {
    if !require::root() {
        return;
    }
    // A FIFO that nobody writes to, a file without an end, an ID that means no ID.
    let fifo = root("", "");
    fs::remove_file(fifo.path().join("etc/passwd")).unwrap();
    mkfifo(&fifo.path().join("etc/passwd"), Mode::S_IRWXU).unwrap();
    let refused = "runshare: cannot read /etc/passwd of the new root: Invalid argument\n";
    ids_inside(&fifo, &["-S", "tester"]).fails(1, refused);
    let long = root("", "");
    let filler = "x:x:5:5::/:\n".repeat((1 << 20) / 12 + 1);
    long.file("etc/passwd", format!("{filler}tester:x:77:5::/:\n"));
    let unknown = "runshare: failed to parse uid: 'tester'\n";
    ids_inside(&long, &["-S", "tester"]).fails(1, unknown);
    let none = root("tester:x:4294967295:5::/:\n", "");
    ids_inside(&none, &["-S", "tester"]).fails(1, unknown);
    fs::remove_file(none.path().join("etc/passwd")).unwrap();
    let missing = "runshare: cannot read /etc/passwd of the new root: No such file or directory\n";
    ids_inside(&none, &["-S", "tester"]).fails(1, missing);
}

#[test]
fn as_unshare_an_id_is_a_number() {
    let Some(diff) = differential_test() else {
        return;
    };
    for args in [["-S", "root", "true"], ["-G", "root", "true"]] {
        diff.assert_same(&args);
    }
}
