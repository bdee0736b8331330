//! `--ephemeral`: the command may write and remove what it likes, and nothing of it is there afterwards.

use std::fs;
use std::path::Path;

use crate::fixture::{Fixture, RCHROOT, files};
use testkit::{Tool, require};

fn rchroot() -> Tool {
    Tool::new(RCHROOT).argv0("rchroot")
}

#[test]
fn what_is_written_or_removed_in_a_directory_is_gone_afterwards() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let jail = fixture.scratch.path().join("jail");
    fixture.scratch.dir("odd");
    // Names that separate layers and options of an overlay.
    for name in ["jail", r"odd/a,b:c\d,upperdir=e"] {
        let root = fixture.scratch.path().join(name);
        if name != "jail" {
            fs::rename(&jail, &root).unwrap();
        }
        let before = files(&root);
        let script = "echo more >>/etc/passwd && echo new >/new && : >/etc/group && cat /new && \
            while read -r line; do last=$line; done </etc/passwd && echo $last";
        let tool = fixture.root(rchroot()).args(["--ephemeral", name]);
        let tool = match name {
            "jail" => tool,
            // The fixture has mounted /proc on the jail.
            _ => Tool::new(RCHROOT)
                .argv0("rchroot")
                .arg("--ephemeral")
                .arg(&root),
        };
        let outcome = tool.args(["sh", "-c", script]).run().ok();
        assert_eq!(outcome.out(), "new\nmore\n", "{name}");
        assert_eq!(files(&root), before, "{name}");
    }
}

#[test]
fn the_callers_own_root_is_seen_as_a_whole_and_stays_as_it_is() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.file("file", "before\n");
    let file = fixture.path("file");
    let script = format!(
        "echo after >{file} && cat {file} && echo x >/dev/null && cat /proc/self/comm && : \
         >/new-in-root && pwd"
    );
    for options in [&["--ephemeral"][..], &["--ephemeral", "--skip-chdir"]] {
        let tool = fixture.root(rchroot()).args(options);
        let outcome = tool.args(["/", "sh", "-c", &script]).run().ok();
        let working = match options.len() {
            1 => "/".to_owned(),
            _ => fixture
                .scratch
                .path()
                .canonicalize()
                .unwrap()
                .display()
                .to_string(),
        };
        assert_eq!(outcome.out(), format!("after\ncat\n{working}\n"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "before\n");
        assert!(!Path::new("/new-in-root").exists());
    }
}

/// Shell code: mounts file systems of several kinds below the root `$1`, and runs the rest.
const MOUNTS: &str = r#"
root=$1; shift
mkdir -p $root/mnt/noexec/inner $root/mnt/ro $root/mnt/bound
mount -t tmpfs -o noexec,nosuid,nodev none $root/mnt/noexec && mkdir $root/mnt/noexec/inner
mount -t tmpfs none $root/mnt/noexec/inner && echo inner >$root/mnt/noexec/inner/file
mount -t tmpfs none $root/mnt/ro && echo ro >$root/mnt/ro/file && mount -o remount,bind,ro $root/mnt/ro
mount --bind $root/etc $root/mnt/bound && touch $root/mnt/one && mount --bind $root/show $root/mnt/one
mount -t proc none $root/proc
"$@"
cat $root/mnt/noexec/inner/file $root/mnt/ro/file; ls $root/mnt/noexec $root/mnt/bound"#;

#[test]
fn mounts_below_are_seen_with_their_flags_and_written_to_in_memory() {
    let Some(runshare) = require::workspace_program("runshare").filter(|_| require::root()) else {
        return;
    };
    let fixture = Fixture::new();
    let root = fixture.path("nodb");
    let script = "cd /mnt; echo new >noexec/new; echo more >>noexec/inner/file; echo more >>ro/file; \
        : >bound/new; cat noexec/inner/file ro/file; (echo x >>one) 2>/dev/null || echo refused; \
        while read -r _ _ _ _ point options _; do case $point in /mnt/*) echo $point ${options%,relatime};; esac; \
        done </proc/self/mountinfo";
    let tool = Tool::new(runshare).args(["-m", "sh", "-c", MOUNTS, "sh", &root, &RCHROOT]);
    let outcome = tool.args(["--ephemeral", &root, "sh", "-c", script]).run();
    let out = outcome.out();
    let expected = "inner\nmore\nro\nmore\nrefused\n\
        /mnt/noexec rw,nosuid,nodev,noexec\n/mnt/noexec/inner rw\n/mnt/ro rw\n/mnt/bound rw\n/mnt/one ro\n\
        inner\nro\n";
    let listed = out
        .strip_prefix(expected)
        .unwrap_or_else(|| panic!("{outcome}"));
    assert!(!listed.lines().any(|name| name == "new"), "{outcome}");
}

#[test]
fn one_is_made_in_another_and_options_beside_it_are_carried_out_in_it() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.file("outside", "outside\n");
    let bind = format!("{}:/made/file", fixture.path("outside"));
    let before = files(&fixture.scratch.path().join("nodb"));
    let tool = fixture
        .root(rchroot())
        .args(["--ephemeral", "--mount-api", "--bind", &bind]);
    let tool = tool.args(["--tmpfs", "/memory", "nodb", "cat", "/made/file"]);
    assert_eq!(tool.run().ok().out(), "outside\n");
    assert_eq!(files(&fixture.scratch.path().join("nodb")), before);
    let line = [
        "--ephemeral",
        "/",
        &*RCHROOT.to_string(),
        "--ephemeral",
        "/",
        "cat",
        &fixture.path("outside"),
    ];
    let outcome = fixture.root(rchroot()).args(line).run().ok();
    assert_eq!(outcome.out(), "outside\n");
}
