//! The tool is ended by KILL, TERM and INT before each system call that it makes after its first fork, in every mode
//! that has more than one process.
//!
//! Whenever it comes: no process of ours stays, what is to be persistent is there as a whole or not at all, and the
//! program lives on exactly where the original's does, or ends with the tool.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(clippy::print_stdout, reason = "how many there were is worth knowing")]

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::geteuid;
use testkit::syscall_stepper::{Step, SyscallStepper, adopt_orphans};
use testkit::{Scratch, Signal, Tool, require, rerun, stay_on_one_processor};

mod modes;
mod network;

use modes::{Fate, MODES, Mode, Signals};

/// What the tools run: it says that it runs, and ends with its standard input.
const PROGRAM: [&str; 3] = ["/bin/sh", "-c", "echo up; exec cat"];

/// The ordinary user.
const USER: u32 = 1001;

#[test]
fn nothing_stays_mounted_and_nothing_is_half_made() {
    if let Some(mode) = rerun::reason() {
        return end_at_every_call(&mode);
    }
    if !require::user_namespaces() {
        return;
    }
    let root = geteuid().is_root();
    let mut all = 0;
    for mode in MODES.iter().filter(|mode| root || mode.for_all) {
        if mode.has_network() && !network::is_possible() {
            continue;
        }
        let Some(program) = require::workspace_program(mode.tool) else {
            return;
        };
        // In a process of its own: the orphans of the tool become its children, and no other test's do.
        let env = Tool::new("/usr/bin/env");
        let tool = rerun::this_test(env, mode.name).env("PROGRAM", program);
        let outcome = tool.run();
        rerun::assert_passed(&outcome);
        let text = outcome.out();
        let points = text.lines().find_map(|line| line.strip_prefix("points: "));
        let points: usize = points.and_then(|it| it.parse().ok()).expect("it counts");
        assert!(points > 3, "{}: {outcome}", mode.name);
        println!("{}: {points} points at which the tool was ended", mode.name);
        all += points;
    }
    println!("{all} in all");
}

/// Ends the tool at every system call in the mode of this name, and prints how many there were.
fn end_at_every_call(name: &str) {
    let mode = MODES.iter().find(|mode| mode.name == name);
    let mode = mode.expect("it is in the table");
    adopt_orphans();
    if geteuid().is_root() {
        // Linux 6.18 numbers mount namespaces by CPU, and binds none that is numbered below that of the binder.
        stay_on_one_processor();
        // What is mounted is gone with this thread, whatever happens.
        unshare(CloneFlags::CLONE_NEWNS).expect("root may");
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).expect("root may");
    }
    if mode.has_network() {
        network::set_up();
    }
    let mut points = 0;
    for signal in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGINT] {
        let mut count = 1;
        while is_hit(mode, signal, count) {
            count += 1;
        }
        points += count;
    }
    println!("\npoints: {points}");
}

/// Ends the tool before the `count`th system call after its first fork, or while it waits for its program. Whether
/// there is a later point.
fn is_hit(mode: &Mode, signal: Signal, count: usize) -> bool {
    let scratch = Scratch::new();
    let mut tool = SyscallStepper::start(command(mode, scratch.path()));
    let mut step = Step::Before;
    for _ in 0..count {
        step = tool.advance();
        if step != Step::Before {
            break;
        }
    }
    assert_ne!(step, Step::Ended, "{}: it ended by itself", mode.name);
    tool.send_signal(signal, step != Step::Waits);
    let place = format!("{}, {signal} at call {count} ({step:?})", mode.name);
    watch(mode, signal, &mut tool, &place);
    assert_whole(mode, scratch.path(), &place);
    step == Step::Before
}

fn command(mode: &Mode, directory: &Path) -> Command {
    let program = env::var_os("PROGRAM").expect("the test above names it");
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stderr(Stdio::null());
    if !geteuid().is_root() {
        command.arg("-r");
    }
    if mode.as_user {
        command.uid(USER).gid(USER);
    }
    for file in ["FILE0", "FILE1"] {
        fs::write(directory.join(file), "").expect("a file can be made");
    }
    for option in mode.options {
        let below = directory.to_str().expect("a path of ours");
        let option = option.replace("SELF", &std::process::id().to_string());
        let option = option.replace("=LAYER", &format!("={below}/layer"));
        let option = option.replace("=FILE", &format!("={below}/FILE"));
        command.arg(option.replace("=DIR", &format!("={below}/DIR")));
    }
    command.args(PROGRAM);
    command
}

/// Watches what becomes of tool and program.
fn watch(mode: &Mode, signal: Signal, tool: &mut SyscallStepper, place: &str) {
    if signal != Signal::SIGKILL && mode.signals == Signals::Blocks {
        // Either it came before the tool waits, or the tool waits for the program in spite of it.
        let ended_or_up = |tool: &mut SyscallStepper, _: &[String]| {
            tool.ended().is_some() || tool.has_program_started()
        };
        tool.run_until(
            &format!("{place}: the tool ends or the program runs"),
            ended_or_up,
        );
        if tool.ended().is_none() {
            tool.close_input();
        }
    }
    let ended = |tool: &mut SyscallStepper, _: &[String]| tool.ended().is_some();
    tool.run_until(&format!("{place}: the tool ends"), ended);
    if mode.fate == Fate::LivesOn {
        // Whatever is left is the program, not one of our processes on the way to it.
        let is_program =
            |_: &mut SyscallStepper, left: &[String]| left.iter().all(|name| name == "cat");
        tool.run_until(
            &format!("{place}: nothing but the program is left"),
            is_program,
        );
        if tool.has_program_started() && signal == Signal::SIGKILL && !tool.is_program() {
            let lives = |_: &mut SyscallStepper, left: &[String]| left == ["cat"];
            tool.run_until(&format!("{place}: the program lives on"), lives);
        }
        tool.close_input();
    }
    let gone = |_: &mut SyscallStepper, left: &[String]| left.is_empty();
    tool.run_until(&format!("{place}: nothing is left"), gone);
    if mode.name == "fork" && signal == Signal::SIGKILL {
        assert!(
            tool.has_program_started(),
            "{place}: the program ran, as the original's does"
        );
    }
}

/// Asserts that all or none is bound, and takes it away.
fn assert_whole(mode: &Mode, directory: &Path, place: &str) {
    let table = fs::read("/proc/thread-self/mountinfo").expect("/proc is there");
    let points = testkit::mount_points(&table);
    let mut bound: Vec<_> = points
        .filter(|point| point.starts_with(directory))
        .collect();
    bound.sort();
    let on_top = bound.len();
    bound.dedup();
    let persistent = directory.join("DIR");
    let is_persistent = mode
        .options
        .iter()
        .any(|option| option.starts_with("--persist"));
    let types = ["--uts", "--ipc", "--mount", "--pid", "--map-users"];
    let all = mode.options.iter().filter(|option| match is_persistent {
        true => types.iter().any(|of| option.starts_with(of)),
        false => option.contains("=FILE"),
    });
    let all = all.count();
    let whole = bound.is_empty() || bound.len() == all;
    assert!(whole, "{place}: {bound:?} of {all}");
    // A directory without anything in it is half made as well.
    assert_eq!(
        persistent.exists(),
        is_persistent && !bound.is_empty(),
        "{place}"
    );
    for point in &bound {
        for _ in 0..on_top {
            let _ = umount2(point, MntFlags::MNT_DETACH);
        }
    }
}
