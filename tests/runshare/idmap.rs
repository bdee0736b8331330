//! Who is who inside: the tables of the specification, and random maps beside the original.

use crate::fixture::{Machine, differential_test, runshare};
use testkit::{Scratch, Tool, require, seeded_numbers, words};

/// Options and the uid_map that `tester` (1001) gets with 100000 to 165535 as subordinate ids.
const TABLE: [(&str, &str); 8] = [
    ("--map-auto", "0 100000 65536"),
    ("-r --map-auto", "0 1001 1, 1 100000 65536"),
    (
        "-c --map-auto",
        "1001 1001 1, 0 100000 1001, 1002 101001 64535",
    ),
    ("-r --map-subids", "0 1001 1, 100000 100000 65536"),
    ("-r --map-users=0:100000:10", "0 1001 1, 1 100000 9"),
    (
        "-c --map-users=1000:100000:10",
        "1001 1001 1, 1000 100000 1, 1002 100001 8",
    ),
    (
        "-r --map-users=5:100000:3 --map-users=20:100010:3",
        "0 1001 1, 5 100000 3, 20 100010 3",
    ),
    ("--map-subids", "100000 100000 65536"),
];

/// The map that a program run with these options reads, its blanks folded; lines in any order, as the kernel may sort
/// them.
fn map(tool: Tool, options: &str, file: &str) -> Vec<String> {
    let outcome = tool
        .args(words(options))
        .arg("cat")
        .arg(format!("/proc/self/{file}"))
        .run()
        .ok();
    let fold = |line: &str| line.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines: Vec<String> = outcome.out().lines().map(fold).collect();
    lines.sort();
    lines
}

fn expected(lines: &str) -> Vec<String> {
    let mut lines: Vec<String> = lines.split(", ").map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn ranges_give_way_to_the_single_id_as_documented() {
    if !require::root() || !require::installed("newuidmap") {
        return;
    }
    let machine = Machine::new();
    for (options, lines) in TABLE {
        let read = map(machine.tester(runshare()), options, "uid_map");
        assert_eq!(read, expected(lines), "{options}");
    }
}

#[test]
fn groups_are_mapped_as_users_are() {
    if !require::root() || !require::installed("newgidmap") {
        return;
    }
    let machine = Machine::new();
    for (options, lines) in TABLE
        .iter()
        .filter(|(options, _)| !options.contains("--map-users"))
    {
        let read = map(machine.tester(runshare()), options, "gid_map");
        assert_eq!(read, expected(lines), "{options}");
    }
}

#[test]
fn random_maps_equal_those_of_the_original() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let mut random = seeded_numbers(20_261_123);
    let mut lines = Vec::new();
    while lines.len() < 400 {
        let single = random(14);
        let mut line = format!("--map-user {single}");
        // Root's own id outside is 0, so blocks from there on are touched on the outer side.
        let (mut inner, mut outer) = (random(8), random(4));
        let mut past_the_end = false;
        for _ in 0..=random(3) {
            let count = 1 + random(6);
            line += &format!(" --map-users {inner}:{outer}:{count}");
            past_the_end |= single == inner + count || outer + count == 0;
            inner += count + random(3);
            outer += count + random(3);
        }
        // The original takes an id from a block that ends just below the single id: a documented difference.
        if !past_the_end {
            lines.push(line + " cat /proc/self/uid_map");
        }
    }
    let lines: Vec<Vec<String>> = lines.iter().map(|line| words(line)).collect();
    let lines: Vec<Vec<&str>> = lines
        .iter()
        .map(|line| line.iter().map(String::as_str).collect())
        .collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    assert_eq!(diff.assert_all_same(&lines), 400);
}

/// Files of subordinate ids, each for `tester`, beside the original.
#[test]
fn subordinate_ids_are_read_as_the_original_reads_them() {
    if !require::root() || !require::installed("newuidmap") {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let files = [
        "tester:100000:65536",
        "1001:100000:65536\n",
        "tester:100000:0\ntester:200000:5\n",
        "tester:100000\ntester:200000:5\n",
        "tester:abc:5\ntester:200000:5\n",
        "tester:100000:5x\ntester:200000:5\n",
        "# tester:1:2\n\ntester: 200000:5\n",
        " tester:200000:5\n",
        "tester2:7:7\ntester:200000:5\n",
        "01001:200000:5\n",
        "tester:200000:5:9\n",
        "tester:200000:5 \n",
        "tester:0x200000:5\n",
        "tester:-5:5\n",
        "tester:200000:5\n1001:300000:5\n",
        "1001:300000:5\ntester:200000:5\n",
        "tester::5\ntester:200000:5\n",
        "tester:5:\n",
        "",
        "\n\n:::\n",
        "\u{ff}:1:1\n",
    ];
    for file in files {
        let machine = Machine::new().subids(file);
        for option in ["--map-auto", "--map-subids", "-r --map-users=auto"] {
            let line = words(&format!("{option} cat /proc/self/uid_map"));
            diff.assert_same_with(|tool| machine.tester(tool).args(&line));
        }
    }
}

#[test]
fn a_user_without_a_name_and_a_file_that_is_closed_are_reported() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let machine = Machine::new();
    diff.assert_same_with(|tool| {
        machine
            .root(tool)
            .as_user(4711, 4711, &[])
            .args(["--map-auto", "true"])
    });
    diff.assert_same_with(|tool| {
        let closed = machine.tester(tool);
        closed
            .bind_over("/etc/shadow", "/etc/subuid")
            .args(["--map-auto", "true"])
    });
}

