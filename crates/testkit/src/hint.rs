//! What ours says beyond the original, where a user reads it: a second line with the cause of a failure.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::differential::DifferentialTest;
use crate::outcome::Outcome;
use crate::scratch::Scratch;
use crate::tool::Tool;

impl DifferentialTest {
    /// The hint that ours gives when it is set up so, none if it gives none.
    ///
    /// # Panics
    /// As [`DifferentialTest::hint_in`].
    #[must_use]
    #[track_caller]
    pub fn hint(&self, setup: impl Fn(Tool) -> Tool) -> Option<String> {
        self.hint_in(|program| setup(Tool::new(program).argv0(self.name())))
    }

    /// The hint that ours gives in a situation that another program puts it into, which finds it at this path; none if
    /// it gives none. In the same situation ours, not asked for hints and on a pipe, must do what the original does, to
    /// the byte, and a hint must change nothing of that. Where messages are written as JSON, the hint has a code.
    ///
    /// # Panics
    /// If it does not, or if there is more than one hint.
    #[must_use]
    #[track_caller]
    pub fn hint_in(&self, situation: impl Fn(&Path) -> Tool) -> Option<String> {
        let scratch = Scratch::new();
        let link = |directory: &str, program: &Path| {
            let link = scratch.dir(directory).join(self.name());
            symlink(program, &link).expect("the directory is new");
            link
        };
        // Names of one length: a path may be part of a message.
        let (ours, original) = self.programs();
        let (ours, original) = (link("own", ours), link("old", original));
        let seen = |outcome: &Outcome| {
            let written = [&outcome.stdout, &outcome.stderr];
            (outcome.status, written.map(|bytes| self.masked(bytes)))
        };
        let (plain, theirs) = (situation(&ours).run(), situation(&original).run());
        let theirs = Outcome {
            stderr: renamed(&theirs.stderr, &original, &ours),
            ..theirs
        };
        assert!(
            seen(&plain) == seen(&theirs),
            "ours and the original differ\nours\n{plain}original\n{theirs}"
        );
        let hinted = situation(&ours).env("NSUTILS_HINTS", "always").run();
        let hint = self.added(&plain, &hinted);
        let json = situation(&ours).env("NSUTILS_ERRORS", "json").run();
        assert_eq!(json.status, plain.status, "{json}");
        let code = hint_code(&json);
        assert_eq!(hint.is_some(), code.is_some(), "{hint:?}\n{json}");
        hint
    }

    /// Returns what `hinted` says beyond `plain`, which must be one hint and nothing else, or nothing.
    #[track_caller]
    fn added(&self, plain: &Outcome, hinted: &Outcome) -> Option<String> {
        let [before, after] = [plain, hinted].map(|outcome| self.masked(&outcome.stderr));
        let beyond = after.strip_prefix(&before[..]);
        let same = hinted.status == plain.status && hinted.stdout == plain.stdout;
        let Some(beyond) = beyond.filter(|_| same) else {
            panic!("the hint has changed something\nwithout\n{plain}with\n{hinted}");
        };
        if beyond.is_empty() {
            return None;
        }
        let beyond = String::from_utf8_lossy(beyond);
        let mark = format!("{}: hint: ", self.name());
        let hint = beyond
            .strip_prefix(&mark)
            .and_then(|rest| rest.strip_suffix('\n'));
        let one = hint.filter(|hint| !hint.contains('\n'));
        Some(
            one.unwrap_or_else(|| panic!("this is no hint: {beyond:?}\n{hinted}"))
                .to_owned(),
        )
    }
}

/// The code of the hint in messages that are JSON, which must be a word in kebab case; none if there is no hint.
#[track_caller]
fn hint_code(json: &Outcome) -> Option<String> {
    let messages = json.err();
    let member = "\"hint_code\":\"";
    assert_eq!(
        messages.contains("\"hint\":"),
        messages.contains(member),
        "a hint without hint_code, or the reverse: {json}"
    );
    let (_, after) = messages.split_once(member)?;
    let code = after.split('"').next().unwrap_or_default();
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    assert!(code.split('-').all(is_part), "{code:?}: {json}");
    Some(code.to_owned())
}

/// The bytes with one path for another.
fn renamed(bytes: &[u8], from: &Path, to: &Path) -> Vec<u8> {
    let [from, to] = [from, to].map(|path| path.to_str().expect("it is plain"));
    String::from_utf8_lossy(bytes)
        .replace(from, to)
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use crate::{DifferentialTest, Scratch};

    /// A tool that fails, and says this if it is asked for hints.
    fn twin(scratch: &Scratch, hint: &str) -> DifferentialTest {
        let json = match hint {
            ":" => "{}",
            _ => "{\"hint\":\"do this\",\"hint_code\":\"do-this\"}",
        };
        DifferentialTest::from_scripts(
            scratch,
            &format!(
                "if [ \"$NSUTILS_ERRORS\" = json ]; then echo '{json}' >&2; exit 1; fi\n\
                 echo no >&2\n[ \"$NSUTILS_HINTS\" != always ] || {{\n{hint}\n}}\nexit 1"
            ),
            "echo no >&2; exit 1",
        )
    }

    #[test]
    fn a_hint_is_what_stands_behind_its_mark() {
        let scratch = Scratch::new();
        let twin = twin(&scratch, "echo unshare: hint: 'do this' >&2");
        assert_eq!(twin.hint(|tool| tool), Some("do this".to_owned()));
    }

    #[test]
    fn there_may_be_none() {
        let scratch = Scratch::new();
        assert_eq!(twin(&scratch, ":").hint(|tool| tool), None);
    }

    #[test]
    #[should_panic(expected = "the hint has changed something")]
    fn a_hint_must_not_change_the_status() {
        let scratch = Scratch::new();
        let _ = twin(&scratch, "echo unshare: hint: x >&2; exit 2").hint(|tool| tool);
    }

    #[test]
    #[should_panic(expected = "hint_code")]
    fn a_hint_has_a_code_in_json() {
        let scratch = Scratch::new();
        let _ = DifferentialTest::from_scripts(
            &scratch,
            "[ \"$NSUTILS_ERRORS\" != json ] || echo '{\"hint\":\"x\"}' >&2
             [ \"$NSUTILS_HINTS\" != always ] || echo unshare: hint: x >&2; exit 1",
            "exit 1",
        )
        .hint(|tool| tool);
    }

    #[test]
    #[should_panic(expected = "this is no hint")]
    fn there_is_one_at_most() {
        let scratch = Scratch::new();
        let twice = "echo unshare: hint: x >&2; echo unshare: hint: x >&2";
        let _ = twin(&scratch, twice).hint(|tool| tool);
    }
}
