//! `--overlay`: what is written to a root stays in a directory.

use std::path::Path;

use crate::fixture::{TESTER, ordinary, runshare};
use crate::rootfs::{bare_root, in_filled};
use testkit::{Scratch, give_to_user, require};

#[test]
fn an_overlay_of_a_user_is_there_again_and_work_is_removed() {
    if !require::user_namespaces() {
        return;
    }
    let root = bare_root();
    let open_to_all = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(root.path(), open_to_all).unwrap();
    let kept = Scratch::new();
    give_to_user(TESTER, [kept.path(), &root.path().join("mnt")]);
    let (number, path) = (std::cell::Cell::new(0), kept.path().to_str().unwrap());
    for more in [
        &[][..],
        &["--pivot-root"],
        &["-r"],
        &["-r", "-pf", "--mount-proc"],
        &["-pf", "--init", "--mount-api"],
    ] {
        number.set(number.get() + 1);
        let directory = format!("{path}/{}", number.get());
        let options = [&["--overlay", &directory][..], more].concat();
        let run = |script| in_filled(&root, &options, &["sh", "-c", script]).run();
        let outcome = run("echo new >/mnt/new && exit 5");
        assert_eq!(outcome.code(), 5, "{more:?}: {outcome}");
        assert_eq!(run("cat /mnt/new").ok().out(), "new\n", "{more:?}");
        assert!(!root.path().join("mnt/new").exists(), "{more:?}");
        let upper = std::fs::read_to_string(format!("{directory}/upper/mnt/new"));
        assert_eq!(upper.unwrap(), "new\n", "{more:?}");
        assert!(!Path::new(&format!("{directory}/work")).exists());
    }
}

#[test]
fn what_a_user_cannot_have_stay_cannot_be_written() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let kept = scratch.dir("kept");
    let own = scratch.dir("own");
    give_to_user(TESTER, [scratch.path(), &kept, &own]);
    let run = |script: String| {
        let kept = kept.to_str().unwrap();
        let line = ["-r", "--overlay", kept, "sh", "-c", &script];
        ordinary(runshare()).args(line).run()
    };
    let file = own.join("file");
    let file = file.to_str().unwrap();
    // The directories above are tmpfs where something is mounted below the root.
    let refused = "Read-only file system";
    let outcome = run(format!("echo x >{file}; mkdir /new-in-root"));
    if Path::new("/proc/self/mountinfo").exists() {
        assert!(outcome.err().contains(refused), "{outcome}");
    }
    assert_eq!(run(format!("cat {file}")).ok().out(), "x\n");
    assert!(!own.join("file").exists());
    // Neither the directories that had to be made for the layers nor those above them are listed as changes of their
    // own.
    let list = |options: &[&str]| {
        let tool = ordinary(runshare()).args(options);
        tool.args(["--changes", kept.to_str().unwrap()]).run().ok()
    };
    let expected = format!(
        "added    {}\n",
        own.canonicalize().unwrap().join("file").display()
    );
    for options in [&["-r"][..], &[], &["-r", "-pf", "--mount-proc"]] {
        let out = list(options).out();
        assert!(out.ends_with(&expected), "{options:?}: {out}");
        let others = out.lines().filter(|line| !line.starts_with("changed  /"));
        assert_eq!(others.count(), 1, "{options:?}: {out}");
    }
    let json = list(&["-r", "--json"]).out();
    assert!(json.starts_with("{\"changes\":[\n"), "{json}");
    let refused = "runshare: option --changes does not run a program\n";
    let line = ["--changes", "/nosuch", "true"];
    ordinary(runshare()).args(line).run().fails(1, refused);
}

#[test]
fn an_overlay_goes_with_nothing_that_outlives_it() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::shared();
    let kept = scratch.path().join("kept");
    let kept = kept.to_str().unwrap();
    let persistent = "option --overlay cannot be combined with a persistent mount namespace";
    for (more, message) in [
        (
            &["--ephemeral"][..],
            "options --ephemeral and --overlay cannot be combined",
        ),
        (&["--mount=/nosuch"], persistent),
        (&["--persist", "/nosuch"], persistent),
        (
            &["--propagation", "shared"],
            "mounts below the root require --propagation private or slave",
        ),
    ] {
        let tool = ordinary(runshare()).args(["-r", "--overlay", kept]);
        let outcome = tool.args(more).arg("true").run();
        outcome.fails(1, &format!("runshare: {message}\n"));
        assert!(!Path::new(kept).exists(), "{more:?}");
    }
}
