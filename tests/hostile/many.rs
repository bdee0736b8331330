//! As many mounts, and namespaces as deep, as the kernel allows.

use std::fs;
use std::time::{Duration, Instant};

use testkit::{Outcome, need};

use crate::stage::{built, is_set, is_text, script};

/// The most mounts that a namespace may have, unless root has changed it: fs.mount-max.
const MOST_MOUNTS: usize = 100_000;

/// Mounts by doubling until there are nearly as many as may be; each `--rbind` of a tree on a directory of its own doubles it.
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
    status=0; "$@" || status=$?
    echo "took $((($(date +%s%N) - begun) / 1000000)) ms, status $status"
"#;

#[test]
fn a_hundred_thousand_mounts_hold_nobody_up() {
    let most = fs::read_to_string("/proc/sys/fs/mount-max").unwrap_or_default();
    let allowed = most
        .trim()
        .parse()
        .is_ok_and(|most: usize| most >= MOST_MOUNTS);
    if !is_set() || !need::met(allowed, "fs.mount-max is lower than it was made") {
        return;
    }
    for (name, options) in [
        ("rlsns", &["-t", "mnt"][..]),
        ("rlsns", &["--output-all", "-o", "+HELD,NSID"]),
        ("runshare", &["-m", "true"]),
        ("runshare", &["-m", "--mount-proc", "-p", "-f", "true"]),
        ("rnsenter", &["-t", "SELF", "-m", "true"]),
        ("rchroot", &["/", "true"]),
    ] {
        let program = built(name).display().to_string();
        let words: Vec<&str> = [program.as_str()]
            .into_iter()
            .chain(options.iter().copied())
            .collect();
        let script_text = MOUNTS.replace(r#""$@""#, r#"$(echo "$@" | sed "s/SELF/$$/")"#);
        let outcome = script(&script_text, &words)
            .timeout(Duration::from_secs(120))
            .run()
            .ok();
        is_text(&outcome);
        let out = outcome.out();
        let mounts: usize = out
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok())
            .expect("a number");
        assert!(mounts > 95_000, "{mounts}");
        assert!(out.ends_with("status 0\n"), "{outcome}");
        println!(
            "{name} {}: {mounts} mounts, {}",
            options.join(" "),
            out.lines().last().unwrap_or_default()
        );
    }
}

/// Goes down `$1` levels of user namespaces and runs the rest there; at the deepest says so.
const DOWN: &str = r#"
    levels=$1 runshare=$2; shift 2
    if [ "$levels" = 0 ]; then exec "$@"; fi
    exec "$runshare" -r sh -ec "$SCRIPT" sh $((levels - 1)) "$runshare" "$@"
"#;

/// Runs a program below so many levels.
fn below(levels: usize, words: &[&str]) -> Outcome {
    let (levels, runshare) = (levels.to_string(), built("runshare").display().to_string());
    let words: Vec<&str> = [levels.as_str(), &runshare]
        .into_iter()
        .chain(words.iter().copied())
        .collect();
    script(DOWN, &words)
        .env("SCRIPT", DOWN)
        .timeout(Duration::from_secs(60))
        .run()
}

#[test]
fn user_namespaces_as_deep_as_there_can_be_hold_nobody_up() {
    if !is_set() {
        return;
    }
    let deepest = (1..=33)
        .rev()
        .find(|levels| below(*levels, &["true"]).code() == 0);
    let deepest = deepest.expect("one level at least");
    // The caller of this test may be some levels down by itself.
    assert!(need::met(deepest >= 20, "this is deep in user namespaces already") || deepest < 20);
    let [runshare, rnsenter, rlsns, rchroot] =
        crate::stage::PROGRAMS.map(|name| built(name).display().to_string());
    let begun = Instant::now();
    for line in [
        &[
            rlsns.as_str(),
            "-t",
            "user",
            "-o",
            "NS,PNS,ONS,ORUID,USER,HELD",
        ][..],
        &[rlsns.as_str(), "-J", "-T=parent"],
        &[rnsenter.as_str(), "-t", "1", "-n/proc/self/ns/net", "true"],
        &[rchroot.as_str(), "/", "true"],
        &[runshare.as_str(), "-m", "true"],
    ] {
        let outcome = below(deepest, line);
        assert!(outcome.code() <= 1, "{outcome}");
        is_text(&outcome);
    }
    println!(
        "{deepest} levels; five programs below in {} ms",
        begun.elapsed().as_millis()
    );
    let outcome = below(deepest, &[runshare.as_str(), "-r", "true"]);
    assert_eq!(
        (outcome.code(), outcome.out().as_str()),
        (1, ""),
        "{outcome}"
    );
    assert!(
        outcome.err().starts_with("runshare: unshare failed: "),
        "{outcome}"
    );
}
