//! Hints about a command line that names no target, or nothing at all.

use std::ffi::OsStr;

use nscore::cli::Invocation;
use nscore::hint::{Explanation, Hint, explanation};

use crate::cli::OptionId;

/// Neither a target nor a file of a namespace was named.
pub(crate) fn nothing_named() -> Explanation {
    explanation(
        "no-target",
        "no target was named: --target PID --all enters all namespaces of a process",
        &[],
    )
}

/// Returns the hint for namespaces that are to come from a target that was not named: an option whose value is not
/// attached to it has the next word taken for the program.
pub(crate) fn missing_target(invocation: &Invocation<OptionId>) -> Hint {
    let program = invocation.operands().ok().and_then(<[_]>::first);
    let program = program.map(|word| -> &OsStr { word });
    let detached = invocation
        .preceding_option()
        .zip(program)
        .map(|(option, program)| option.question(program));
    Hint::new(move || {
        let detached = detached.as_ref().and_then(|question| question());
        detached.or_else(|| {
            Some(explanation(
                "no-target",
                "--target is missing: it names the process to enter, by its PID or container",
                &[],
            ))
        })
    })
}
