//! `--overlay`: what the command writes stays in a directory, and nothing is half made there.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::Path;

use crate::fixture::{Fixture, RCHROOT, TESTER, files, libraries};
use testkit::{Signal, Status, Tool, eventually, require};

fn rchroot() -> Tool {
    Tool::new(RCHROOT).argv0("rchroot")
}

/// The fixture, and the tool with the overlay `kept` on the root `nodb`.
fn above(fixture: &Fixture) -> Tool {
    fixture
        .root(rchroot())
        .args(["--overlay", "kept", "nodb", "sh", "-c"])
}

/// The names in a directory.
fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_written_stays_in_the_directory_and_the_root_is_as_it_was() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let (root, kept) = (
        fixture.scratch.path().join("nodb"),
        fixture.scratch.path().join("kept"),
    );
    fixture.file("nodb/old", "old\n");
    let before = files(&root);
    let script = "echo new >/new && echo more >>/show && read -r x </old && exec env rm /old";
    let outcome = above(&fixture).arg(script).run();
    assert_eq!(outcome.status, Status::Exited(127), "{outcome}");
    let script = "cat /new && set -C && echo x >/made && exec 3<&- && cat /old";
    assert_eq!(above(&fixture).arg(script).run().ok().out(), "new\nold\n");
    assert_eq!(files(&root), before);
    assert_eq!(names(&kept), ["lock", "upper"]);
    assert_eq!(names(&kept.join("upper")), ["made", "new", "show"]);
    assert_eq!(fs::metadata(&kept).unwrap().mode() & 0o7777, 0o700);
    let modes = [&root, &kept.join("upper")].map(|path| fs::metadata(path).unwrap().mode());
    assert_eq!(modes[0], modes[1]);
}

#[test]
fn the_tool_ends_as_the_command_and_forwards_signals_to_it() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let outcome = above(&fixture).arg("exit 7").run();
    assert_eq!(outcome.status, Status::Exited(7));
    let outcome = above(&fixture).arg("kill -KILL $$").run();
    assert_eq!(outcome.status, Status::Killed(9));
    let missing = fixture
        .root(rchroot())
        .args(["--overlay", "kept", "nodb", "nosuch"]);
    assert_eq!(missing.run().status, Status::Exited(127));
    for signal in [
        Signal::SIGTERM,
        Signal::SIGINT,
        Signal::SIGHUP,
        Signal::SIGUSR1,
    ] {
        let name = signal.as_str().trim_start_matches("SIG");
        let script = format!("trap 'echo got; exit 5' {name}; echo up; while :; do :; done");
        let mut running = above(&fixture).arg(script).spawn();
        running.read_until("up");
        running.signal(signal);
        let outcome = running.wait();
        assert_eq!(outcome.status, Status::Exited(5), "{outcome}");
        let (kept, more) = (fixture.scratch.path().join("kept"), ["lock", "upper"]);
        assert_eq!(names(&kept), more, "{signal}");
    }
    let mut running = above(&fixture).arg("echo up; while :; do :; done").spawn();
    running.read_until("up");
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait().status, Status::Killed(15));
    // A session of its own, and another user, in the same child.
    let line = ["--overlay", "kept", "--new-session", "--userspec=jailon"];
    let tool = fixture.root(rchroot()).args(line);
    let show = "read -r stat </proc/self/stat; set -- $stat; echo $(($6 == $$))";
    assert_eq!(
        tool.args(["jail", "sh", "-c", show]).run().ok().out(),
        "1\n"
    );
}

