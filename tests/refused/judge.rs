//! What may come of a refused call.

use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::errno::Errno;
use testkit::{Outcome, Status, Tool};

use crate::built;
use crate::calls::Call;
use crate::case::Case;

/// What went wrong with this call refused, in words. A list is compared with one made at the same time, when this
/// machine may have changed since the first was made: a descriptor of another process shows in `HELD`.
pub(crate) fn fault(case: &Case, usual: &Outcome, call: &Call, errno: Errno) -> Option<String> {
    compare(case, usual, call, errno)?;
    let usual = case.tool().run();
    case.clean_up();
    let fault = compare(case, &usual, call, errno)?;
    Some(format!("{fault}not refused\n{usual}"))
}

/// What is wrong with the outcome of this call refused beside the outcome that is usual.
fn compare(case: &Case, usual: &Outcome, call: &Call, errno: Errno) -> Option<String> {
    let run = |tool: Tool| {
        // One that does not end in time fails the test: here, this one refusal.
        let ended = catch_unwind(AssertUnwindSafe(|| tool.run())).ok();
        let left = case.clean_up();
        ended.map(|outcome| (outcome, left))
    };
    let under = |tool: Tool| run(tool.refusing_past_loader(call.number, errno));
    let refused = format!("{} refused with {errno:?}", call.name);
    let Some((ours, left)) = under(case.tool()) else {
        return Some(format!(
            "{refused}: {} {:?} hangs\n",
            case.program, case.words
        ));
    };
    if ours.err().contains("panicked") {
        return Some(format!("{refused}: a panic\n{ours}"));
    }
    let own = format!("{}: ", case.program);
    let is_reported = ours.err().lines().any(|line| line.starts_with(&own));
    if !left.is_whole(ours.status == Status::Exited(0), is_reported) {
        return Some(format!("{refused}: {left:?} of the mounts is left\n{ours}"));
    }
    let is_clear = is_clear_error(case, &ours);
    let seen = |outcome: &Outcome| (outcome.status, case.facts(outcome));
    let is_warned = ours.status == usual.status && warns_alone(&ours, &own);
    if is_clear || is_warned || seen(&ours) == seen(usual) {
        return None;
    }
    // What the program that it runs does under the filter is none of its making.
    let program = built(case.program);
    let as_below_ours =
        |tool: Tool| run(tool.refusing_past_loader_of(&program, call.number, errno));
    let alone = case.alone().and_then(as_below_ours);
    let is_transparent = |(alone, _): &(Outcome, _)| {
        (alone.status, &alone.stderr) == (ours.status, &ours.stderr)
            && [case.facts(usual), case.facts(alone)].contains(&case.facts(&ours))
    };
    if alone.as_ref().is_some_and(is_transparent) {
        return None;
    }
    let original = case.original().and_then(under);
    if original
        .as_ref()
        .is_some_and(|(original, _)| seen(original) == seen(&ours))
    {
        return None;
    }
    let others = [("alone", alone), ("the original", original)];
    let others = others
        .into_iter()
        .filter_map(|(name, other)| Some((name, other?.0)));
    let others = others.map(|(name, outcome)| format!("{name}\n{outcome}"));
    Some(format!("{refused}:\n{ours}{}", others.collect::<String>()))
}

/// Whether all that it says are warnings: of what an option has others do for it, that part is missing.
fn warns_alone(ours: &Outcome, own: &str) -> bool {
    let (said, warning) = (ours.err(), format!("{own}warning: "));
    !said.is_empty() && said.lines().all(|line| line.starts_with(&warning))
}

/// What newuidmap(1) says of its own failure is not said again.
const HELPERS: [&str; 2] = ["newuidmap: ", "newgidmap: "];
/// Words by which an error says that something is not there, which a refused call cannot know.
const CLAIMS: [&str; 3] = [" found", "no process", "nothing visible"];

/// Whether this is an error in the program's own name that claims nothing; or, from `--check`, that something cannot be
/// made, and why.
fn is_clear_error(case: &Case, ours: &Outcome) -> bool {
    let (said, own) = (ours.err(), format!("{}: ", case.program));
    let is_named = said.starts_with(&own) || HELPERS.iter().any(|name| said.starts_with(name));
    let claims = CLAIMS.iter().any(|words| said.contains(words));
    let is_report = case.words.iter().any(|word| word == "--check");
    let says_no = is_report
        && ["no: ", "\"possible\":false"]
            .iter()
            .any(|no| ours.out().contains(no));
    // The process that waits for such a program has let go of standard error, so its status is all that it can say.
    let is_mute = ["--init", "--new-session"]
        .iter()
        .any(|option| case.words.iter().any(|word| word == option));
    if is_mute && said.is_empty() && ours.status == Status::Exited(1) {
        return true;
    }
    matches!(ours.status, Status::Exited(1 | 2 | 32 | 125..=127))
        && (is_named && !claims || says_no)
}
