//! `--target` with a directory of kept namespaces, as `runshare --persist` makes it.

mod trust;

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use nix::mount::{MsFlags, mount};

use crate::fixture::{
    Caller, Container, differential_test, in_private_mounts, namespace_of, rnsenter,
};
use testkit::{Scratch, Tool, require};

/// The types that are told, and what each is called on the command line.
const TYPES: [(&str, &str); 6] = [
    ("-U", "user"),
    ("-C", "cgroup"),
    ("-i", "ipc"),
    ("-u", "uts"),
    ("-n", "net"),
    ("-m", "mnt"),
];

/// The namespaces of these types that the program is in with these options.
fn inside(tool: Tool, target: &str, options: &[&str]) -> Vec<String> {
    let links = TYPES.map(|(_, name)| format!("/proc/self/ns/{name}"));
    let tool = tool.args(["-t", target]).args(options);
    let outcome = tool.arg("readlink").args(links).run().ok();
    outcome.out().lines().map(str::to_owned).collect()
}

/// What `inside` reports where the namespaces of these types are kept in `directory`, and the others this process's.
fn expected(directory: &Path, kept: &[&str]) -> Vec<String> {
    let of = |name: &str| match kept.contains(&name) {
        true => {
            let file = fs::metadata(directory.join(name)).unwrap();
            format!("{name}:[{}]", file.ino())
        }
        false => namespace_of(nix::unistd::gettid(), name),
    };
    TYPES.map(|(_, name)| of(name)).to_vec()
}

/// Runs `test` with a directory in which namespaces are kept that `runshare` has made with these options.
fn with_kept(options: &[&str], test: impl FnOnce(&Path) + Send) {
    let (true, Some(runshare)) = (require::root(), require::workspace_program("runshare")) else {
        return;
    };
    let scratch = Scratch::new();
    in_private_mounts(|| {
        let (none, path) = (None::<&str>, scratch.path());
        mount(none, path, Some("tmpfs"), MsFlags::empty(), none).unwrap();
        let kept = path.join("kept here");
        let tool = Tool::new(runshare).args(options).arg("--persist");
        let _ = tool.arg(&kept).arg("true").run().ok();
        test(&kept);
    });
}

#[test]
fn all_that_are_there_are_entered_or_those_that_are_chosen() {
    with_kept(&["-m", "-u", "-n"], |kept| {
        let name = kept.to_str().unwrap();
        let all = expected(kept, &["mnt", "uts", "net"]);
        assert_eq!(inside(rnsenter(), name, &[]), all);
        assert_eq!(inside(rnsenter(), name, &["-a"]), all);
        assert_eq!(inside(rnsenter(), &format!("{name}/"), &["-a", "-n"]), all);
        for (option, of) in [("-m", "mnt"), ("-u", "uts"), ("-n", "net")] {
            assert_eq!(inside(rnsenter(), name, &[option]), expected(kept, &[of]));
        }
        let two = inside(rnsenter(), name, &["-n", "-u"]);
        assert_eq!(two, expected(kept, &["uts", "net"]));
        // One that is named by itself stays named.
        for own in [
            &["-n/proc/self/ns/net", "-a"][..],
            &["-n/proc/self/ns/net", "-m", "-u"],
        ] {
            assert_eq!(
                inside(rnsenter(), name, own),
                expected(kept, &["mnt", "uts"])
            );
        }
        let missing = format!("rnsenter: cannot open {name}/ipc: No such file or directory\n");
        for options in [&["-i"][..], &["-n", "-i"], &["-a", "-i"]] {
            let tool = rnsenter().args(["-t", name]).args(options).arg("true");
            tool.run().fails(1, &missing);
        }
    });
}

#[test]
fn a_user_namespace_comes_first_and_gives_the_right_to_the_others() {
    with_kept(&["-r", "-m", "-u", "-i", "-n", "-C", "-p"], |kept| {
        let name = kept.to_str().unwrap();
        let all = expected(kept, &["user", "cgroup", "ipc", "uts", "net", "mnt"]);
        // Its pid namespace has ended with the program, and nothing can be started in it.
        let options = ["-U", "-C", "-i", "-u", "-n", "-m"];
        assert_eq!(inside(rnsenter(), name, &options), all);
    });
}

#[test]
fn attributes_of_a_process_are_missing_without_one() {
    with_kept(&["-u"], |kept| {
        for (option, what) in [("-r", "root"), ("-w", "cwd"), ("-e", "environ")] {
            let tool = rnsenter().arg("-t").arg(kept).args([option, "true"]);
            let refused =
                format!("rnsenter: neither filename nor target pid supplied for {what}\n");
            tool.run().fails(1, &refused);
        }
        for options in [&["--user-parent"][..], &["-N", "5"]] {
            let tool = rnsenter().arg("-t").arg(kept).args(options).arg("true");
            tool.run().fails(1, "rnsenter: no target PID specified\n");
        }
    });
}

#[test]
fn the_directory_of_a_process_is_such_a_directory_too() {
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return;
    }
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let directory = container.proc("ns");
    let names = TYPES.map(|(_, name)| container.namespace(name)).to_vec();
    for options in [&[][..], &["-a"], &["-U", "-C", "-i", "-u", "-n", "-m"]] {
        let tool = caller.runs(rnsenter());
        assert_eq!(inside(tool, directory.to_str().unwrap(), options), names);
    }
    // The user namespace that one is in is left out.
    if require::root() {
        let Some(plain) = Container::plain() else {
            return;
        };
        let names = TYPES.map(|(_, name)| plain.namespace(name)).to_vec();
        let directory = plain.proc("ns");
        assert_eq!(inside(rnsenter(), directory.to_str().unwrap(), &[]), names);
    }
}

#[test]
fn a_directory_without_namespaces_is_reported() {
    let scratch = Scratch::new();
    let name = scratch.path().to_str().unwrap();
    let none = format!("rnsenter: there is no persistent namespace in {name}\n");
    for options in [&[][..], &["-a"]] {
        let tool = rnsenter().args(["-t", name]).args(options).arg("true");
        tool.run().fails(1, &none);
    }
    // As after a restart, or another file altogether.
    let file = scratch.file("net", "");
    let none = format!(
        "rnsenter: there is no persistent namespace in {}\n",
        file.display()
    );
    for options in [&[][..], &["-a"], &["-n"]] {
        let tool = rnsenter().args(["-t", name]).args(options).arg("true");
        tool.run().fails(1, &none);
    }
    // A link is not followed, wherever it leads.
    for target in ["/dev/null", "/proc/self/ns/net"] {
        fs::remove_file(&file).unwrap();
        symlink(target, &file).unwrap();
        rnsenter()
            .args(["-t", name, "-n", "true"])
            .run()
            .fails(1, &none);
    }
}

#[test]
fn a_file_is_not_a_target_as_for_the_original() {
    let Some(diff) = differential_test() else {
        return;
    };
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path().join(name).display().to_string();
    scratch.file("file", "");
    fs::create_dir(scratch.path().join("here")).unwrap();
    for target in [
        &path("file"),
        &path("gone"),
        &path("file/x"),
        "./gone",
        "here",
        ".",
        "..",
    ] {
        for options in [&[][..], &["-a"], &["-n"]] {
            diff.assert_same_with(|tool| {
                let tool = tool.current_dir(scratch.path()).args(["-t", target]);
                tool.args(options).arg("true")
            });
        }
    }
}