#[test]
fn two_at_once_are_refused_and_one_that_was_killed_is_not_in_the_way() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let mut first = above(&fixture).arg("echo $$; while :; do :; done").spawn();
    let pid = first.read_until("\n");
    let second = above(&fixture).arg("echo no").run();
    let in_use = "rchroot: kept is in use: another process has it as its overlay\n";
    second.fails(125, in_use);
    let program = Path::new("/proc").join(pid.trim());
    first.signal(Signal::SIGKILL);
    first.wait();
    eventually("the command ends with the tool", || !program.exists());
    let work = fixture.scratch.path().join("kept/work/0/work");
    assert_eq!(fs::metadata(work).unwrap().mode() & 0o7777, 0);
    let third = above(&fixture).arg("echo third").run();
    assert_eq!(third.ok().out(), "third\n");
    assert_eq!(
        names(&fixture.scratch.path().join("kept")),
        ["lock", "upper"]
    );
}

#[test]
fn no_link_in_the_directory_is_followed() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let kept = fixture.scratch.dir("kept");
    fixture.scratch.dir("outside/work");
    fixture.file("outside/work/file", "");
    symlink("../outside", kept.join("work")).unwrap();
    assert_eq!(above(&fixture).arg("echo x").run().ok().out(), "x\n");
    assert!(fixture.scratch.path().join("outside/work/file").exists());
    fs::rename(kept.join("upper"), kept.join("was")).unwrap();
    symlink("../outside", kept.join("upper")).unwrap();
    let refused = "rchroot: cannot use kept as an overlay: Not a directory\n";
    above(&fixture).arg("echo x >/x").run().fails(125, refused);
    assert_eq!(names(&fixture.scratch.path().join("outside")), ["work"]);
    for link in ["nowhere", "file"] {
        let line = ["--overlay", link, "nodb", "cat"];
        symlink("nosuch", fixture.scratch.path().join("nowhere")).unwrap_or(());
        let outcome = fixture.root(rchroot()).args(line).run();
        assert_eq!(outcome.status, Status::Exited(125), "{outcome}");
    }
}

/// Shell code: mounts file systems below the root `$1`, and runs the rest.
const MOUNTS: &str = r#"
root=$1; shift
mkdir -p $root/mnt/noexec/inner $root/mnt/ro
mount -t tmpfs -o noexec,nosuid,nodev none $root/mnt/noexec && mkdir $root/mnt/noexec/a-b
mount -t tmpfs none $root/mnt/noexec/a-b && echo inner >$root/mnt/noexec/a-b/file
mount -t tmpfs none $root/mnt/ro && echo ro >$root/mnt/ro/file && mount -o remount,bind,ro $root/mnt/ro
mount -t proc none $root/proc
before=$(cat /proc/self/mountinfo)
"$@"
[ "$before" = "$(cat /proc/self/mountinfo)" ] && cat $root/mnt/noexec/a-b/file $root/mnt/ro/file"#;

#[test]
fn mounts_below_have_layers_of_their_own_and_their_flags() {
    let Some(runshare) = require::workspace_program("runshare").filter(|_| require::root()) else {
        return;
    };
    let fixture = Fixture::new();
    let (root, kept) = (fixture.path("nodb"), fixture.path("kept"));
    let script = "cd /mnt; echo new >noexec/new; echo more >>noexec/a-b/file; echo more >>ro/file; \
        while read -r _ _ _ _ point options _; do case $point in /mnt/*) echo $point ${options%,relatime};; esac; \
        done </proc/self/mountinfo";
    let tool = Tool::new(runshare).args(["-m", "sh", "-c", MOUNTS, "sh", &root, &RCHROOT]);
    let outcome = tool
        .args(["--overlay", &kept, &root, "sh", "-c", script])
        .run()
        .ok();
    let expected =
        "/mnt/noexec rw,nosuid,nodev,noexec\n/mnt/noexec/a-b rw\n/mnt/ro rw\ninner\nro\n";
    assert_eq!(outcome.out(), expected);
    let mounts = Path::new(&kept).join("mounts");
    assert_eq!(
        names(&mounts),
        ["mnt-noexec", r"mnt-noexec-a\x2db", "mnt-ro"]
    );
    let read = |path: &str| fs::read_to_string(mounts.join(path)).unwrap();
    assert_eq!(read("mnt-noexec/new"), "new\n");
    assert_eq!(read(r"mnt-noexec-a\x2db/file"), "inner\nmore\n");
    assert_eq!(read("mnt-ro/file"), "ro\nmore\n");
}

