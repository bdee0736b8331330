//! Namespaces that are mounted on a file system which has stopped answering: FUSE of a user, an overlay over it.
//! Whoever goes through it waits for ever.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{setns, unshare};
use nix::sys::signal::kill;
use testkit::{
    CloneFlags, NamespaceFixture, Outcome, Pid, Scratch, Signal, Status, Tool, UnresponsiveFs,
    children_of, eventually, is_stopped, require, rerun,
};

use crate::fixture::{built, can_run};

/// How long a program may take where the file system is silent.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Whether this is the calling test in a process and a mount namespace of its own, whose end is the end of the file
/// system; if not, it is run once more there.
///
/// # Panics
/// If it fails there.
#[track_caller]
fn is_in_own_process() -> bool {
    if rerun::reason().is_some() {
        return true;
    }
    if can_run() && require::root() && UnresponsiveFs::is_possible() {
        rerun::in_mount_namespace(built("runshare"), TIMEOUT * 6);
    }
    false
}

/// Namespaces below a silent file system: one that nothing else keeps, and one with a process in it.
struct Below {
    _silent: UnresponsiveFs,
    _scratch: Scratch,
    /// Where the file system is mounted.
    point: PathBuf,
    world: NamespaceFixture,
    /// The inode numbers, and where each is mounted.
    alone: (u64, PathBuf),
    inhabited: (u64, PathBuf),
}

impl Below {
    /// Mounts them while it answers: on FUSE itself, or on an overlay of it.
    fn new(over: bool) -> Below {
        let scratch = Scratch::new();
        let fuse = scratch.dir("fuse");
        let mut silent = UnresponsiveFs::mount(&fuse);
        let mut point = fuse.clone();
        if over {
            point = scratch.dir("overlay");
            let lower = scratch.dir("lower");
            let options = format!("lowerdir={}:{}", fuse.display(), lower.display());
            let (kind, options) = (Some("overlay"), Some(options.as_str()));
            mount(kind, &point, kind, MsFlags::empty(), options).expect("an overlay");
        }
        let world = NamespaceFixture::new(CloneFlags::CLONE_NEWUTS);
        let inhabited = bind(&world, &point.join("directory/inhabited"));
        let gone = NamespaceFixture::new(CloneFlags::CLONE_NEWUTS);
        let alone = bind(&gone, &point.join("directory/alone"));
        drop(gone);
        silent.stop_answering();
        Below {
            _silent: silent,
            _scratch: scratch,
            point,
            world,
            alone,
            inhabited,
        }
    }
}

/// Mounts a process's namespace there.
fn bind(world: &NamespaceFixture, path: &Path) -> (u64, PathBuf) {
    let link = format!("/proc/{}/ns/uts", world.pid());
    let none = None::<&str>;
    mount(Some(link.as_str()), path, none, MsFlags::MS_BIND, none).expect("it answers still");
    let inode = fs::metadata(link).expect("it lives").ino();
    (inode, path.to_owned())
}

fn run(name: &str, words: &[&str]) -> Outcome {
    Tool::new(built(name)).args(words).timeout(TIMEOUT).run()
}

/// What every program answers, in this mount namespace or in another one, where `within` is behind a mount.
fn is_answered(below: &Below, within: &str) {
    let list = run("rlsns", &["-rnl", "-t", "uts", "-o", "NS,NPROCS,HELD"]);
    let list = list.ok().out();
    let (alone, inhabited) = (&below.alone, &below.inhabited);
    let row = |inode: u64, rest: &str| list.contains(&format!("{inode} {rest}\n"));
    assert!(row(alone.0, "0 mount"), "{list}");
    assert!(row(inhabited.0, "1 proc,mount"), "{list}");
    // One that could not be asked shows no owner, and above all not 0.
    let owners = run("rlsns", &["-rnl", "-t", "uts", "-o", "NS,ONS"])
        .ok()
        .out();
    assert!(owners.contains(&format!("{} ", alone.0)), "{owners}");
    assert!(!owners.contains(&format!("{} 0\n", alone.0)), "{owners}");
    for (inode, path) in [alone, inhabited] {
        let inode = inode.to_string();
        let holders = run("rlsns", &["-n", "--holders", &inode]).ok().out();
        let mount = format!("mount {}{within}", path.display());
        assert!(holders.contains(&mount), "{mount}\n{holders}");
    }
    let enter = |inode: u64| run("rnsenter", &["-t", &inode.to_string(), "true"]);
    enter(inhabited.0).ok();
    // Since Linux 6.19 the kernel's own list leads there.
    let outcome = enter(alone.0);
    let refused = format!("rnsenter: no namespace {} was found\n", alone.0);
    assert!(
        outcome.code() == 0 || outcome.code() == 1 && outcome.err() == refused,
        "{outcome}"
    );
}

/// The same from a mount namespace in which the file system is not mounted.
fn is_answered_elsewhere(below: &Below) {
    let own = fs::metadata("/proc/thread-self/ns/mnt").expect("its own");
    let within = format!(" in mnt {}", own.ino());
    thread::scope(|scope| {
        scope.spawn(|| {
            unshare(CloneFlags::CLONE_NEWNS).expect("root may");
            umount2(&below.point, MntFlags::MNT_DETACH).expect("it is mounted");
            is_answered(below, &within);
        });
    });
}

fn all(over: bool) {
    let below = Below::new(over);
    is_answered(&below, "");
    is_answered_elsewhere(&below);
    drop(below.world);
}

#[test]
fn a_file_system_that_does_not_answer_delays_no_program() {
    if is_in_own_process() {
        all(false);
    }
}

#[test]
fn an_overlay_of_one_that_does_not_answer_delays_no_program() {
    if is_in_own_process() {
        all(true);
    }
}

/// Runs `test` while a file system that does not answer covers the /proc that this process sees.
fn with_covered_proc(process: Pid, test: impl FnOnce()) {
    let (covered, is_covered) = channel();
    let (end, ended) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let namespace = File::open(format!("/proc/{process}/ns/mnt")).expect("it lives");
            unshare(CloneFlags::CLONE_FS).expect("root may");
            setns(&namespace, CloneFlags::CLONE_NEWNS).expect("root may");
            let mut silent = UnresponsiveFs::mount(Path::new("/proc"));
            silent.stop_answering();
            covered.send(()).expect("somebody waits for it");
            let _ = ended.recv();
        });
        is_covered.recv().expect("it is mounted");
        test();
        drop(end);
    });
}

#[test]
fn a_program_that_covers_proc_is_stopped_and_continued_all_the_same() {
    if !is_in_own_process() {
        return;
    }
    let words = ["--mount", "--pid", "--init", "sh", "-c"];
    let tool = Tool::new(built("runshare")).args(words);
    let tool = tool
        .arg("echo up; while :; do sleep 0.1; done")
        .timeout(TIMEOUT);
    let mut tool = tool.spawn();
    tool.read_until("up\n");
    let init = *children_of(tool.pid()).last().expect("it has an init");
    let program = *children_of(init).first().expect("init has a program");
    with_covered_proc(program, || {
        for _ in 0..3 {
            kill(program, Signal::SIGSTOP).expect("it lives");
            eventually("the tool stops with it", || is_stopped(tool.pid()));
            tool.signal(Signal::SIGCONT);
            eventually("the program continues with it", || !is_stopped(program));
        }
        tool.signal(Signal::SIGTERM);
        assert_eq!(tool.wait().status, Status::Killed(15));
    });
}
