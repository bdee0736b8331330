//! `--version` as scripts read it. Each line is what a script does with the original; ours, by a link of that name on
//! PATH, gives it the same answer.

use testkit::{Outcome, Tool, require};

use crate::programs::{PROGRAMS, line, program};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = "https://r-seed-17473320.example/nsutils";

/// How scripts read a version, `NAME` being the program. Where a script reads every line, the lines after the first are
/// what it gets besides: [`whole_text_is_one_line_longer`].
const READERS: [&str; 12] = [
    r"NAME --version | grep -oP '\d+\.\d+' | head -1",
    r"NAME --version | head -n 1 | cut -d' ' -f4",
    r"NAME --version | head -1 | awk '{print $NF}'",
    r"NAME --version | awk 'NR == 1 { print $NF }'",
    r"NAME --version | sed -n '1s/.* //p'",
    r"NAME --version | { read -r _ _ _ version; echo $version; }",
    r"NAME --version | head -1 | grep -v 'NAME from util-linux'; echo ${PIPESTATUS[2]}",
    r#"[[ $(NAME --version) == "NAME from util-linux 2."* ]]; echo $?"#,
    r#"[[ $(NAME --version) =~ ^NAME\ \(GNU\ coreutils\)\ ([0-9]+)\.([0-9]+) ]]; echo "$? ${BASH_REMATCH[*]}""#,
    r#"set -- $(NAME --version); printf '%s\n' "$4""#,
    r"NAME --version | grep -c 'NAME from util-linux'",
    r"NAME --version | head -1 | od -c",
];

fn outcome_of(outcome: &Outcome) -> (String, String, i32) {
    (outcome.out(), outcome.err(), outcome.code())
}

#[test]
fn scripts_read_the_version_of_the_original() {
    for (ours, original) in PROGRAMS {
        let (Some(ours), Some(theirs)) = (program(ours), require::original(original)) else {
            return;
        };
        for reader in READERS {
            let reader = reader.replace("NAME", original);
            let (our, their) = (
                line(&ours, original, &reader),
                line(&theirs, original, &reader),
            );
            assert_eq!(outcome_of(&our), outcome_of(&their), "{reader}");
        }
    }
}

#[test]
fn the_short_option_shows_the_same() {
    for (ours, original) in PROGRAMS.into_iter().filter(|(_, name)| *name != "chroot") {
        let Some(program) = program(ours) else { return };
        let shown = |option| line(&program, original, &format!("{original} {option}")).ok();
        assert_eq!(shown("-V").out(), shown("--version").out());
    }
}

#[test]
fn the_second_line_says_which_program_it_is() {
    for (ours, original) in PROGRAMS {
        let (Some(program), Some(theirs)) = (program(ours), require::original(original)) else {
            return;
        };
        let shown = |program| {
            line(program, original, &format!("{original} --version"))
                .ok()
                .out()
        };
        let (our, their) = (shown(&program), shown(&theirs));
        let first = their.lines().next().expect("a line");
        let package = match original {
            "chroot" => "GNU coreutils",
            _ => "util-linux",
        };
        let second = format!(
            "This is {ours} of nsutils {VERSION}, not {package}; report faults to {REPOSITORY}"
        );
        assert_eq!(our, format!("{first}\n{second}\n"));
        assert!(!their.contains("nsutils"), "{their}");
    }
}

/// What a script that reads every line gets besides: the originals of util-linux have one line.
#[test]
fn whole_text_is_one_line_longer() {
    for (ours, original) in PROGRAMS.into_iter().filter(|(_, name)| *name != "chroot") {
        let (Some(ours), Some(theirs)) = (program(ours), require::original(original)) else {
            return;
        };
        for (reader, second) in [
            ("NAME --version | cut -d' ' -f4", "of"),
            ("NAME --version | awk '{print $NF}'", REPOSITORY),
        ] {
            let reader = reader.replace("NAME", original);
            let shown = |program| line(program, original, &reader).ok().out();
            assert_eq!(shown(&ours), format!("{}{second}\n", shown(&theirs)));
        }
        let reader = format!("{original} --version | grep -v '{original} from util-linux'");
        assert_eq!(line(&ours, original, &reader).code(), 0);
        assert_eq!(line(&theirs, original, &reader).code(), 1);
    }
}

#[test]
fn our_own_name_names_the_compatible_original() {
    for (name, original) in PROGRAMS {
        let Some(program) = program(name) else { return };
        let compatible = match original {
            "chroot" => "GNU coreutils 9.10",
            _ => "util-linux 2.42.4",
        };
        let expected = format!("{name} {VERSION} (nsutils; compatible with {compatible})\n");
        // By its path too: only the last part of a name counts.
        for called in [name.to_owned(), format!("/usr/bin/{name}")] {
            let tool = Tool::new(&program).argv0(called).arg("--version");
            assert_eq!(tool.run().ok().out(), expected);
        }
    }
}

/// By any other name the tool is in the original's place: an administrator's link, `unshare.distrib`.
#[test]
fn any_other_name_is_the_originals_place() {
    for (ours, original) in PROGRAMS {
        let (Some(ours), Some(theirs)) = (program(ours), require::original(original)) else {
            return;
        };
        for name in ["foo", "./foo", "unshare", "chroot", "nsenter.real", ""] {
            let first = |program| {
                let outcome = Tool::new(program).argv0(name).arg("--version").run().ok();
                outcome.out().lines().next().expect("a line").to_owned()
            };
            assert_eq!(first(&ours), first(&theirs), "{name:?}");
        }
    }
}