#[test]
fn the_callers_own_root_stays_as_it_is() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.file("victim", "");
    let victim = fixture.path("victim");
    let tool = || {
        let line = ["--overlay", "kept", "--skip-chdir", "/", "sh", "-c"];
        fixture.root(rchroot()).args(line)
    };
    let script = format!("rm {victim} && : >/new-in-root && pwd");
    let working = fixture.scratch.path().canonicalize().unwrap();
    let expected = format!("{}\n", working.display());
    assert_eq!(tool().arg(script).run().ok().out(), expected);
    assert!(Path::new(&victim).exists() && !Path::new("/new-in-root").exists());
    let script = format!("[ -e {victim} ] || echo gone; ls /new-in-root");
    assert_eq!(tool().arg(script).run().ok().out(), "gone\n/new-in-root\n");
    let upper = fixture.scratch.path().join("kept/upper");
    let layers = [upper, fixture.scratch.path().join("kept/mounts")];
    let is_whiteout = |path: &Path| {
        let found = path.symlink_metadata();
        found.is_ok_and(|found| found.file_type().is_char_device() && found.rdev() == 0)
    };
    let found = layers.iter().flat_map(|layer| files(layer).into_keys());
    let whiteouts: Vec<_> = found.filter(|path| is_whiteout(path)).collect();
    assert_eq!(whiteouts.len(), 1, "{whiteouts:?}");
    assert!(whiteouts[0].ends_with("victim"));
}

#[test]
fn what_cannot_be_is_said_with_its_reason() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let both = "rchroot: options --ephemeral and --overlay cannot be combined\n\
        Try 'rchroot --help' for more information.\n";
    let line = ["--overlay", "kept", "--ephemeral", "nodb", "cat"];
    fixture.root(rchroot()).args(line).run().fails(125, both);
    assert!(!fixture.scratch.path().join("kept").exists());
    let line = ["--overlay", "kept", "missing", "cat"];
    let missing = "rchroot: cannot change root directory to 'missing': No such file or directory\n";
    fixture.root(rchroot()).args(line).run().fails(125, missing);
    assert!(!fixture.scratch.path().join("kept").exists());
    let (kept, nodb) = (fixture.path("kept"), fixture.path("nodb"));
    let line = [
        "--ephemeral",
        "/",
        &*RCHROOT.to_string(),
        "--overlay",
        &kept,
    ];
    let tool = fixture.root(rchroot()).env("NSUTILS_HINTS", "always");
    let outcome = tool.args(line).args([&nodb, "cat"]).run();
    let text = outcome.err();
    let expected = format!(
        "rchroot: cannot use {kept} as an overlay: overlay: filesystem on {kept}/upper not supported as upperdir\n\
         rchroot: hint: {kept} is on overlayfs, as in most containers, which cannot hold the upper layer of an \
         overlay: choose a directory on ext4, xfs, btrfs or a tmpfs\n"
    );
    assert_eq!((outcome.code(), text), (125, expected));
}

#[test]
fn a_kernel_without_overlays_is_named() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let tool = fixture.root(rchroot()).env("NSUTILS_HINTS", "always");
    let tool = tool.refusing(nix::libc::SYS_fsopen, nix::errno::Errno::ENODEV);
    let outcome = tool.args(["--overlay", "kept", "nodb", "cat"]).run();
    let expected = "rchroot: cannot use kept as an overlay: No such device\n\
        rchroot: hint: this kernel does not have overlayfs: `modprobe overlay`, as root, loads it\n";
    outcome.fails(125, expected);
}

