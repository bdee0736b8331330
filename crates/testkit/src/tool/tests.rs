//! Of a kit that judges others it wants to be known that it does what it says: each promise of a tool, tried on `sh`.

use std::fs::{File, read_link, read_to_string};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use super::Tool;
use crate::{Pid, Scratch, Status, eventually, require};

fn sh(script: &str) -> Tool {
    Tool::new("/bin/sh").args(["-c", script])
}

fn panic_of(test: impl FnOnce() + std::panic::UnwindSafe) -> String {
    *std::panic::catch_unwind(test)
        .expect_err("it is to panic")
        .downcast()
        .expect("with a message")
}

#[test]
fn gets_four_variables_and_three_descriptors() {
    let env = Tool::new("/usr/bin/env").run().ok();
    assert_eq!(
        env.out(),
        "HOME=/\nLC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nSHELL=/bin/sh\n"
    );
    let open = Tool::new("/bin/ls").arg("/proc/self/fd").run().ok();
    assert_eq!(
        open.out(),
        "0\n1\n2\n3\n",
        "3 is the directory that ls reads"
    );
}

#[test]
fn is_called_by_the_name_given() {
    assert_eq!(
        sh("echo $0 $PWD")
            .argv0("x")
            .no_env()
            .current_dir("/usr")
            .run()
            .ok()
            .out(),
        "x /usr\n"
    );
}

#[test]
fn takes_arguments_that_are_not_text() {
    use std::os::unix::ffi::OsStringExt;
    let bytes = std::ffi::OsString::from_vec(vec![0xff]);
    assert_eq!(Tool::new("/bin/echo").arg(bytes).run().stdout, b"\xff\n");
}

#[test]
fn distinguishes_an_exit_from_a_death() {
    assert_eq!(sh("exit 7").run().status, Status::Exited(7));
    assert_eq!(sh("kill -TERM $$").run().status, Status::Killed(15));
}

#[test]
fn carries_more_than_a_pipe_holds_both_ways() {
    let much = vec![b'x'; 1 << 20];
    let outcome = sh("tee /dev/stderr").stdin(much.clone()).run().ok();
    assert!(outcome.stdout == much && outcome.stderr == much);
}

#[test]
fn does_not_wait_for_a_grandchild_that_holds_the_pipe() {
    let begun = Instant::now();
    assert_eq!(sh("sleep 20 & echo $!").run().ok().out().lines().count(), 1);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_hang_is_ended_with_all_its_children_and_named() {
    let scratch = Scratch::new();
    let note = scratch.path().join("pid");
    let script = format!("sleep 600 & echo $! >{}; echo begun; wait", note.display());
    let message = panic_of(|| drop(sh(&script).timeout(Duration::from_millis(500)).run()));
    assert!(
        message.contains("not ended after 500ms") && message.contains("sleep 600"),
        "{message}"
    );
    assert!(message.contains("\"begun\\n\""), "{message}");
    let pid = read_to_string(&note)
        .expect("the script wrote it")
        .trim()
        .parse()
        .expect("a number");
    eventually("the child of the hung tool is gone", || {
        dead(Pid::from_raw(pid))
    });
}

/// Gone, or a zombie that whoever adopted it has yet to reap.
fn dead(pid: Pid) -> bool {
    read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
}

#[test]
fn stays_while_the_test_looks_on_and_goes_with_it() {
    let mut running = sh("echo one; echo two; exec sleep 600").spawn();
    assert_eq!(running.read_until("\n"), "one\n");
    assert_eq!(running.read_until("two"), "two");
    let pid = running.pid();
    kill(pid, None).expect("it lives");
    drop(running);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn a_vain_wait_is_reported_with_its_name() {
    let message = panic_of(|| drop(sh("echo other").spawn().read_until("word")));
    assert!(
        message.contains("ended without writing \"word\"") && message.contains("other"),
        "{message}"
    );
}

#[test]
fn starts_with_the_signals_asked_for_and_no_others() {
    let show = || Tool::new("/bin/grep").args(["-E", "^Sig(Blk|Ign)", "/proc/self/status"]);
    assert_eq!(
        show().run().ok().out(),
        "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
    );
    let set = show()
        .ignoring(Signal::SIGHUP)
        .blocking(Signal::SIGUSR1)
        .run()
        .ok();
    assert_eq!(
        set.out(),
        "SigBlk:\t0000000000000200\nSigIgn:\t0000000000000001\n"
    );
}

#[test]
fn passes_and_closes_descriptors() {
    let scratch = Scratch::new();
    let file = File::open(scratch.file("passed", "on")).expect("it is there");
    assert_eq!(
        sh("cat <&7; [ -e /proc/self/fd/0 ] || echo ' closed'")
            .fd(7, file)
            .close_fd(0)
            .run()
            .ok()
            .out(),
        "on closed\n"
    );
}

#[test]
fn has_a_terminal_of_its_own() {
    let script = "stty size; tty; read -r word; echo \"$word\" >/dev/tty";
    let mut running = sh(script).terminal(90, 30).spawn();
    assert_eq!(running.read_until("\n"), "30 90\n");
    assert!(running.read_until("\n").starts_with("/dev/pts/"));
    running.type_in("typed\n");
    assert_eq!(running.wait().ok().out().lines().last(), Some("typed"));
}

#[test]
fn a_display_carries_much_and_loses_nothing() {
    assert_eq!(
        sh("head -c 1000000 /dev/zero")
            .output_terminal(80, 24)
            .run()
            .ok()
            .stdout
            .len(),
        1_000_000
    );
}

#[test]
fn a_display_is_a_terminal_but_not_the_sessions_own() {
    let outcome = sh("stty size; (: >/dev/tty) 2>/dev/null || echo none")
        .output_terminal(90, 30)
        .run()
        .ok();
    let lines = outcome.out();
    assert!(
        lines.starts_with("30 90\n") && lines.ends_with("none\n"),
        "{outcome}"
    );
}

#[test]
fn goes_without_a_capability() {
    if !require::root() {
        return;
    }
    let ask = "grep CapEff /proc/self/status";
    let number = |tool: Tool| {
        let outcome = tool.run().ok().out();
        let digits = outcome.split_whitespace().nth(1).expect("a number");
        u64::from_str_radix(digits, 16).expect("in hexadecimal")
    };
    let (all, fewer) = (number(sh(ask)), number(sh(ask).without_capability(21)));
    assert_eq!(fewer, all & !(1 << 21));
    assert_ne!(fewer, all);
}

#[test]
fn runs_as_another_user() {
    if !require::root() {
        return;
    }
    let ids = sh("echo $(id -u) $(id -g) $(id -G)")
        .as_user(4101, 4201, &[4301, 4302])
        .run()
        .ok();
    assert_eq!(ids.out(), "4101 4201 4201 4301 4302\n");
}

#[test]
fn a_program_out_of_another_users_reach_is_named() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let dir = scratch.dir("closed");
    std::fs::copy("/bin/true", dir.join("true")).expect("a copy");
    std::os::unix::fs::chown(&dir, Some(0), Some(0)).expect("root may");
    std::fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .expect("root may");
    let program = dir.join("true");
    let message = panic_of(|| drop(Tool::new(program).as_user(4101, 4201, &[]).run()));
    assert!(
        message.contains("uid 4101 cannot reach") && message.contains("closed to others"),
        "{message}"
    );
}

#[test]
fn alone_sees_a_file_mounted_over_another() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let users = scratch.file("passwd", "moon:x:4101:4201::/:/bin/sh\n");
    let before = read_link("/proc/self/ns/mnt").expect("it is there");
    let name = sh("id -un; readlink /proc/self/ns/mnt")
        .bind_over(&users, "/etc/passwd")
        .as_user(4101, 4201, &[])
        .run()
        .ok();
    let out = name.out();
    let (name, after) = out.split_once('\n').expect("two lines");
    assert_eq!(name, "moon");
    assert_ne!(Path::new(after.trim_end()), before);
    assert!(
        !read_to_string("/etc/passwd")
            .expect("it is there")
            .contains("moon:")
    );
}

