//! The one test command: brings the originals, runs cargo test, and says how many tests tested something.

mod count;
mod originals;
mod run;

use std::env;
use std::io::{self, Write};

use anyhow::{Result, bail};

use count::{Counts, Notes};

const USAGE: &str = "\
Usage: cargo xtask test [--strict] [WORD...]

Brings the originals, to compare with, if they are not there and apt-get is; runs all tests, or those that the
words choose; and counts them. It needs no root; run it as root too, and as an ordinary user: each tests what it may do.

  --strict   fail where a test was skipped; also NSUTILS_STRICT=1
  --help     print this
  WORD...    go to cargo test, and what stands behind -- to the tests:
             cargo xtask test -p runshare -- signals

Counted apart from the tests that passed and failed are those that have not tested all that they would:
  skipped        something is missing, as a program; the reason is printed
  left to root   the test is for root alone
  left out       the kernel or the hardware of this machine lacks it
";

/// What the command line asks for.
struct Request<'a> {
    strict: bool,
    /// For cargo test.
    words: Vec<&'a str>,
}

impl<'a> Request<'a> {
    fn parse(words: &[&'a str]) -> Self {
        let mut request = Request {
            strict: env::var_os("NSUTILS_STRICT").is_some_and(|strict| strict == "1"),
            words: Vec::new(),
        };
        let mut words = words.iter();
        for word in words.by_ref() {
            match *word {
                "--strict" => request.strict = true,
                "--" => {
                    request.words.push(word);
                    break;
                }
                _ => request.words.push(word),
            }
        }
        request.words.extend(words);
        if !request.chooses_packages() {
            request.words.insert(0, "--workspace");
        }
        request
    }

    /// Returns whether the words say which packages are tested.
    fn chooses_packages(&self) -> bool {
        let mut own = self.words.iter().take_while(|word| **word != "--");
        own.any(|word| {
            let long = ["--package", "--workspace", "--all", "--manifest-path"];
            let name = word.split('=').next().unwrap_or(word);
            long.contains(&name) || (word.starts_with("-p") && !word.starts_with("--"))
        })
    }
}

/// Runs the tests and prints the counts.
///
/// # Errors
/// That a test has failed, or was skipped and `--strict` given.
pub(crate) fn run(words: &[&str]) -> Result<String> {
    let own = words.iter().take_while(|word| **word != "--");
    if own.clone().any(|word| ["--help", "-h"].contains(word)) {
        return Ok(USAGE.to_owned());
    }
    let request = Request::parse(words);
    let originals = originals::bring(request.strict)?;
    let notes = Notes::new()?;
    let (status, output) = run::cargo_test(&request, originals.as_deref(), notes.path())?;
    let counts = Counts::parse(&output, &notes.read_notes()?);
    let text = format!("\n{}\n{}\n", counts.report(), counts.line());
    io::stdout().write_all(text.as_bytes())?;
    if !status.success() {
        bail!("cargo test has failed ({status})");
    }
    if request.strict && counts.skipped() > 0 {
        bail!("tests were skipped, which --strict forbids");
    }
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[test]
    fn words_go_to_cargo_test_and_choose_packages() {
        for (words, expected) in [
            (&[][..], &["--workspace"][..]),
            (&["--", "signals"], &["--workspace", "--", "signals"]),
            (&["-p", "rlsns"], &["-p", "rlsns"]),
            (&["-prlsns"], &["-prlsns"]),
            (
                &["--package=rlsns", "--", "a"],
                &["--package=rlsns", "--", "a"],
            ),
            (&["--", "-p"], &["--workspace", "--", "-p"]),
        ] {
            assert_eq!(Request::parse(words).words, expected);
        }
    }

    #[test]
    fn strict_is_ours_before_the_dashes_alone() {
        assert!(Request::parse(&["-p", "rlsns", "--strict"]).strict);
        let request = Request::parse(&["--", "--strict"]);
        assert_eq!(request.words, ["--workspace", "--", "--strict"]);
    }
}