#[test]
fn changes_are_listed_by_their_kind() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for directory in ["dir", "gone", "same"] {
        fixture.scratch.dir(format!("nodb/{directory}"));
    }
    fixture.file("nodb/dir/a", "a");
    fixture.file("nodb/gone/b", "b");
    fixture.file("nodb/same/c", "c");
    let list = |more: &[&str]| {
        let line = ["--changes", "kept"];
        fixture.root(rchroot()).args(line).args(more).run()
    };
    list(&[]).fails(
        125,
        "rchroot: cannot open kept: No such file or directory\n",
    );
    above(&fixture).arg(":").run().ok();
    assert_eq!(list(&[]).ok().out(), "");
    fs::copy("/bin/rm", fixture.scratch.path().join("nodb/bin/rm")).unwrap();
    fs::copy("/bin/mkdir", fixture.scratch.path().join("nodb/bin/mkdir")).unwrap();
    for library in libraries("/bin/mkdir") {
        let to = fixture.path("nodb") + &library;
        fs::create_dir_all(Path::new(&to).parent().unwrap()).unwrap();
        fs::copy(library, to).unwrap();
    }
    let script = "echo x >>/dir/a && rm -r /gone && mkdir /gone && : >/gone/new && rm /show && \
        mkdir /made && : >\"/made/odd\tname\" && cat /same/c";
    above(&fixture).arg(script).run().ok();
    let expected = "changed  /dir\nchanged  /dir/a\nreplaced /gone\nadded    /gone/new\nadded    /made\n\
        added    /made/odd\\x09name\ndeleted  /show\n";
    assert_eq!(list(&[]).ok().out(), expected);
    let json = list(&["--json"]).ok().out();
    assert_eq!(json.matches("{\"change\":").count(), 7, "{json}");
    let odd = "   {\"change\":\"added\", \"path\":\"/made/odd\\tname\"},\n";
    assert!(json.contains(odd), "{json}");
    for (line, message) in [
        (
            &["--json", "/", "cat"][..],
            "option --json requires --changes",
        ),
        (
            &["--changes", "kept", "/"],
            "option --changes does not run a command",
        ),
        (
            &["--changes", "kept", "--tmpfs", "/x"],
            "option --changes lists changes: it cannot be combined with options that mount",
        ),
    ] {
        let help = "Try 'rchroot --help' for more information.";
        let outcome = fixture.root(rchroot()).args(line).run();
        outcome.fails(125, &format!("rchroot: {message}\n{help}\n"));
    }
}

#[test]
fn a_directory_of_another_kind_is_listed_without_harm() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.scratch.dir("kept/upper");
    fixture.scratch.dir("outside/secret");
    for link in ["upper/link", "mounts"] {
        symlink("../outside", fixture.scratch.path().join("kept").join(link)).unwrap();
    }
    let line = ["--changes", "kept"];
    let outcome = fixture.root(rchroot()).args(line).run();
    outcome.fails(125, "rchroot: cannot read kept/mounts: Not a directory\n");
    fs::remove_file(fixture.scratch.path().join("kept/mounts")).unwrap();
    let outcome = fixture.root(rchroot()).args(line).run().ok();
    assert_eq!(outcome.out(), "added    /link\n");
}

#[test]
fn a_directory_of_another_user_is_refused() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let kept = fixture.scratch.dir("kept");
    let evil = fixture.scratch.dir("kept/upper/etc").join("ld.so.preload");
    fs::write(evil, "/evil.so\n").unwrap();
    std::os::unix::fs::chown(&kept, Some(TESTER), Some(TESTER)).unwrap();
    let outcome = above(&fixture).arg("cat /etc/ld.so.preload").run();
    assert_eq!((outcome.code(), outcome.out().as_str()), (125, ""));
    let text = outcome.err();
    let path = kept.display();
    assert!(text.starts_with("rchroot: cannot use kept: "), "{text}");
    assert!(!kept.join("work").exists(), "{path}");
}
