//! `--net`: a network of its own, with nothing but a loopback that is down.

use testkit::require;

use crate::fixture::{Debian, ready, runshare};

#[test]
fn there_is_no_interface_but_lo() {
    if !ready() {
        return;
    }
    let table = runshare(["--net", "cat", "/proc/net/dev"]).run().ok().out();
    let lines = table.lines().filter_map(|line| line.split_once(':'));
    let names: Vec<_> = lines.map(|(name, _)| name.trim()).collect();
    assert_eq!(names, ["lo"], "{table}");
}

#[test]
fn ip_link_shows_lo_down() {
    if !ready() || !require::installed("ip") {
        return;
    }
    let links = runshare(["--net", "ip", "link"]).run().ok().out();
    assert!(links.starts_with("1: lo: <LOOPBACK> "), "{links}");
    assert!(links.contains(" state DOWN "), "{links}");
    assert!(!links.contains("\n2: "), "{links}");
}

#[test]
fn not_even_the_machine_itself_can_be_reached() {
    let Some(debian) = Debian::find() else { return };
    let outcome = debian
        .script(&["--net"], "echo >/dev/tcp/127.0.0.1/9")
        .run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert!(
        outcome.err().contains("Network is unreachable"),
        "{outcome}"
    );
}

#[test]
fn once_lo_is_up_the_machine_itself_can_be_reached() {
    if !ready() || !require::installed("ip") || !require::installed("bash") {
        return;
    }
    let commands = "ip link set lo up && echo >/dev/tcp/127.0.0.1/9";
    let outcome = runshare(["--net", "bash", "-c", commands]).run();
    assert!(outcome.err().contains("Connection refused"), "{outcome}");
}
