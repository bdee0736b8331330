//! Mounts below a root whose owner is against it. Each test is in a mount namespace of its own thread, which is gone
//! with it.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use testkit::{Scratch, require};

use super::*;

/// How many mounts are made below a root that changes.
const MOUNTS: usize = 1000;

/// A root that anybody may be the owner of.
struct Fixture {
    scratch: Scratch,
    root: PathBuf,
}

impl Fixture {
    /// A root with a directory in it, and one beside it, in a mount namespace in which nothing travels.
    fn new() -> Fixture {
        unshare(CloneFlags::CLONE_NEWNS).expect("root may");
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).expect("root may");
        let scratch = Scratch::new();
        scratch.dir("root/etc");
        scratch.dir("outside/inner");
        let root = scratch
            .path()
            .join("root")
            .canonicalize()
            .expect("it is there");
        Fixture { scratch, root }
    }

    fn open(&self) -> OwnedFd {
        open(&self.root, OFlag::O_PATH | OFlag::O_DIRECTORY).expect("it is there")
    }

    fn mount_all(&self, requests: &Requests) -> Result<OwnedFd> {
        mount_all(
            self.open(),
            requests,
            None,
            &MappedSources::default(),
            &|warning| panic!("{warning}"),
        )
    }

    /// The mount points outside of the root that the test has not found there.
    fn mounted_outside(&self, before: &[PathBuf]) -> Vec<PathBuf> {
        let points = points().into_iter();
        points
            .filter(|point| !point.starts_with(&self.root) && !before.contains(point))
            .collect()
    }
}

fn points() -> Vec<PathBuf> {
    let table = fs::read("/proc/thread-self/mountinfo").expect("it is always there");
    testkit::mount_points(&table).collect()
}

/// Exchanges two entries of a directory until it is to stop.
fn exchange(directory: &Path, stop: &AtomicBool) {
    let (one, other) = (directory.join("flip"), directory.join("flop"));
    while !stop.load(Ordering::Relaxed) {
        testkit::exchange(&one, &other).expect("both are there");
    }
}

#[test]
fn no_mount_leaves_a_root_whose_links_flip() {
    if !require::root() {
        return;
    }
    let absolute = PathBuf::from("/");
    for leads_to in [absolute, "..".into(), "/proc/self/cwd".into()] {
        let fixture = Fixture::new();
        let target = match leads_to == Path::new("/") {
            true => fixture.scratch.path().join("outside"),
            false => leads_to.join("outside"),
        };
        fs::create_dir_all(fixture.root.join("flip/inner")).expect("it can be made");
        symlink(&target, fixture.root.join("flop")).expect("it can be made");
        let before = points();
        let stop = AtomicBool::new(false);
        let made = thread::scope(|scope| {
            scope.spawn(|| exchange(&fixture.root, &stop));
            let mut made = 0;
            let mut requests = Requests::default();
            requests
                .add_tmpfs("/flip/inner:size=4k".as_ref())
                .expect("a tmpfs");
            requests
                .add_bind("/etc:/flip/inner/etc".as_ref(), true)
                .expect("a bind");
            while made < MOUNTS / 3 {
                // It may fail where the path is changed under its hands.
                if fixture.mount_all(&requests).is_ok() {
                    made += 2;
                }
            }
            stop.store(true, Ordering::Relaxed);
            made
        });
        assert!(made >= MOUNTS / 3);
        assert_eq!(
            fixture.mounted_outside(&before),
            [] as [PathBuf; 0],
            "{target:?}"
        );
    }
}

#[test]
fn the_same_mounts_by_path_do_leave_it() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fs::create_dir_all(fixture.root.join("flip/inner")).expect("it can be made");
    symlink("../outside", fixture.root.join("flop")).expect("it can be made");
    let before = points();
    let stop = AtomicBool::new(false);
    let is_outside = thread::scope(|scope| {
        scope.spawn(|| exchange(&fixture.root, &stop));
        let point = fixture.root.join("flip/inner");
        let is_outside = (0..100 * MOUNTS).any(|_| {
            let tmpfs = Some("tmpfs");
            let _ = mount(tmpfs, &point, tmpfs, MsFlags::empty(), None::<&str>);
            !fixture.mounted_outside(&before).is_empty()
        });
        stop.store(true, Ordering::Relaxed);
        is_outside
    });
    assert!(is_outside, "the attack of the test above is none");
}

#[test]
fn a_mount_point_that_is_missing_is_made_and_a_link_to_nowhere_is_not_followed() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    symlink("../outside/new", fixture.root.join("dangling")).expect("it can be made");
    let mut requests = Requests::default();
    requests.add_tmpfs("a/b/../c".as_ref()).expect("a tmpfs");
    requests
        .add_bind("/etc/hostname:/d/e".as_ref(), false)
        .expect("a bind");
    let root = fixture.mount_all(&requests).expect("both can be made");
    assert!(fixture.root.join("a/b").is_dir() && fixture.root.join("a/c").is_dir());
    assert!(fixture.root.join("d/e").is_file());
    drop(root);
    for value in ["/dangling", "/dangling/x"] {
        let mut requests = Requests::default();
        requests.add_tmpfs(value.as_ref()).expect("a tmpfs");
        let refused = fixture.mount_all(&requests).expect_err("there is nothing");
        assert!(
            refused
                .to_string()
                .starts_with("cannot make mount point /dangling"),
            "{refused:#}"
        );
    }
    assert!(!fixture.scratch.path().join("outside/new").exists());
}

#[test]
fn the_root_itself_is_no_mount_point_and_a_file_is_no_directory() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    symlink("..", fixture.root.join("etc/up")).expect("it can be made");
    for value in ["/", "/etc/up", "/etc/.."] {
        let mut requests = Requests::default();
        requests.add_tmpfs(value.as_ref()).expect("a tmpfs");
        assert!(fixture.mount_all(&requests).is_err(), "{value}");
    }
    for (value, expected) in [
        (
            "/etc/hostname:/etc",
            "the first is a file, the second a directory",
        ),
        ("/etc:/file", "the first is a directory, the second a file"),
    ] {
        fs::write(fixture.root.join("file"), "").expect("it can be made");
        let mut requests = Requests::default();
        requests.add_bind(value.as_ref(), false).expect("a bind");
        let refused = fixture.mount_all(&requests).expect_err("they do not fit");
        assert!(refused.to_string().ends_with(expected), "{refused:#}");
    }
}

#[test]
fn the_message_of_a_file_system_about_its_parameters_is_reported() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let mut requests = Requests::default();
    requests.add_tmpfs("/etc:bad=1".as_ref()).expect("a tmpfs");
    let refused = fixture
        .mount_all(&requests)
        .expect_err("there is no such parameter");
    assert_eq!(
        format!("{refused:#}"),
        "mount /etc failed: tmpfs: Unknown parameter 'bad'"
    );
}
