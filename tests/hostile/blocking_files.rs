//! Files of one process in /proc that are something else: FIFOs, devices without an end, directories full of links.

use std::path::Path;

use testkit::{Scratch, Tool};

use crate::fixture::{can_run, is_text, ours, script};

/// Mounts `$1` over the file `$2` of this shell's directory in /proc, and has the program run beside it.
const OVER: &str = r#"
    over=$1 file=$2; shift 2
    mount --bind "$over" /proc/$$/$file
    options=; for word in "$@"; do options="$options $(echo "$word" | sed "s/SELF/$$/")"; done
    status=0; $options || status=$?
    echo "status $status"
"#;

/// A directory of links that look like those to namespaces and descriptors, and lead elsewhere.
const LINKS: &str = r#"
    mkdir "$1"
    cd "$1"
    for kind in net mnt uts ipc pid user cgroup time pid_for_children time_for_children; do
        ln -s "$kind:[4026531999]" $kind
    done
    mkfifo "net:[4026531999]" "mnt:[4026531999]"
    for number in 0 1 2 3 4; do ln -s "net:[402653200$number]" $number; done
    ln -s /dev/zero stat; ln -s /etc/shadow mountinfo
"#;

/// Files and directories of a process, and programs that may look at them.
const FILES: [&str; 6] = [
    "stat",
    "status",
    "mountinfo",
    "cmdline",
    "environ",
    "cgroup",
];
const DIRECTORIES: [&str; 4] = ["ns", "fd", "task", "attr"];
const LOOKS: [(&str, &str); 5] = [
    ("rlsns", "--output-all -o +HELD,NSID"),
    ("rlsns", "-J -o +COMMAND,PATH,NSFS -T"),
    ("rlsns", "-p SELF"),
    ("rnsenter", "-t SELF -a echo"),
    ("rnsenter", "-t SELF -r -w -m -S follow echo"),
];

#[test]
fn no_file_of_a_process_blocks_a_program() {
    if !can_run() {
        return;
    }
    let scratch = Scratch::new();
    let [fifo, links] = ["fifo", "links"].map(|name| scratch.path().join(name));
    Tool::new("/usr/bin/mkfifo").arg(&fifo).run().ok();
    let make = Tool::new("/bin/sh").args(["-ec", LINKS, "sh"]);
    make.arg(&links).run().ok();
    for (over, files) in [
        (fifo.as_path(), &FILES[..]),
        (Path::new("/dev/zero"), &FILES),
        (&links, &DIRECTORIES),
    ] {
        for file in files {
            LOOKS.iter().for_each(|look| look_past(over, file, *look));
        }
    }
}

/// Has a program look at a process one of whose files is something else: it ends, and says nothing but text.
fn look_past(over: &Path, file: &str, (name, options): (&str, &str)) {
    let words = [over.display().to_string(), file.to_owned()].into_iter();
    let outcome = script(OVER, words.chain(ours(name, options))).run().ok();
    is_text(&outcome);
    let (out, err) = (outcome.out(), outcome.err());
    let ends = |status: u32| out.ends_with(&format!("status {status}\n"));
    assert!(ends(0) || ends(1), "{outcome}");
    assert!(!err.contains("panicked"), "{outcome}");
    // Who lists leaves out what cannot be read, unless that is all that was asked for.
    assert!(
        ends(0) || name == "rnsenter" || options == "-p SELF",
        "{outcome}"
    );
}
