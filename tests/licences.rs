//! What the programs are made of may be passed on under the licences that distributions take for granted: every crate
//! that is built on this kind of machine offers one of these.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::env;
use std::process::Command;

use serde_json::Value;
use testkit::{require, workspace};

/// None of them asks for more than to be named. Unicode-3.0 is that of the tables of characters.
const FREE: [&str; 4] = ["Apache-2.0", "MIT", "Unicode-3.0", "Unlicense"];

/// Whether an SPDX expression lets us choose among these. `/` is how Cargo once wrote `OR`; `AND` binds tighter, and
/// what is in parentheses is a choice of its own.
fn is_free(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let bare = |word: &str| FREE.contains(&word.trim_matches(['(', ')', ' ']));
    match expression
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(") AND "))
    {
        Some((choice, rest)) => is_free(choice) && is_free(rest),
        None if expression.contains(" OR ") => expression.split(" OR ").any(bare),
        None => expression.split(" AND ").all(bare),
    }
}

#[test]
fn an_expression_is_understood() {
    for free in [
        "MIT",
        "GPL-2.0-only OR MIT",
        "MIT/Apache-2.0",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
    ] {
        assert!(is_free(free), "{free}");
    }
    for other in [
        "GPL-2.0-only",
        "MIT AND GPL-2.0-only",
        "(MIT OR Apache-2.0) AND GPL-2.0-only",
        "(GPL-2.0-only OR LGPL-2.1-only) AND MIT",
    ] {
        assert!(!is_free(other), "{other}");
    }
}

/// What cargo says of the crates for this kind of machine; none, and the test skipped, if it has not got some and
/// cannot bring them. It has no need of those for other kinds, and none of them was downloaded to build the tests.
#[track_caller]
fn metadata() -> Option<Value> {
    let cargo = env::var("CARGO").expect("cargo runs the tests");
    let kind = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()))
        .arg("-vV")
        .output()
        .expect("a compiler has built this");
    let kind = String::from_utf8(kind.stdout).expect("it writes UTF-8");
    let host = kind.lines().find_map(|line| line.strip_prefix("host: "));
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", host.expect("it names its host")])
        .current_dir(workspace())
        .output()
        .expect("cargo can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    let error = errors.lines().find(|line| line.starts_with("error"));
    let reason = format!(
        "cargo cannot read all crates: {}",
        error.unwrap_or_default()
    );
    if !require::condition(output.status.success(), &reason) {
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).expect("cargo writes JSON"))
}

#[test]
fn every_crate_offers_a_free_licence() {
    let Some(metadata) = metadata() else { return };
    let packages = metadata["packages"].as_array().expect("a list of packages");
    assert!(packages.len() > 20, "{} packages", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_free(licence), "{}: {licence:?}", package["name"]);
    }
}
