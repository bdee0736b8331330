//! A /proc that is none: what is there looks like the kernel's files, or is a FIFO.

use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use testkit::{Scratch, require};

use crate::fixture::{built, can_run, ours, script};

/// The files below /proc/PID that decide something when they are written to.
const WRITTEN: [&str; 4] = ["uid_map", "gid_map", "setgroups", "timens_offsets"];

/// Has `$1` stand on /proc, with a directory for whoever this shell becomes; what makes its files is `$2`.
const FAKE: &str = r#"
    proc=$1 make=$2; shift 2
    for pid in self $$; do
        mkdir -p $proc/$pid/ns $proc/$pid/fd $proc/$pid/task
        for file in uid_map gid_map setgroups timens_offsets cgroup environ mountinfo; do
            $make $proc/$pid/$file
        done
        for kind in net mnt uts ipc pid user; do
            ln -s "$kind:[99]" $proc/$pid/ns/$kind; touch "$proc/$pid/ns/$kind:[99]"
        done
        ln -s / $proc/$pid/root; ln -s / $proc/$pid/cwd
        echo "$$ (sh) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1" >$proc/$pid/stat
    done
    mount --bind $proc /proc
    options=; for word in "$@"; do options="$options $(echo "$word" | sed "s/SELF/$$/")"; done
    exec $options
"#;

/// What must not be done by way of such a /proc, and what is said instead.
const REFUSALS: [(&str, &str, &str); 9] = [
    (
        "runshare",
        "-U --map-user=0",
        "cannot open /proc/self/uid_map",
    ),
    (
        "runshare",
        "-U --map-group=0",
        "cannot open /proc/self/setgroups",
    ),
    (
        "runshare",
        "-U --setgroups=deny",
        "cannot open /proc/self/setgroups",
    ),
    (
        "runshare",
        "-U --map-users=0:0:1",
        "failed to open /proc/SELF/uid_map",
    ),
    (
        "runshare",
        "-T --boottime=5",
        "failed to open /proc/self/timens_offsets",
    ),
    (
        "runshare",
        "--map-users=all",
        "could not open '/proc/self/uid_map'",
    ),
    ("rnsenter", "-t SELF -m -r", "cannot open /proc/SELF/root"),
    (
        "rnsenter",
        "-t SELF --env",
        "cannot open /proc/SELF/environ",
    ),
    ("rnsenter", "-t SELF -S follow", "cannot open /proc/SELF/"),
];

/// The files below it that something was written to.
fn written(proc: &Path) -> Vec<PathBuf> {
    let mut written = Vec::new();
    for entry in fs::read_dir(proc).expect("the directory is ours") {
        let process = entry.expect("an entry").path();
        let files = WRITTEN.map(|name| process.join(name));
        let grown =
            |file: &PathBuf| fs::metadata(file).is_ok_and(|it| it.is_file() && it.len() > 0);
        written.extend(files.into_iter().filter(grown));
    }
    written
}

/// Runs a program where `make` has made every file of /proc; the directory that is there, and what became of it.
fn run(make: &str, program: &[String]) -> (Scratch, testkit::Outcome) {
    let scratch = Scratch::new();
    let proc = scratch.dir("proc").display().to_string();
    let words = [proc, make.to_owned()].into_iter();
    let outcome = script(FAKE, words.chain(program.iter().cloned())).run();
    (scratch, outcome)
}

#[test]
fn nothing_is_written_to_or_entered_by_a_proc_that_is_none() {
    if !can_run() {
        return;
    }
    for make in ["touch", "mkfifo", "ln -s /dev/null", "mkdir"] {
        for (name, options, sentence) in REFUSALS {
            let words = ours(name, &format!("{options} echo it ran"));
            let (scratch, outcome) = run(make, &words);
            assert_eq!(outcome.code(), 1, "{make}: {outcome}");
            assert_eq!(outcome.out(), "", "{make}: {outcome}");
            let message: String = mask_numbers(&outcome.err());
            let expected = format!("{name}: {sentence}: ").replace("SELF", "N");
            assert!(message.starts_with(&expected), "{make}: {outcome}");
            let why = message.strip_prefix(&expected).unwrap_or_default();
            let is_directory = make == "mkdir" && why.starts_with("Is a directory");
            assert!(
                is_directory || why == "it is not on procfs\n",
                "{make}: {outcome}"
            );
            let written = written(&scratch.path().join("proc"));
            assert!(written.is_empty(), "{written:?}: {outcome}");
        }
    }
}

/// Numbers become N.
fn mask_numbers(text: &str) -> String {
    let mut masked = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' if masked.ends_with('N') => {}
            '0'..='9' => masked.push('N'),
            other => masked.push(other),
        }
    }
    masked
}

