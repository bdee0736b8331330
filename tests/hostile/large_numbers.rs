//! As many mounts, and namespaces as deep, as the kernel allows.

use std::fs;
use std::time::{Duration, Instant};

use testkit::{Outcome, require};

use crate::fixture::{built, can_run, is_text, ours, script};

/// The most mounts that a namespace may have, unless root has changed it: fs.mount-max.
const MOST_MOUNTS: usize = 100_000;

/// Mounts by doubling until there are nearly as many as may be; each `--rbind` of a tree on a directory of its own
/// doubles it.
const MOUNTS: &str = r#"
    mount --make-rprivate /
    mount -t tmpfs none /mnt; mkdir /mnt/tree /mnt/more; cd /mnt
    mount --bind tree tree
    for step in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        mkdir -p /mnt/tree/$step
        mount --rbind tree tree/$step
    done
    for place in 1 2; do mkdir more/$place; mount --rbind tree more/$place || break; done
    wc -l </proc/self/mountinfo
    begun=$(date +%s%N)
    status=0; $(echo "$@" | sed "s/SELF/$$/") || status=$?
    echo "took $((($(date +%s%N) - begun) / 1000000)) ms, status $status"
"#;

#[test]
fn a_hundred_thousand_mounts_delay_no_program() {
    let most = fs::read_to_string("/proc/sys/fs/mount-max").unwrap_or_default();
    let allowed = most
        .trim()
        .parse()
        .is_ok_and(|most: usize| most >= MOST_MOUNTS);
    if !can_run() || !require::machine_feature(allowed, "fs.mount-max is lower than it was made") {
        return;
    }
    for (name, options) in [
        ("rlsns", "-t mnt"),
        ("rlsns", "--output-all -o +HELD,NSID"),
        ("runshare", "-m true"),
        ("runshare", "-m --mount-proc -p -f true"),
        ("rnsenter", "-t SELF -m true"),
        ("rchroot", "/ true"),
    ] {
        let tool = script(MOUNTS, ours(name, options));
        let outcome = tool.timeout(Duration::from_secs(120)).run().ok();
        is_text(&outcome);
        let out = outcome.out();
        let mounts = out.lines().next().unwrap_or_default();
        assert!(mounts.parse().is_ok_and(|mounts: usize| mounts > 95_000));
        assert!(out.ends_with("status 0\n"), "{outcome}");
        let took = out.lines().last().unwrap_or_default();
        println!("{name} {options}: {mounts} mounts, {took}");
    }
}

/// Goes down `$1` levels of user namespaces and runs the rest there; at the deepest says so.
const DOWN: &str = r#"
    levels=$1 runshare=$2; shift 2
    if [ "$levels" = 0 ]; then exec "$@"; fi
    exec "$runshare" -r sh -ec "$SCRIPT" sh $((levels - 1)) "$runshare" "$@"
"#;

/// Runs a program of ours below so many levels.
fn below(levels: usize, name: &str, options: &str) -> Outcome {
    let runshare = built("runshare").display().to_string();
    let words = [levels.to_string(), runshare].into_iter();
    let tool = script(DOWN, words.chain(ours(name, options)));
    tool.env("SCRIPT", DOWN)
        .timeout(Duration::from_secs(60))
        .run()
}

#[test]
fn user_namespaces_as_deep_as_there_can_be_delay_no_program() {
    if !can_run() {
        return;
    }
    let mut levels = (1..=33).rev();
    let deepest = levels.find(|levels| below(*levels, "rchroot", "/ true").code() == 0);
    let deepest = deepest.expect("one level at least");
    // The caller may be some levels down by itself.
    if !require::machine_feature(deepest >= 20, "this is deep in user namespaces already") {
        return;
    }
    let begun = Instant::now();
    for (name, options, status) in [
        ("rlsns", "-t user -o NS,PNS,ONS,UID,USER,HELD", 0),
        ("rlsns", "-J -T=parent", 0),
        // The network is that of the first user namespace, over which there is no right down here.
        ("rnsenter", "-n/proc/self/ns/net true", 1),
        ("rchroot", "/ true", 0),
        ("runshare", "-m true", 0),
    ] {
        let outcome = below(deepest, name, options);
        assert_eq!(outcome.code(), status, "{outcome}");
        is_text(&outcome);
    }
    let took = begun.elapsed().as_millis();
    println!("{deepest} levels; five programs below them in {took} ms");
    let outcome = below(deepest, "runshare", "-r true");
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert!(
        outcome.err().starts_with("runshare: unshare failed: "),
        "{outcome}"
    );
}