#[test]
fn a_newuidmap_that_is_missing_or_cannot_be_run_is_reported() {
    if !require::root() || !require::installed("newuidmap") {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let scratch = Scratch::new();
    let (nothing, empty) = (scratch.dir("nothing"), scratch.file("empty", ""));
    let machine = Machine::new();
    let line = |tool: Tool| machine.tester(tool).args(["--map-auto", "true"]);
    let missing = |tool: Tool| {
        line(
            tool.bind_over(&nothing, "/usr/bin")
                .bind_over(&nothing, "/usr/sbin"),
        )
    };
    diff.assert_same_with(missing);
    let message = "runshare: failed to execute newuidmap: No such file or directory\n";
    missing(runshare()).run().fails(127, message);
    diff.assert_same_with(|tool| line(tool.bind_over(&empty, "/usr/bin/newuidmap")));
}

/// Options for a map of so many lines and bytes.
fn map_of(lines: u32, bytes: usize) -> Vec<String> {
    let mut map: Vec<[u32; 2]> = (0..lines)
        .map(|n| [2_000_000_000 + 2 * n, 10 + n])
        .collect();
    let text = |map: &[[u32; 2]]| -> Vec<String> {
        let lines = map.iter();
        lines
            .map(|[inner, outer]| format!("{inner} {outer} 1\n"))
            .collect()
    };
    // A longer outer id, line by line, until it has the size.
    for line in 0..map.len() {
        let missing = bytes - text(&map).concat().len();
        let digits = map[line][1].to_string().len() + missing;
        let digits = u32::try_from(digits.min(9)).unwrap();
        map[line][1] += 10_u32.pow(digits - 1) * u32::from(missing > 0);
    }
    let lines = text(&map);
    assert_eq!(lines.concat().len(), bytes);
    let options = lines
        .iter()
        .map(|line| format!("--map-users={}", line.trim_end().replace(' ', ":")));
    options.collect()
}

#[test]
fn a_map_that_is_longer_than_the_kernel_takes_is_refused_in_the_originals_words() {
    let Some(diff) = differential_test() else {
        return;
    };
    if !require::root() {
        return;
    }
    for bytes in [4095, 4096, 4097, 4500] {
        let options = map_of(200, bytes);
        diff.assert_same_with(|tool| tool.args(&options).arg("true"));
        let groups: Vec<String> = options
            .iter()
            .map(|option| option.replace("users", "groups"))
            .collect();
        diff.assert_same_with(|tool| tool.args(["--map-users=0:0:1"]).args(&groups).arg("true"));
    }
    // newuidmap(1) says what it thinks of it, or the kernel of that.
    let machine = Machine::new();
    let options: Vec<String> = (0..300)
        .map(|n| format!("--map-users={}:{}:1", 2_000_000_000 + n, 100_000 + n))
        .collect();
    diff.assert_same_with(|tool| machine.tester(tool).args(&options).arg("true"));
    let outcome = runshare().args(map_of(200, 4097)).arg("true").run();
    assert!(
        outcome
            .err()
            .ends_with("/uid_map too large for kernel 4k limit\n"),
        "{outcome}"
    );
    assert_eq!(outcome.code(), 1);
}

#[test]
fn root_without_a_range_gets_that_of_the_first_line_as_in_the_original() {
    let Some(diff) = differential_test() else {
        return;
    };
    if !require::root() {
        return;
    }
    let show = "while read map; do echo $map; done < /proc/self/uid_map";
    for (lines, map) in [
        ("tester:100000:5\n", "0 100000 5\n"),
        ("5:100000:5\ntester:200000:5\nx:300000:5\n", "0 200000 5\n"),
        ("tester:100000\nx:200000:5\n", "0 200000 5\n"),
        (
            " 5:100000:5\n+5:1:2\n99999999999:3:4\n05:1:2\nx:200000:5\n",
            "0 200000 5\n",
        ),
        ("#x:100000:5\ny:200000:5\n", "0 100000 5\n"),
        (":100000:5\ny:200000:5\n", "0 100000 5\n"),
        ("7x:100000:5\n", ""),
        ("5:100000:5\n", ""),
        ("x:y:5\nx:100000:5\n", ""),
        ("", ""),
    ] {
        let machine = Machine::new().subids(lines);
        for options in [&["--map-auto"][..], &["--map-users=auto"]] {
            let line = |tool: Tool| machine.root(tool).args(options).args(["sh", "-c", show]);
            diff.assert_same_with(line);
            assert_eq!(line(runshare()).run().out(), map, "{lines:?}");
        }
        diff.assert_same_with(|tool| machine.root(tool).args(["--map-subids", "sh", "-c", show]));
    }
    let machine = Machine::new().subids("tester:100000:5\n");
    let hint = diff.hint(|tool| machine.root(tool).args(["--map-auto", "true"]));
    assert_eq!(
        hint.as_deref(),
        Some("root has no line in /etc/subuid: the range of tester, the first in it, is mapped")
    );
}
