//! `--uts`: a host name of its own.

use std::fs;

use crate::fixture::Debian;

#[test]
fn a_host_name_set_inside_stays_inside() {
    let Some(debian) = Debian::find() else { return };
    let name_outside = || fs::read("/proc/sys/kernel/hostname").expect("proc is mounted");
    let before = name_outside();
    let outcome = debian
        .script(&["--uts"], "hostname walkthrough.inside && hostname")
        .run()
        .ok();
    assert_eq!(outcome.out(), "walkthrough.inside\n");
    assert_eq!(name_outside(), before);
}

#[test]
fn it_starts_as_a_copy_of_the_name_outside() {
    let Some(debian) = Debian::find() else { return };
    let before = fs::read_to_string("/proc/sys/kernel/hostname").expect("proc is mounted");
    let outcome = debian.script(&["--uts"], "hostname").run().ok();
    assert_eq!(outcome.out(), before);
}