#[test]
fn the_originals_write_and_go_where_they_are_led() {
    let (Some(unshare), Some(nsenter)) =
        (require::original("unshare"), require::original("nsenter"))
    else {
        return;
    };
    if !can_run() || !require::root() {
        return;
    }
    let words = |program: &Path, options: &str| -> Vec<String> {
        let options = options.split_whitespace().map(str::to_owned);
        [program.display().to_string()]
            .into_iter()
            .chain(options)
            .collect()
    };
    let (map, root) = ("-U --map-user=0 echo it ran", "-t SELF -m -r echo it ran");
    let (scratch, outcome) = run("touch", &words(&unshare, map));
    assert_eq!(outcome.ok().out(), "it ran\n");
    let file = scratch.path().join("proc/self/uid_map");
    assert_eq!(written(&scratch.path().join("proc")), [file]);
    let (_scratch, outcome) = run("touch", &words(&nsenter, root));
    assert_eq!(outcome.ok().out(), "it ran\n");
    // Ours are not led there, nor anywhere else: see above.
    for (name, options) in [("runshare", map), ("rnsenter", root)] {
        let (scratch, outcome) = run("touch", &ours(name, options));
        assert_eq!((outcome.code(), outcome.out().as_str()), (1, ""));
        assert!(
            outcome.err().ends_with(": it is not on procfs\n"),
            "{outcome}"
        );
        assert!(written(&scratch.path().join("proc")).is_empty());
    }
}

#[test]
fn what_is_mounted_over_one_file_is_not_written_to_either() {
    if !can_run() {
        return;
    }
    // A file alone, on a /proc that is one.
    const OVER: &str = r#"
        over=$1 file=$2; shift 2
        mount --bind "$over" /proc/$$/$file
        exec "$@"
    "#;
    for (kind, over) in [("file", "touch"), ("fifo", "mkfifo")] {
        let scratch = Scratch::new();
        let made = scratch.path().join(kind);
        testkit::Tool::new("/bin/sh")
            .args(["-c", &format!("{over} {}", made.display())])
            .run()
            .ok();
        for (file, options) in [
            ("uid_map", "-U --map-user=0"),
            ("gid_map", "-U --map-group=0"),
            ("setgroups", "-U --setgroups=deny"),
            ("timens_offsets", "-T --boottime=5"),
        ] {
            let program = ours("runshare", &format!("{options} echo it ran"));
            let words = [made.display().to_string(), file.to_owned()].into_iter();
            let outcome = script(OVER, words.chain(program)).run();
            assert_eq!(
                (outcome.code(), outcome.out().as_str()),
                (1, ""),
                "{outcome}"
            );
            let expected = format!("/proc/self/{file}: it is not on procfs\n");
            assert!(outcome.err().ends_with(&expected), "{outcome}");
            assert_eq!(fs::metadata(&made).expect("it is ours").len(), 0);
        }
    }
}

#[test]
fn a_list_is_made_from_procfs_alone() {
    if !can_run() {
        return;
    }
    for options in ["", "-J", "-p 1", "-T -o NS,PATH,NSFS,COMMAND", "4026531840"] {
        let (_scratch, outcome) = run("touch", &ours("rlsns", options));
        outcome.fails(
            32,
            "rlsns: failed to parse /proc/self/mountinfo: it is not on procfs\n",
        );
    }
    let Some(lsns) = require::original("lsns").filter(|_| geteuid().is_root()) else {
        return;
    };
    let (_scratch, outcome) = run("touch", &[lsns.display().to_string(), "-n".to_owned()]);
    // It has opened what the links lead to and asked that.
    let asked = outcome.err().contains("Unsupported ioctl NS_GET_USERNS");
    assert!(asked, "{outcome}");
}

/// Mounts cgroups of version 2, and has `$1` are in the place of this shell's own, by way of `$2`.
const CGROUP: &str = r#"
    procs=$1 way=$2; shift 2
    # What is mounted there already cannot be mounted on itself.
    mount -t tmpfs none /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup
    own=$(sed -n s/^0:://p /proc/$$/cgroup)
    case $way in
        mount) mount --bind "$procs" "/sys/fs/cgroup$own/cgroup.procs" ;;
        path) echo "0::/../../..${procs%/*}" >"${procs%/*}/cgroup"
            mount --bind "${procs%/*}/cgroup" /proc/$$/cgroup ;;
    esac
    exec "$1" -t $$ -u -c echo it ran
"#;

#[test]
fn no_cgroup_is_joined_that_is_none() {
    let known = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    let known = known.lines().any(|line| line == "nodev\tcgroup2");
    if !can_run()
        || !require::root()
        || !require::machine_feature(known, "there is no cgroup2 here")
    {
        return;
    }
    let scratch = Scratch::new();
    let procs = scratch.file("cgroup.procs", "");
    let run = |way: &str, program: &Path| {
        let words =
            [procs.as_path(), Path::new(way), program].map(|word| word.display().to_string());
        script(CGROUP, words).run()
    };
    for way in ["mount", "path"] {
        let outcome = run(way, &built("rnsenter"));
        outcome.fails(
            1,
            "rnsenter: --join-cgroup is only supported in cgroup v2\n",
        );
        assert_eq!(fs::read(&procs).expect("it is ours"), b"");
    }
    let Some(nsenter) = require::original("nsenter") else {
        return;
    };
    assert_eq!(run("mount", &nsenter).ok().out(), "it ran\n");
    assert_ne!(fs::read(&procs).expect("it is ours"), b"");
}
