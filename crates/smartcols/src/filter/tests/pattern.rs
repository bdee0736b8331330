//! Patterns without a C library: `^`, `$`, `.`, `*`, and a parenthesis is a mistake.

use crate::filter::Regex;

#[derive(Debug)]
struct Pattern(Vec<u8>);

/// Reads a pattern.
pub(crate) fn pattern(text: &[u8]) -> Result<Box<dyn Regex>, String> {
    if text.contains(&b'(') {
        return Err("no parenthesis here".to_owned());
    }
    Ok(Box::new(Pattern(text.to_vec())))
}

impl Regex for Pattern {
    fn is_match(&self, text: &[u8]) -> bool {
        match &self.0[..] {
            [b'^', rest @ ..] => begins(rest, text),
            all => (0..=text.len()).any(|start| begins(all, &text[start..])),
        }
    }
}

/// Whether the text begins with what the pattern means.
fn begins(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => true,
        [b'$'] => text.is_empty(),
        [any, b'*', rest @ ..] => {
            let end = text.iter().take_while(|byte| is(*any, **byte)).count();
            (0..=end).any(|start| begins(rest, &text[start..]))
        }
        [one, rest @ ..] => text
            .split_first()
            .is_some_and(|(byte, after)| is(*one, *byte) && begins(rest, after)),
    }
}

fn is(pattern: u8, byte: u8) -> bool {
    pattern == b'.' || pattern == byte
}
