//! Every form of target in every place that accepts one: the operand, `--task`, `--holders` and `--compare`.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::unshare;
use testkit::{CloneFlags, NamespaceFixture, Outcome, Scratch, Tool, require};

use crate::json::is_valid;
use crate::scenario::{RLSNS, TESTER};

/// Runs `rlsns`, called by its own name.
fn rlsns(words: &[&str]) -> Outcome {
    tool().args(words).run()
}

fn tool() -> Tool {
    Tool::new(RLSNS).argv0("rlsns")
}

/// A process with a host name and a network of its own, and files of these.
struct Sample {
    fixture: NamespaceFixture,
    directory: PathBuf,
}

impl Sample {
    fn inode(&self, name: &str) -> u64 {
        let file = format!("/proc/{}/ns/{name}", self.fixture.pid());
        fs::metadata(file).unwrap().ino()
    }

    /// Asserts that the network is found in all places by this target.
    #[track_caller]
    fn is_found(&self, target: &str) {
        let (net, pid) = (self.inode("net"), self.fixture.pid());
        let listed = rlsns(&["-rn", "-l", "-o", "PID", target]).ok();
        assert_eq!(listed.out(), format!("{pid}\n"), "{target}");
        let listed = rlsns(&["-rn", "-l", "-o", "NS,TYPE", "-p", target]).ok();
        assert_eq!(listed.out(), format!("{net} net\n"), "{target}");
        let held = rlsns(&["-rn", "--holders", target]).ok();
        assert!(
            held.out().contains(&format!("{pid} process ")),
            "{target}\n{held}"
        );
        let compared = rlsns(&["-rn", "--compare", &format!("{target},{pid}")]).ok();
        assert_eq!(
            compared.out(),
            format!("net {net} {net} same\n"),
            "{target}"
        );
    }
}

/// Runs `test` with a sample in a mount namespace of the test's own, for root.
fn with_sample(test: impl FnOnce(&Sample) + Send) {
    if !require::root() {
        return;
    }
    let scratch = Scratch::shared();
    let directory = scratch.dir("box");
    thread::scope(|scope| {
        scope.spawn(|| {
            unshare(CloneFlags::CLONE_NEWNS).unwrap();
            let (none, private) = (None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE);
            mount(none, "/", none, private, none).unwrap();
            mount(none, &directory, Some("tmpfs"), MsFlags::empty(), none).unwrap();
            let flags = CloneFlags::CLONE_NEWUTS | CloneFlags::CLONE_NEWNET;
            let fixture = NamespaceFixture::new(flags);
            test(&Sample { fixture, directory });
        });
    });
}

fn bind(source: &Path, file: &Path) {
    if source.is_file() {
        File::create(file).unwrap();
    }
    mount(
        Some(source),
        file,
        None::<&str>,
        MsFlags::MS_BIND,
        None::<&str>,
    )
    .unwrap();
}

#[test]
fn a_namespace_is_found_by_every_form_in_every_place() {
    with_sample(|sample| {
        let link = format!("/proc/{}/ns/net", sample.fixture.pid());
        let file = sample.directory.join("net here");
        bind(Path::new(&link), &file);
        let (inode, target) = (sample.inode("net"), file.to_str().unwrap());
        for target in [&inode.to_string(), &format!("net:[{inode}]"), &link, target] {
            sample.is_found(target);
        }
        let run = sample.directory.join("run");
        fs::create_dir_all(run.join("netns")).unwrap();
        bind(&run, Path::new("/run"));
        bind(Path::new(&link), Path::new("/run/netns/blue"));
        sample.is_found("netns:blue");
        sample.is_found("/run/netns/blue");
        // Another user's file is looked at, which is no risk, but not their directory.
        chown("/run/netns", Some(TESTER), Some(TESTER)).unwrap();
        sample.is_found("/run/netns/blue");
    });
}

#[test]
fn a_process_is_found_by_every_form_and_a_namespace_of_it_by_its_type() {
    with_sample(|sample| {
        let pid = sample.fixture.pid().to_string();
        let (net, uts) = (sample.inode("net"), sample.inode("uts"));
        let held = testkit::pidfd_inode(sample.fixture.pid());
        let mut targets = vec![pid.clone()];
        targets.extend(held.map(|inode| format!("{pid}:{inode}")));
        for target in &targets {
            let all = rlsns(&["-rn", "-l", "-o", "NS", "-p", target]).ok();
            let mine = |inode: u64| all.out().contains(&format!("{inode}\n"));
            assert!(mine(net) && mine(uts), "{target}\n{all}");
            if *target != pid {
                let operand = rlsns(&["-rn", "-l", "-o", "NS", target]).ok();
                assert_eq!(operand.out(), all.out(), "{target}");
                let several = format!(
                    "rlsns: process {pid} has several namespaces: choose one with --type\n"
                );
                rlsns(&["--holders", target]).fails(1, &several);
                let one = rlsns(&["-rn", "--holders", target, "-t", "net"]).ok();
                assert!(one.out().contains(&format!("{pid} process ")), "{one}");
            }
            let compared = rlsns(&[
                "-rn",
                "-t",
                "net",
                "--compare",
                &format!("{target},net:[{net}]"),
            ]);
            assert_eq!(compared.ok().out(), format!("net {net} {net} same\n"));
        }
    });
}

