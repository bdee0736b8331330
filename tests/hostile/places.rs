//! Files of one process in /proc that are something else: FIFOs, devices without an end, directories full of links.

use std::time::{Duration, Instant};

use testkit::Scratch;

use crate::stage::{is_set, is_text, ours, script};

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

#[test]
fn no_file_of_a_process_keeps_a_program_waiting() {
    if !is_set() {
        return;
    }
    let scratch = Scratch::new();
    let fifo = scratch.path().join("fifo").display().to_string();
    let links = scratch.path().join("links").display().to_string();
    testkit::Tool::new("/usr/bin/mkfifo").arg(&fifo).run().ok();
    testkit::Tool::new("/bin/sh")
        .args(["-ec", LINKS, "sh", &links])
        .run()
        .ok();
    let mut longest = Duration::ZERO;
    for (over, files) in [
        (
            fifo.as_str(),
            &[
                "stat",
                "status",
                "mountinfo",
                "cmdline",
                "environ",
                "cgroup",
            ][..],
        ),
        (
            "/dev/zero",
            &[
                "stat",
                "status",
                "mountinfo",
                "cmdline",
                "environ",
                "cgroup",
            ],
        ),
        (links.as_str(), &["ns", "fd", "task", "attr"]),
    ] {
        for file in files {
            for (name, options) in [
                ("rlsns", "--output-all -o +HELD,NSID"),
                ("rlsns", "-J -o +COMMAND,PATH,NSFS -T"),
                ("rlsns", "-p SELF"),
                ("rnsenter", "-t SELF -a echo"),
                ("rnsenter", "-t SELF -r -w -m -S follow echo"),
            ] {
                let words = ours(name, options);
                let words: Vec<&str> = [over, file]
                    .into_iter()
                    .chain(words.iter().map(String::as_str))
                    .collect();
                let begun = Instant::now();
                let outcome = script(OVER, &words).run().ok();
                longest = longest.max(begun.elapsed());
                is_text(&outcome);
                let out = outcome.out();
                assert!(
                    out.ends_with("status 0\n") || out.ends_with("status 1\n"),
                    "{outcome}"
                );
                assert!(
                    name == "rnsenter" || file.len() < 3 || out.contains("status 0"),
                    "{outcome}"
                );
                assert!(!outcome.err().contains("panicked"), "{outcome}");
            }
        }
    }
    println!("the longest took {} ms", longest.as_millis());
}