/// Returns whether the programs of this machine make the calls that this test knows the numbers of: those of a test
/// built for 32 bits are others than the calls of a 64-bit system's `cat`.
fn programs_make_our_calls() -> bool {
    // The class of the ELF file, its byte order, and the processor.
    let kind = |file: &str| {
        let mut header = [0; 20];
        File::open(file)
            .and_then(|mut file| file.read_exact(&mut header))
            .expect("a program");
        (header[4], header[5], header[18], header[19])
    };
    require::machine_feature(
        kind("/proc/self/exe") == kind("/usr/bin/cat"),
        "its programs are for another processor than this test",
    )
}

#[test]
fn a_call_that_is_refused_is_answered_by_a_filter() {
    if !programs_make_our_calls() {
        return;
    }
    let script = "grep Seccomp: /proc/self/status; uname || echo refused";
    let outcome = sh(script)
        .refusing(nix::libc::SYS_uname, nix::errno::Errno::EPERM)
        .run()
        .ok();
    assert_eq!(outcome.out(), "Seccomp:\t2\nrefused\n");
    assert!(
        outcome.err().contains("Operation not permitted"),
        "{outcome}"
    );
}

#[test]
fn a_call_that_is_refused_past_the_loader_is_refused_to_the_program_alone() {
    if !programs_make_our_calls() {
        return;
    }
    // The loader opens its cache and the C library; cat opens what it is to show.
    let cat = |tool: Tool| tool.arg("/etc/passwd").run();
    let call = nix::libc::SYS_openat;
    let refused =
        cat(Tool::new("/usr/bin/cat").refusing_past_loader(call, nix::errno::Errno::EPERM));
    assert_eq!(refused.code(), 1, "{refused}");
    // Some say their path, some their name.
    assert!(refused.err().contains("cat: "), "{refused}");
    assert_eq!(cat(Tool::new("/usr/bin/cat")).code(), 0);
}

#[test]
fn what_is_written_to_standard_error_passes() {
    if !programs_make_our_calls() {
        return;
    }
    let cat = Tool::new("/usr/bin/cat").arg("/etc/passwd");
    let (call, errno) = (nix::libc::SYS_write, nix::errno::Errno::EPERM);
    let outcome = cat.refusing_past_loader(call, errno).run();
    assert_eq!(outcome.out(), "", "{outcome}");
    assert!(outcome.err().contains("write error"), "{outcome}");
}
