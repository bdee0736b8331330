//! Hints about a target that is no process number, and is nothing else either, or nothing that is found.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::hint;
use crate::cgroup::{Cgroup, knows_cgroup2};
use crate::fixture::{Caller, Container, RNSENTER, in_private_mounts, rnsenter};
use testkit::{Scratch, Tool, require};

/// What ours says with hints.
fn hint_for(tool: Tool, args: &[&str]) -> String {
    let tool = tool.env("NSUTILS_HINTS", "always").args(args);
    let outcome = tool.run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    outcome.err()
}

#[test]
fn a_path_that_names_no_target_is_reported_for_what_it_is() {
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path().join(name).display().to_string();
    scratch.file("file", "");
    symlink("file", scratch.path().join("link")).unwrap();
    for (name, expected) in [
        (
            "file",
            format!("{} is neither a namespace nor a directory", path("file")),
        ),
        (
            "link",
            format!(
                "{} is a symbolic link: name what it leads to, {}",
                path("link"),
                path("file")
            ),
        ),
        ("gone", format!("{} does not exist", path("gone"))),
        ("gone/x", format!("{} does not exist", path("gone"))),
        ("file/x", format!("{} is not a directory", path("file"))),
    ] {
        let Some(hint) = hint(Caller::Whoever, &["-t", &path(name), "-n", "true"]) else {
            return;
        };
        assert_eq!(hint, expected);
    }
    let pid = std::process::id();
    for (word, start) in [
        ("nosuch", "a target is a PID, PID:INODE, the inode number"),
        ("net:5", "a target is a PID, PID:INODE, the inode number"),
        ("0", "a target is a PID, PID:INODE, the inode number"),
        (&format!("{pid}:x")[..], "a target is a PID, PID:INODE"),
    ] {
        let Some(hint) = hint(Caller::Whoever, &["-t", word, "true"]) else {
            return;
        };
        assert!(hint.starts_with(start), "{word}: {hint}");
    }
}

#[test]
fn a_directory_without_a_slash_is_reported() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path().join("kept")).unwrap();
    let tool = rnsenter().current_dir(scratch.path());
    let expected = "rnsenter: invalid PID argument\n\
                    rnsenter: hint: name a directory of persistent namespaces with a slash: ./kept\n";
    assert_eq!(hint_for(tool, &["-t", "kept", "true"]), expected);
}

#[test]
fn what_a_restart_has_left_is_reported() {
    let scratch = Scratch::new();
    let file = scratch.file("net", "");
    let directory = scratch.path().display().to_string();
    let said = format!(
        "rnsenter: there is no persistent namespace in {}\n",
        file.display()
    );
    // Any file may be empty; that of --persist has no permissions either.
    let all = hint_for(rnsenter(), &["-t", &directory, "-n", "true"]);
    assert_eq!(all, said);
    if !require::root() {
        return;
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o0)).unwrap();
    let all = hint_for(rnsenter(), &["-t", &directory, "-n", "true"]);
    let start = format!(
        "{said}rnsenter: hint: no namespace is mounted on {}, as after a restart, ",
        file.display()
    );
    assert!(all.starts_with(&start), "{all}");
    let end = format!("remove what is left with `runshare --unpersist {directory}`\n");
    assert!(all.ends_with(&end), "{all}");
}

#[test]
fn a_namespace_that_may_be_anothers_is_reported() {
    if !require::root() {
        return;
    }
    let Some(container) = Container::plain() else {
        return;
    };
    let net = container.namespace("net");
    let number = net.trim_matches(|character: char| !character.is_ascii_digit());
    let all = hint_for(Caller::ordinary().runs(rnsenter()), &["-t", number, "true"]);
    let start = format!(
        "rnsenter: no namespace {number} was found\nrnsenter: hint: it may be that of one of "
    );
    assert!(all.starts_with(&start), "{all}");
    let end = " processes that user 1001 may not inspect: that requires CAP_SYS_PTRACE, or being the process's user\n";
    assert!(all.ends_with(end), "{all}");
}

#[test]
fn a_target_without_a_selected_type_is_reported() {
    let own = std::process::id().to_string();
    let Some(hint) = hint(Caller::Whoever, &["-t", &own, "true"]) else {
        return;
    };
    let expected = "no type of namespace was selected: --all enters all namespaces of the target";
    assert_eq!(hint, expected);
}

#[test]
fn an_id_that_is_too_short_is_reported_if_there_is_one() {
    if !require::root() || !require::machine_feature(knows_cgroup2(), "there is no cgroup2 here") {
        return;
    }
    in_private_mounts(|| {
        let top = Cgroup::new();
        let Some(container) = Container::plain() else {
            return;
        };
        let id = format!("e{:07x}{}", nix::unistd::gettid().as_raw(), "e".repeat(56));
        let cgroup = top.child(&format!("docker-{id}.scope"));
        cgroup.take(container.pid());
        let Some(hint) = hint(Caller::Whoever, &["-t", &id[..5], "-a", "true"]) else {
            return;
        };
        let expected = format!(
            "a container ID requires at least 6 digits, or 12 if none is a letter: {} is one that \
             begins so",
            &id[..12]
        );
        assert_eq!(hint, expected);
    });
}

#[test]
fn a_pid_namespace_that_hides_containers_is_reported() {
    if !require::root() {
        return;
    }
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    let line = ["-mpf", "--mount-proc"];
    let tool = Tool::new(unshare).env("NSUTILS_HINTS", "always").args(line);
    let tool = tool
        .arg(RNSENTER)
        .args(["-t", "abcdefabcdef", "-a", "true"]);
    let outcome = tool.run();
    let end =
        "hint: this process is in a PID namespace, and cannot see the processes outside of it\n";
    assert!(outcome.err().ends_with(end), "{outcome}");
}

#[test]
fn processes_that_proc_does_not_let_in_are_counted() {
    if !require::root() {
        return;
    }
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    // With hidepid=noaccess, proc(5), the directories of others are listed and cannot be opened.
    let script = "mount -t proc -o hidepid=noaccess proc /proc && exec setpriv --reuid 1001 --regid 1001 --clear-groups \
                  \"$@\"";
    for (target, first) in [
        ("4026999999", "no namespace 4026999999 was found"),
        (
            "abcdefabcdef",
            "no container was found whose id begins with abcdefabcdef",
        ),
    ] {
        let tool = Tool::new(&unshare).env("NSUTILS_HINTS", "always");
        let tool = tool.args(["-m", "sh", "-c", script, "sh", &RNSENTER]);
        let outcome = tool.args(["-t", target, "-n", "true"]).run();
        let said = outcome.err();
        let start = format!("rnsenter: {first}\nrnsenter: hint: it may be that of one of ");
        let rest = said.strip_prefix(&start).expect(&said);
        let (count, rest) = rest.split_once(' ').expect(&said);
        // Every process but the tool itself is root's, and there is the kernel's first thread besides.
        assert!(count.parse::<u32>().is_ok_and(|count| count > 2), "{said}");
        assert!(
            rest.starts_with("processes that user 1001 may not inspect"),
            "{said}"
        );
    }
}
