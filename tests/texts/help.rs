//! `--help` under the name that the program was called by.

use testkit::{Tool, require};

use crate::programs::{PROGRAMS, program};

/// The help of a program that is called by this name.
#[track_caller]
fn help(program: &std::path::Path, called: &str) -> String {
    Tool::new(program)
        .argv0(called)
        .arg("--help")
        .run()
        .ok()
        .out()
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    for (ours, original) in PROGRAMS {
        let Some(program) = program(ours) else { return };
        for called in [ours, original, "foo", "a-name-of-thirty-characters-..."] {
            for line in help(&program, called).lines() {
                assert!(line.chars().count() <= 80, "{called}: {line}");
                assert_eq!(line, line.trim_end(), "{called}");
            }
        }
    }
}

#[test]
fn it_calls_the_program_as_the_caller_did() {
    for (ours, original) in PROGRAMS {
        let Some(program) = program(ours) else { return };
        // No other name, the one of the man page included.
        let text = help(&program, original);
        assert!(!text.contains(ours), "{text}");
        assert!(
            text.contains(&format!("\nUsage:\n {original} [options]")),
            "{text}"
        );
        assert!(text.contains(&format!("{original}(")), "{text}");
        // A link of another name has no man page.
        let text = help(&program, "foo");
        assert!(text.contains("\nUsage:\n foo [options]"), "{text}");
        assert!(text.contains(&format!("{ours}(")), "{text}");
        assert_eq!(text.matches(ours).count(), 1, "{text}");
        // But for the names it is the same text.
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let renamed = help(&program, original).replace(original, ours);
        assert_eq!(words(&renamed), words(&help(&program, ours)));
    }
}

#[test]
fn the_name_in_the_pointer_to_help_is_the_called_one() {
    for (ours, original) in PROGRAMS {
        let (Some(ours), Some(theirs)) = (program(ours), require::original(original)) else {
            return;
        };
        for called in [original, "foo", "./dir/foo"] {
            let said = |program| {
                let tool = Tool::new(program).argv0(called).arg("--no-such-option");
                let outcome = tool.run();
                (outcome.code(), outcome.err())
            };
            assert_eq!(said(&ours), said(&theirs), "{called}");
        }
    }
}

#[test]
fn operands_have_names() {
    for (name, usage) in [
        ("runshare", "runshare [options] [PROGRAM [ARGUMENT...]]"),
        ("rnsenter", "rnsenter [options] [PROGRAM [ARGUMENT...]]"),
        ("rlsns", "rlsns [options] [NAMESPACE]"),
        (
            "rchroot",
            "rchroot [options] NEWROOT [COMMAND [ARGUMENT...]]",
        ),
    ] {
        let Some(program) = program(name) else { return };
        let text = help(&program, name);
        assert!(
            text.starts_with(&format!("\nUsage:\n {usage}\n\n")),
            "{text}"
        );
    }
}

/// The long options in a help text as GNU's programs write them, with the value that must follow: `--groups=G_LIST`.
fn options_of_gnu(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_start);
    let options = lines.filter(|line| line.starts_with("--"));
    options
        .filter_map(|line| line.split_whitespace().next())
        .collect()
}

#[test]
fn chroot_writes_options_as_gnu_does() {
    let (Some(ours), Some(theirs)) = (program("rchroot"), require::original("chroot")) else {
        return;
    };
    let (ours, theirs) = (help(&ours, "chroot"), help(&theirs, "chroot"));
    let ours = options_of_gnu(&ours);
    for option in options_of_gnu(&theirs) {
        assert!(ours.contains(&option), "{option}: {ours:?}");
    }
    assert!(ours.contains(&"--groups=G_LIST"), "{ours:?}");
    assert!(ours.contains(&"--chdir=DIR"), "{ours:?}");
}
