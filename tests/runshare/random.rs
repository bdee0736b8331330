//! Command lines that nobody would write: words cut, joined and garbled, beside the original.

use crate::fixture::{Machine, differential_test, ordinary};
use testkit::{
    DifferentialTest, Outcome, Tool, assert_no_differences, draw_cluster, draw_mistyped, require,
    seeded_numbers,
};

const LONG: &str = "help version mount uts ipc net pid user cgroup time fork kill-child forward-signals mount-proc \
    mount-binfmt map-user map-users map-group map-groups map-root-user map-current-user map-auto map-subids owner \
    propagation setgroups keep-caps setuid setgid root wd monotonic boottime load-interp";
const SHORT: &str = "hVmuinpUCTfrcSGRwlZ=%x9";
const VALUES: [&str; 40] = [
    "0",
    "5",
    "abc",
    "",
    "-5",
    "+5",
    " 7",
    "5 ",
    "0x5",
    "root",
    "nobody",
    "tester",
    "0:0:1",
    "0:100000:10",
    "5,0,3",
    "auto",
    "subids",
    "all",
    "5:5",
    "0:0",
    "a:b",
    "private",
    "slave",
    "shared",
    "unchanged",
    "allow",
    "deny",
    "/",
    "/tmp",
    "/nosuch",
    "/etc/passwd",
    "TERM",
    "KILL",
    "9",
    "RTMIN+1",
    ":x:M::AB::/bin/true:F",
    "--",
    "-",
    "=",
    "1:2:3:4",
];
const PROGRAMS: [&[&str]; 10] = [
    &["true"],
    &["sh", "-c", "exit 3"],
    &["sh", "-c", "kill -TERM $$"],
    &["nosuch"],
    &["/etc"],
    &[
        "cat",
        "/proc/self/uid_map",
        "/proc/self/gid_map",
        "/proc/self/setgroups",
    ],
    &["id"],
    &["pwd"],
    &["env"],
    &[],
];

/// One line: up to four things that look like options, then a program.
fn line(random: &mut impl FnMut(usize) -> usize, files: bool) -> Vec<String> {
    let mut words = Vec::new();
    for _ in 0..random(5) {
        if random(5) < 2 {
            let long = pick(random, LONG);
            words.extend(with_value(random, &long, files));
        } else {
            words.push(word(random));
        }
    }
    let program = PROGRAMS[random(PROGRAMS.len())];
    words.extend(program.iter().map(|word| (*word).to_owned()));
    words
}

fn pick(random: &mut impl FnMut(usize) -> usize, names: &str) -> String {
    let names: Vec<&str> = names.split_whitespace().collect();
    format!("--{}", names[random(names.len())])
}

fn value(random: &mut impl FnMut(usize) -> usize) -> String {
    VALUES[random(VALUES.len())].to_owned()
}

/// A long option with a value, attached or behind it. A namespace's file is left out where the original would leave a
/// process behind if it came to nothing.
fn with_value(random: &mut impl FnMut(usize) -> usize, long: &str, files: bool) -> Vec<String> {
    let kept = [
        "--mount", "--uts", "--ipc", "--net", "--pid", "--user", "--cgroup", "--time",
    ];
    match random(2) {
        0 if files || !kept.contains(&long) => vec![format!("{long}={}", value(random))],
        _ => vec![long.to_owned(), value(random)],
    }
}

fn word(random: &mut impl FnMut(usize) -> usize) -> String {
    match random(20) {
        0..8 => {
            let long = pick(random, LONG);
            draw_mistyped(random, long)
        }
        8..16 => {
            let mut cluster = draw_cluster(random, SHORT);
            if random(5) == 0 {
                cluster += &value(random);
            }
            cluster
        }
        16..19 => value(random),
        _ => ["--", "-", "true", "---"][random(4)].to_owned(),
    }
}

/// Whether the two differ otherwise than they are meant to.
fn differs(diff: &DifferentialTest, setup: impl Fn(Tool) -> Tool) -> Option<String> {
    let (ours, original) = diff.run_both(setup);
    let seen = |outcome: &Outcome| {
        let mask = testkit::mask::proc_pids;
        (outcome.status, mask(&outcome.stdout), mask(&outcome.stderr))
    };
    let texts_of_our_own =
        ours.out().starts_with("\nUsage:") || ours.out().contains(" of nsutils ");
    // With --fork the original starts the program while it binds the files, and either may write first.
    let not_bound = ours.err().contains(": mount /proc/");
    let alike = match texts_of_our_own || not_bound {
        true => ours.status == original.status,
        false => seen(&ours) == seen(&original),
    };
    (!alike).then(|| format!("ours\n{ours}original\n{original}"))
}

fn compare(count: usize, seed: u64, files: bool, setup: impl Fn(Tool) -> Tool) {
    let Some(diff) = differential_test() else {
        return;
    };
    let mut random = seeded_numbers(seed);
    let lines: Vec<Vec<String>> = (0..count).map(|_| line(&mut random, files)).collect();
    let differences: Vec<String> = lines
        .iter()
        .filter_map(|line| differs(&diff, |tool| setup(tool).args(line)))
        .collect();
    assert_no_differences(seed, &differences);
}

#[test]
fn five_thousand_random_lines_as_root() {
    if require::root() {
        let machine = Machine::new();
        compare(5000, 20_261_101, true, |tool| {
            machine.root(tool).env("SHELL", "/bin/true")
        });
    }
}

#[test]
fn a_thousand_random_lines_as_an_ordinary_user() {
    if require::user_namespaces() {
        compare(1000, 20_261_102, false, |tool| {
            ordinary(tool).env("SHELL", "/bin/true")
        });
    }
}
