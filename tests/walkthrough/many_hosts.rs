//! What nsutils(7) says of many hosts: its playbook and its question are put to this machine by Ansible, over the local
//! connection.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use testkit::{Outcome, Scratch, Tool, originals, require, workspace};

use crate::fixture::{bare_runshare, namespace, ready, with_our_path};

/// A host is asked by Python, here the system's.
const THIS_HOST: &str = "-i localhost, -c local -e ansible_python_interpreter=/usr/bin/python3";

/// The programs of Ansible, if they are there.
#[track_caller]
fn ansible() -> Option<PathBuf> {
    let named = std::env::var_os("NSUTILS_ANSIBLE").map(PathBuf::from);
    let usual = [
        originals().with_file_name("ansible"),
        workspace().join("tests/.cache/ansible"),
        PathBuf::from("/var/cache/nsutils/ansible"),
    ];
    let places = named.into_iter().chain(usual);
    let mut programs = places.map(|place| place.join("bin"));
    let found = programs.find(|programs| programs.exists());
    let missing = "there is no Ansible: tests/ansible brings it";
    if !require::condition(found.is_some(), missing) {
        return None;
    }
    require::workspace_program("rlsns").and(found)
}

/// The manual page.
fn page() -> String {
    fs::read_to_string(workspace().join("man/nsutils.7")).expect("there is a manual page")
}

/// What these words of a shell write, Ansible's programs being found.
fn run(programs: &std::path::Path, words: &str, home: &Scratch) -> Outcome {
    with_our_path(Tool::new("/bin/sh"))
        .args(["-c", &format!("{}/{words} {THIS_HOST}", programs.display())])
        .env("HOME", home.path())
        .env("LC_ALL", "C.UTF-8")
        .current_dir(home.path())
        .timeout(Duration::from_secs(180))
        .run()
        .ok()
}

#[test]
fn the_playbook_lists_every_network() {
    let Some(programs) = ansible() else { return };
    if !ready() {
        return;
    }
    let page = page();
    let begin = page.find("- hosts: all\n").expect("a playbook");
    let playbook = page[begin..].split(".Ed\n").next().expect("its end");
    let home = Scratch::new();
    fs::write(home.path().join("networks.yml"), playbook).expect("write");
    let options = ["-r", "--net", "sh", "-c", "echo $$; exec sleep 1000"];
    let mut running = bare_runshare(options).spawn();
    let pid = running.read_until("\n");
    let network = namespace(pid.trim_end(), "net");
    let number = network.trim_matches(|letter: char| !letter.is_ascii_digit());
    let output = run(&programs, "ansible-playbook networks.yml", &home).out();
    assert!(
        output.contains(&format!("\"msg\": \"{number} ")),
        "{output}"
    );
}

#[test]
fn a_question_that_comes_up_once_is_answered() {
    let Some(programs) = ansible() else { return };
    let page = page();
    let mut lines = page.lines();
    let question = lines.find_map(|line| line.strip_prefix("control$ "));
    let answer = run(&programs, question.expect("a question"), &Scratch::new()).out();
    assert!(
        answer.starts_with("localhost | CHANGED | rc=0 >>\n"),
        "{answer}"
    );
}
