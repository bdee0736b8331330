//! What `--persist` and `--unpersist` refuse, and that nothing is left of it.

use super::*;

#[test]
fn if_one_cannot_persist_none_does_and_nothing_is_left() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let file = scratch.file("file", "");
        let full = scratch.dir("full");
        scratch.file("full/net", "");
        let empty = scratch.dir("empty");
        let new = scratch.path().join("new");
        let keep = |option: &str| format!("--{option}={}", file.display());
        let before = state(scratch.path());
        let path = |path: &Path| path.display().to_string();
        let missing = "/nosuch/file";
        for (directory, options, sentence) in [
            // The types are kept in the order user, cgroup, ipc, uts, net, pid, mount, time.
            (
                new.clone(),
                vec!["-uUT".to_owned(), format!("--time={missing}")],
                format!("on {missing} failed: No such file or directory"),
            ),
            (
                empty.clone(),
                vec!["-mun".to_owned(), format!("--mount={missing}")],
                format!("on {missing} failed: No such file or directory"),
            ),
            (
                new.clone(),
                vec![
                    "-f".to_owned(),
                    "-un".to_owned(),
                    format!("--mount={missing}"),
                ],
                format!("on {missing} failed: No such file or directory"),
            ),
            (
                new.clone(),
                vec![
                    keep("uts"),
                    "-n".to_owned(),
                    format!("--pid={missing}"),
                    "-f".to_owned(),
                ],
                format!("on {missing} failed: No such file or directory"),
            ),
            (
                full.clone(),
                vec![keep("uts"), "-n".to_owned()],
                format!("cannot make {}: Directory not empty", path(&full)),
            ),
            (
                file.clone(),
                vec![keep("uts"), "-n".to_owned()],
                format!("cannot open {}: Not a directory", path(&file)),
            ),
            (
                "/nosuch/directory".into(),
                vec!["-n".to_owned()],
                "cannot make /nosuch/directory: No such file or directory".to_owned(),
            ),
            (
                "".into(),
                vec!["-n".to_owned()],
                "cannot make : No such file or directory".to_owned(),
            ),
        ] {
            let note = scratch.path().join("note");
            let outcome = persist(&directory)
                .args(&options)
                .arg("touch")
                .arg(&note)
                .run();
            assert_eq!(outcome.code(), 1, "{outcome}");
            assert!(
                outcome.err().starts_with("runshare: ")
                    && outcome.err().ends_with(&format!("{sentence}\n")),
                "{sentence} {outcome}"
            );
            assert_eq!(state(scratch.path()), before, "{outcome}");
        }
    });
}

#[test]
fn a_refused_mount_is_reported_and_leaves_nothing() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::shared();
    let directory = scratch.path().join("kept");
    for option in ["-ru", "-rm"] {
        let tool = ordinary(runshare()).arg("--persist").arg(&directory);
        let outcome = tool.args([option, "true"]).run();
        let end = format!(
            " on {}/user failed: Operation not permitted\n",
            directory.display()
        );
        assert!(
            outcome.code() == 1 && outcome.err().ends_with(&end),
            "{outcome}"
        );
        let left = names(scratch.path());
        assert!(left.is_empty(), "something is left: {left:?}");
    }
}

#[test]
fn persist_and_unpersist_name_the_option_they_exclude() {
    let scratch = Scratch::new();
    let path = scratch.path().join("kept");
    let file = scratch.file("file", "");
    let nothing = "runshare: option --persist requires a new namespace without a FILE\n";
    persist(&path).arg("true").run().fails(1, nothing);
    let elsewhere = format!("--uts={}", file.display());
    persist(&path)
        .arg(elsewhere)
        .arg("true")
        .run()
        .fails(1, nothing);
    let alone =
        "runshare: option --unpersist cannot be combined with another option or a program\n";
    for more in [
        &["true"][..],
        &["--uts"],
        &["--unpersist", "/other"],
        &["--", "true"],
    ] {
        let tool = runshare().arg("--unpersist").arg(scratch.path());
        tool.args(more).run().fails(1, alone);
    }
    assert!(!path.exists(), "a refused command made the directory");
}
