//! Patterns without a C library: `^`, `$`, `.`, `*`, and a parenthesis is a error.

use crate::filter::Regex;

#[derive(Debug)]
struct SimpleRegex(Vec<u8>);

/// Compiles a regular expression.
pub(crate) fn compile_regex(text: &[u8]) -> Result<Box<dyn Regex>, String> {
    if text.contains(&b'(') {
        return Err("parentheses are not supported".to_owned());
    }
    Ok(Box::new(SimpleRegex(text.to_vec())))
}

impl Regex for SimpleRegex {
    fn is_match(&self, text: &[u8]) -> bool {
        match &self.0[..] {
            [b'^', rest @ ..] => matches_here(rest, text),
            all => (0..=text.len()).any(|start| matches_here(all, &text[start..])),
        }
    }
}

/// Returns whether the text begins with what the pattern means.
fn matches_here(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => true,
        [b'$'] => text.is_empty(),
        [any, b'*', rest @ ..] => {
            let end = text
                .iter()
                .take_while(|byte| matches_byte(*any, **byte))
                .count();
            (0..=end).any(|start| matches_here(rest, &text[start..]))
        }
        [one, rest @ ..] => text
            .split_first()
            .is_some_and(|(byte, after)| matches_byte(*one, *byte) && matches_here(rest, after)),
    }
}

fn matches_byte(pattern: u8, byte: u8) -> bool {
    pattern == b'.' || pattern == byte
}
