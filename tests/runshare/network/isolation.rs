//! What the helper gets, and where it comes from.

use std::fs;

use crate::fixture::runshare;
use testkit::{Scratch, require};

/// A helper that writes down what it got, and ends.
fn helper_that_lists(scratch: &Scratch) {
    let directory = scratch.path().display();
    let script = format!(
        "#!/bin/sh\n\
         tr '\\0' '\\n' </proc/$$/environ >{directory}/environ\n\
         for fd in /proc/$$/fd/*; do readlink $fd; done | sort >{directory}/fds\n\
         pwd >{directory}/cwd\n\
         echo \"$*\" >{directory}/words\n\
         exit 3\n"
    );
    scratch.program("slirp4netns", script);
}

#[test]
fn the_helper_gets_path_and_the_descriptors_that_it_needs() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::shared();
    helper_that_lists(&scratch);
    let path = format!("{}:/usr/bin:/bin", scratch.path().display());
    let secret = fs::File::open("/etc/passwd").unwrap();
    let tool = runshare()
        .env("PATH", &path)
        .env("SECRET", "1")
        .fd(7, secret);
    let tool = tool
        .current_dir("/usr")
        .args(["-r", "--network=slirp4netns"]);
    let outcome = tool.args(["echo", "ran"]).run();
    outcome.fails(1, "runshare: slirp4netns failed to start: exit status 3\n");
    assert_eq!(outcome.out(), "");
    let read = |name: &str| fs::read_to_string(scratch.path().join(name)).unwrap();
    assert_eq!(read("environ"), format!("PATH={path}\n"));
    assert_eq!(read("cwd"), "/usr\n");
    let fds = read("fds");
    // The shell has its script open, and a pipe of its own for the list.
    let is_expected = |fd: &&str| {
        let kinds = ["/dev/null", "pipe:[", "net:["];
        kinds.iter().any(|kind| fd.starts_with(kind)) || fd.ends_with("/slirp4netns")
    };
    let unexpected: Vec<&str> = fds.lines().filter(|fd| !is_expected(fd)).collect();
    assert_eq!(unexpected, [""; 0], "{fds}");
    let words = read("words");
    for option in [
        "--disable-host-loopback",
        "--enable-sandbox",
        "--enable-seccomp",
    ] {
        assert!(words.contains(option), "{words}");
    }
}

/// PATH leads to the helper of the caller, not to that of a root or a mount inside.
#[test]
fn the_helper_is_found_before_a_root_is_entered() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::shared();
    helper_that_lists(&scratch);
    let outside = scratch.path().to_str().unwrap();
    let evil = scratch.dir("evil");
    scratch.program("evil/slirp4netns", "#!/bin/sh\necho evil\nexit 4\n");
    let path = format!("{outside}:/usr/bin:/bin");
    let bind = format!("{}:{outside}", evil.display());
    let tool = runshare()
        .env("PATH", &path)
        .args(["-r", "--network=slirp4netns"]);
    let outcome = tool.args(["--bind", &bind, "echo", "ran"]).run();
    outcome.fails(1, "runshare: slirp4netns failed to start: exit status 3\n");
}
