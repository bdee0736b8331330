//! The documents show what one really sees: their sessions are typed here, and the answers compared.
//!
//! What differs from machine to machine counts as equal, see `comparable`. A session that is stale fails the test,
//! which names the command that writes it anew, `cargo run -p xtask -- sessions`: this very test, told to write.

mod comparable;
pub(crate) mod document;
mod languages;
mod man;
mod session;
pub(crate) mod session_host;

use std::env;

use comparable::comparable;
use document::{Document, Found};
use session::Session;
use session_host::SessionHost;
use testkit::{Docker, require};

/// Which of the sessions of a document to type.
#[derive(Clone, Copy, PartialEq)]
enum Whose {
    Everybodys,
    Roots,
    /// Those of root that require a running dockerd.
    Docker,
}

/// Whose a session is.
fn whose(session: &Session) -> Whose {
    let uses_docker = session
        .lines
        .iter()
        .any(|line| line.words.contains("docker "));
    match session.of_root {
        true if uses_docker => Whose::Docker,
        true => Whose::Roots,
        false => Whose::Everybodys,
    }
}

/// Whether stale sessions are to be written, and not to fail.
fn writing() -> bool {
    env::var_os("NSUTILS_SESSIONS").is_some_and(|task| task == "write")
}

/// Types the sessions of a document, and compares or writes.
fn type_sessions(path: &'static str, of: Whose, host: &SessionHost) {
    let mut document = Document::open(path);
    let mut sessions = document.sessions();
    let mut stale = Vec::new();
    for found in &mut sessions {
        if whose(&found.session) == of {
            stale.extend(type_in(found, host));
        }
    }
    if writing() && !stale.is_empty() {
        document.write(sessions);
        return;
    }
    assert!(
        stale.is_empty(),
        "stale in {}; cargo run -p xtask -- sessions writes:\n{}",
        document.name(),
        stale.join("\n")
    );
}

/// Types one, and puts what it writes in its place if that is another than the document has.
fn type_in(found: &mut Found, host: &SessionHost) -> Option<String> {
    let session = &found.session;
    let written = host.run(&session.script());
    let (now, statuses) = session.with(&written);
    if !session.shows {
        let done = statuses.iter().all(|status| status == "0");
        assert!(done, "{}ended with {statuses:?}", now.text());
        return None;
    }
    if lasting(session) == lasting(&now) {
        return None;
    }
    found.session = now;
    Some(found.session.text())
}

/// What a session shows that is the same whenever it runs. `rlsns` sorts by the numbers of namespaces, which come by
/// chance.
fn lasting(session: &Session) -> String {
    let lines = session.lines.iter();
    let shown = lines.map(|line| match line.words.contains("rlsns") {
        false => line.shown.clone(),
        true => {
            let mut rows: Vec<String> = line.shown.lines().map(comparable).collect();
            rows.sort();
            rows.join("\n")
        }
    });
    comparable(&shown.collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_session_of_the_readme_goes_as_it_is_shown() {
    let Some(host) = SessionHost::in_debian() else {
        return;
    };
    type_sessions("README.md", Whose::Everybodys, &host);
    if writing() {
        languages::hand_over();
    }
}

#[test]
fn the_tutorial_has_a_session_for_each_extension() {
    let sessions = Document::open("man/nsutils.7").sessions();
    let all: String = sessions.iter().map(|found| found.session.text()).collect();
    for option in [
        "--init",
        "--hostname",
        "--loopback",
        "--pivot-root",
        "--persist",
        "--unpersist",
        "--check",
        "--close-fds",
        "--no-new-privs",
        "--new-session",
        "--clear-env",
        "--chdir",
        "--mount-api",
        "--ephemeral",
        "--overlay",
        "--changes",
        "--tmpfs",
        "--bind-ro",
        "--network",
        "--map-auto",
        "--all",
        "--holders",
        "--compare",
        "--graph",
        "NSUTILS_HINTS",
    ] {
        assert!(all.contains(option), "no session has {option}");
    }
}

#[test]
fn the_readme_is_short_and_none_of_its_sessions_needs_root() {
    let readme = Document::open("README.md");
    let words: usize = readme
        .lines()
        .iter()
        .map(|line| line.split_whitespace().count())
        .sum();
    assert!(
        words <= 1500,
        "README.md has {words} words, more than 1,500"
    );
    let sessions = readme.sessions();
    assert_eq!(sessions.len(), 6, "six examples with output");
    assert!(sessions.iter().all(|found| !found.session.of_root));
}

#[test]
fn every_example_of_the_man_pages_goes_as_it_is_shown() {
    let Some(host) = SessionHost::at_home() else {
        return;
    };
    for page in man::PAGES {
        type_sessions(page, Whose::Everybodys, &host);
    }
    if writing() {
        languages::hand_tutorial_over();
    }
}

#[test]
fn every_example_for_root_goes_as_it_is_shown() {
    if !require::root() {
        return;
    }
    let Some(host) = SessionHost::at_home() else {
        return;
    };
    for page in man::PAGES {
        type_sessions(page, Whose::Roots, &host);
    }
}

#[test]
fn every_session_with_docker_goes_as_it_is_shown() {
    let Some(docker) = Docker::start() else {
        return;
    };
    let Some(host) = SessionHost::with_docker(docker) else {
        return;
    };
    for page in man::PAGES {
        type_sessions(page, Whose::Docker, &host);
    }
}
