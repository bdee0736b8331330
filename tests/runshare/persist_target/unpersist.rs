//! What `--unpersist` removes, and what stops it.

use super::*;

#[test]
fn what_is_foreign_stops_it_before_anything_is_done() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let directory = persist_types(scratch, "-mu");
        let fifo = nix::sys::stat::Mode::empty();
        let foreign: [(&str, &dyn Fn(PathBuf)); 6] = [
            ("notes", &|path| fs::write(path, "").unwrap()),
            ("net", &|path| fs::write(path, "").unwrap()),
            ("user", &|path| fs::create_dir(path).unwrap()),
            ("ipc", &|path| symlink("uts", path).unwrap()),
            ("pid", &|path| nix::unistd::mkfifo(&path, fifo).unwrap()),
            ("pid_for_children", &|path| {
                symlink("/proc/self/ns/pid", path).unwrap();
            }),
        ];
        for (name, make) in foreign {
            let path = directory.join(name);
            make(path.clone());
            let before = state(scratch.path());
            let refused = format!(
                "runshare: {} is not a persistent namespace\n",
                path.display()
            );
            runshare()
                .arg("--unpersist")
                .arg(&directory)
                .run()
                .fails(1, &refused);
            assert_eq!(state(scratch.path()), before);
            match name {
                "user" => fs::remove_dir(&path).unwrap(),
                _ => fs::remove_file(&path).unwrap(),
            }
        }
        unpersist(&directory);
    });
}

#[test]
fn a_namespace_of_another_type_is_foreign_too() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let directory = persist_types(scratch, "-u");
        let file = scratch.file("kept/net", "");
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
        let bind = |source: &str| mount(Some(source), &file, NONE, MsFlags::MS_BIND, NONE).unwrap();
        bind("/proc/self/ns/ipc");
        let refused = format!(
            "runshare: {} is not a persistent namespace\n",
            file.display()
        );
        runshare()
            .arg("--unpersist")
            .arg(&directory)
            .run()
            .fails(1, &refused);
        assert!(inode(directory.join("uts")) > 0xe000_0000);
        umount2(&file, MntFlags::MNT_DETACH).unwrap();
        bind("/proc/self/ns/net");
        unpersist(&directory);
    });
}

#[test]
fn what_is_left_after_a_restart_or_an_umount_by_hand_is_removed_too() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let before = mountinfo();
        let directory = persist_types(scratch, "-mun");
        for name in ["net", "mnt"] {
            umount2(&directory.join(name), MntFlags::MNT_DETACH).unwrap();
        }
        unpersist(&directory);
        assert!(!directory.exists());
        assert_eq!(mountinfo(), before);
    });
}

#[test]
fn without_persistent_namespaces_nothing_is_done() {
    let scratch = Scratch::new();
    let (empty, file) = (scratch.dir("empty"), scratch.file("file", ""));
    let missing = scratch.path().join("missing");
    for (path, sentence) in [
        (
            &empty,
            format!("no persistent namespaces in {}", empty.display()),
        ),
        (
            &file,
            format!("cannot open {}: Not a directory", file.display()),
        ),
        (
            &missing,
            format!(
                "cannot open {}: No such file or directory",
                missing.display()
            ),
        ),
    ] {
        let tool = runshare().arg("--unpersist").arg(path);
        tool.run().fails(1, &format!("runshare: {sentence}\n"));
    }
    assert_eq!(names(scratch.path()), ["empty", "file"]);
}
