//! `--overlay` and processes that outlive the program: the directory is theirs as long as they have it mounted.

use std::fs;
use std::path::Path;

use crate::fixture::{TESTER, ordinary, runshare};
use testkit::{Scratch, Status, Tool, eventually, give_to_user, require};

#[test]
fn a_process_that_outlives_the_program_has_the_directory_until_it_ends() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let (kept, own) = (scratch.path().join("kept"), scratch.dir("own"));
    give_to_user(TESTER, [scratch.path(), &own]);
    let run = |options: &[&str], script: &str| -> Tool {
        let tool = ordinary(runshare()).args(["-r", "--overlay", kept.to_str().unwrap()]);
        tool.args(options).args(["sh", "-c", script])
    };
    let file = own.join("late");
    let name = file.to_str().unwrap();
    let daemon = format!("(read -r line <&7; echo $line >{name}) >&- 2>&- & echo up");
    let in_use = format!(
        "runshare: {} is in use: another process has it as its overlay\n",
        kept.display()
    );
    for options in [
        &[][..],
        &["--pivot-root", "--root", "/"],
        &["--new-session"],
    ] {
        let (reader, writer) = nix::unistd::pipe().expect("a pipe can be made");
        let mut first = run(options, &daemon).fd(7, reader).spawn();
        first.read_until("up");
        assert_eq!(first.wait().status, Status::Exited(0), "{options:?}");
        run(&[], "echo no").run().fails(1, &in_use);
        nix::unistd::write(&writer, b"late\n").expect("it reads");
        let read = format!("cat {name}; rm {name}");
        eventually("the file is written, and the directory free", || {
            run(&[], &read).run().out() == "late\n"
        });
        assert!(!file.exists() && !kept.join("work").exists(), "{options:?}");
    }
    // What is in the namespace of --pid ends with the program.
    for options in [&["--pid", "--init"][..], &["-pf", "--mount-proc"]] {
        let (reader, writer) = nix::unistd::pipe().expect("a pipe can be made");
        let outcome = run(options, &daemon).fd(7, reader).run().ok();
        assert_eq!(outcome.out(), "up\n");
        assert!(!kept.join("work").exists(), "{options:?}");
        assert_eq!(run(&[], "echo yes").run().ok().out(), "yes\n");
        drop(writer);
    }
    assert!(fs::metadata(kept.join("lock")).is_ok_and(|lock| lock.len() == 0));
    assert!(!Path::new(name).exists());
}