#[test]
fn a_directory_is_all_namespaces_in_it() {
    with_sample(|sample| {
        let set = sample.directory.join("set");
        fs::create_dir(&set).unwrap();
        for name in ["net", "uts"] {
            let link = format!("/proc/{}/ns/{name}", sample.fixture.pid());
            bind(Path::new(&link), &set.join(name));
        }
        let (path, pid) = (set.to_str().unwrap(), sample.fixture.pid());
        let (net, uts) = (sample.inode("net"), sample.inode("uts"));
        let mut rows = [format!("{net} net\n"), format!("{uts} uts\n")];
        rows.sort();
        for words in [&["-p", path][..], &[path]] {
            let listed = rlsns(&[&["-rn", "-l", "-o", "NS,TYPE"], words].concat()).ok();
            assert_eq!(listed.out(), rows.concat());
        }
        let compared = rlsns(&["-rn", "--compare", &format!("{path},{pid}")]).ok();
        assert_eq!(
            compared.out(),
            format!("net {net} {net} same\nuts {uts} {uts} same\n")
        );
        let held = rlsns(&["-rn", "--holders", path, "-t", "uts"]).ok();
        assert!(held.out().contains(&format!("{pid} process ")), "{held}");
        let several = "rlsns: the directory has several namespaces: choose one with --type\n";
        rlsns(&["--holders", path]).fails(1, several);
        let none = "rlsns: the directory has no namespace of this type\n";
        rlsns(&["--holders", path, "-t", "ipc"]).fails(1, none);
        chown(&set, Some(TESTER), Some(TESTER)).unwrap();
        let refused = rlsns(&["-p", path]);
        assert!(
            refused
                .err()
                .starts_with(&format!("rlsns: cannot use {path}: ")),
            "{refused}"
        );
    });
}

#[test]
fn what_names_nothing_is_answered_with_the_forms() {
    for (words, message) in [
        (&["nosuch"][..], "invalid namespace argument: 'nosuch'"),
        (&["net:[x]"], "invalid namespace argument: 'net:[x]'"),
        (&["5:x"], "invalid namespace argument: '5:x'"),
        (
            &["--holders", "nosuch"],
            "invalid namespace argument: 'nosuch'",
        ),
        (&["-p", "nosuch"], "invalid PID argument: 'nosuch'"),
        (&["--compare", "1,nosuch"], "invalid PID argument: 'nosuch'"),
    ] {
        let outcome = tool().env("NSUTILS_HINTS", "always").args(words).run();
        let start = format!(
            "rlsns: {message}\nrlsns: hint: a target is a PID, PID:INODE, the inode number"
        );
        assert!(outcome.err().starts_with(&start), "{outcome}");
        rlsns(words).fails(1, &format!("rlsns: {message}\n"));
    }
    for (words, message) in [
        (&["uts:[4294967294]"][..], "not found namespace: 4294967294"),
        (&["-p", "4294967294"], "not found namespace: 4294967294"),
        (
            &["--holders", "net:[4294967294]"],
            "not found namespace: 4294967294",
        ),
        (
            &["--compare", "uts:[4294967294]"],
            "no uts namespace 4294967294 was found",
        ),
        (
            &["abcdef"],
            "no container was found whose id begins with abcdef",
        ),
        (
            &["-p", "netns:no such"],
            "cannot open /run/netns/no such: No such file or directory",
        ),
        (
            &["--holders", "/nosuch/"],
            "invalid namespace argument: '/nosuch/'",
        ),
    ] {
        rlsns(words).fails(1, &format!("rlsns: {message}\n"));
    }
    // The number of a namespace of another type.
    let net = fs::metadata("/proc/self/ns/net").unwrap().ino();
    for place in ["--holders", "-p"] {
        let message = format!("rlsns: not found namespace: {net}\n");
        rlsns(&[place, &format!("uts:[{net}]")]).fails(1, &message);
    }
}

#[test]
fn as_lsns_only_what_the_original_accepts_is_a_target() {
    let lsns = |words: &[&str]| Tool::new(RLSNS).argv0("lsns").args(words).run();
    for word in [
        "/proc/self/ns/net",
        "net:[5]",
        "netns:x",
        "abcdefabcdef",
        "5:5",
    ] {
        lsns(&[word]).fails(1, &format!("lsns: invalid namespace argument: '{word}'\n"));
        lsns(&["-p", word]).fails(1, &format!("lsns: invalid PID argument: '{word}'\n"));
    }
    let message = "lsns: invalid PID argument: '4026532281': Numerical result out of range\n";
    lsns(&["-p", "4026532281"]).fails(1, message);
}

#[test]
fn an_ordinary_user_inspects_what_they_may_see() {
    let own = fs::metadata("/proc/self/ns/uts").unwrap().ino();
    let as_user = |words: &[&str]| match nix::unistd::geteuid().is_root() {
        true => tool().as_user(TESTER, TESTER, &[]).args(words).run(),
        false => rlsns(words),
    };
    for target in [
        own.to_string(),
        format!("uts:[{own}]"),
        "/proc/self/ns/uts".to_owned(),
    ] {
        let listed = as_user(&["-rn", "-l", "-o", "NS", "-p", &target]).ok();
        assert_eq!(listed.out(), format!("{own}\n"), "{target}");
        let held = as_user(&["--holders", &target, "--json"]).ok();
        assert!(is_valid(held.stdout.as_slice()), "{held}");
        assert!(held.out().contains("\"kind\": \"process\""), "{held}");
    }
}
