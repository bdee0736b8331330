//! Mistakes of usage: options behind NEWROOT, a shell or a program that is elsewhere in it.

use super::{hint, hint_with};
use crate::fixture::{Fixture, differential_test};
use testkit::{Tool, require};

#[test]
fn options_end_at_newroot() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for (option, rest) in [("--userspec=1", &["id"][..]), ("--help", &[]), ("-h", &[])] {
        let line = [&["jail", option][..], rest].concat();
        let Some(hint_text) = hint(&fixture, &line) else {
            return;
        };
        let end =
            format!("options end at NEWROOT, so {option} is the command: name it before NEWROOT");
        assert_eq!(hint_text, end);
    }
}

#[test]
fn an_option_that_is_almost_right_is_named() {
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let hint_text = diff.hint(|tool| fixture.ordinary(tool).args(["--uesrspec=1", "/"]));
    assert_eq!(hint_text.as_deref(), Some("did you mean `--userspec`?"));
}

#[test]
fn a_shell_that_is_not_named_is_told_from_one_that_is_not_there() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for (shell, hint_text) in [
        ("", "SHELL is empty: name a program, such as /bin/sh"),
        (
            "/no/such/zsh",
            "SHELL is /no/such/zsh, which does not exist in this root: name a program, such as \
             /bin/sh",
        ),
    ] {
        let Some(hint) = hint_with(&fixture, |tool| tool.arg("jail").env("SHELL", shell)) else {
            return;
        };
        assert_eq!(hint, hint_text);
    }
}

#[test]
fn a_program_that_path_lacks_is_found() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    std::fs::create_dir(fixture.path("jail/usr/sbin")).unwrap();
    fixture.script("jail/usr/sbin/only-here", "#!/bin/sh\n");
    let call = |tool: Tool| {
        tool.args(["jail", "only-here"])
            .env("PATH", "/usr/bin:/bin")
    };
    let Some(hint_text) = hint_with(&fixture, call) else {
        return;
    };
    let expected =
        "the program is /usr/sbin/only-here, and PATH lacks /usr/sbin: name it /usr/sbin/only-here";
    assert_eq!(hint_text, expected);
}

#[test]
fn a_script_with_cr_lf_is_told_from_one_without_an_interpreter() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.script("jail/script", "#!/bin/sh\r\n");
    let Some(hint_text) = hint(&fixture, &["jail", "/script"]) else {
        return;
    };
    let start = "the first line of /script ends in CR LF, ";
    assert!(hint_text.starts_with(start), "{hint_text}");
}
