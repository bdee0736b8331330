//! `--cgroup`: the cgroup that one is in looks like the root of all.

use crate::fixture::{ready, runshare};

#[test]
fn every_hierarchy_begins_at_the_own_cgroup() {
    if !ready() {
        return;
    }
    let table = runshare(["--cgroup", "cat", "/proc/self/cgroup"])
        .run()
        .ok()
        .out();
    assert!(!table.is_empty());
    assert!(table.lines().all(|line| line.ends_with(":/")), "{table}");
}
