//! The sentences that a source makes: the literals that its calls are given, by themselves or by the name of a variable
//! or constant of the same file.

#[cfg(test)]
use anyhow::Context;
use anyhow::{Result, bail};

use super::file::unescape;

/// What a sentence without or with arguments is made by; the format follows, first of all or among the arguments.
const MAKERS: [&str; 10] = [
    "sentence(",
    HINT,
    ".context(",
    "bail!(",
    "anyhow!(",
    "Error::msg(",
    "invalid(",
    "translate(",
    "complaint(",
    "complaint_error(",
];
/// Those of which the format must be found, whatever names it.
const STRICT: [&str; 2] = ["sentence(", HINT];
/// What a hint is made by: its code and its format follow.
const HINT: &str = "explanation(";
/// What a hint is made by of sentences that were put together: its code and their name follow.
#[cfg(test)]
const COMPOSED_HINT: &str = "Explanation::new(";

/// The code of a source, without comments and unit tests.
pub(super) struct Source(String);

impl Source {
    pub(super) fn new(text: &str) -> Source {
        let text = text.split("#[cfg(test)]\nmod tests").next();
        let lines = text.unwrap_or_default().lines();
        let code = lines.filter(|line| !line.trim_start().starts_with("//"));
        Source(Vec::from_iter(code).join("\n"))
    }

    /// All that is to be translated, however often.
    ///
    /// # Errors
    /// That a sentence is made of something that is neither a literal here nor a parameter, so that nobody could tell
    /// whether it is translated.
    pub(super) fn sentences(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for maker in MAKERS {
            for code in self.calls(maker) {
                self.add_format(maker, code, &mut found)?;
            }
        }
        Ok(found)
    }

    /// The hints: the code of each, and its sentence, or what names it.
    ///
    /// # Errors
    /// That a code is no literal.
    #[cfg(test)]
    pub(super) fn hints(&self) -> Result<Vec<(String, String)>> {
        let mut found = Vec::new();
        for call in self.calls(HINT).chain(self.calls(COMPOSED_HINT)) {
            let words = arguments(call.trim_start());
            let code = words.first().and_then(|word| word.strip_prefix('"'));
            let code = code.and_then(literal);
            // The function that makes hints is not one.
            if code.is_none() && words.first() == Some(&"code") {
                continue;
            }
            let code =
                code.with_context(|| format!("a hint's code is not a literal: {words:?}"))?;
            let named = words.get(1).copied().unwrap_or_default();
            let said = named.strip_prefix('"').and_then(literal);
            let said = said.or_else(|| self.assigned(named).into_iter().next());
            found.push((code, said.unwrap_or_else(|| named.to_owned())));
        }
        Ok(found)
    }

    /// The code that follows each call of this function.
    fn calls<'a>(&'a self, maker: &'a str) -> impl Iterator<Item = &'a str> {
        let calls = self.0.match_indices(maker).filter(move |(at, _)| {
            let before = &self.0[..*at];
            let is_whole = !before.ends_with(is_of_name) || maker.starts_with('.');
            is_whole && !before.ends_with("fn ") && !before.ends_with('.')
        });
        calls.map(move |(at, _)| &self.0[at + maker.len()..])
    }

    /// Adds the format of one call, which the code begins with the arguments of.
    fn add_format(&self, maker: &str, code: &str, found: &mut Vec<String>) -> Result<()> {
        let code = code.trim_start();
        // A closure of this name is called.
        if code.starts_with(')') {
            return Ok(());
        }
        let counted = if maker == "invalid(" { usize::MAX } else { 1 };
        let skipped = usize::from(maker == HINT);
        for argument in arguments(code).into_iter().skip(skipped).take(counted) {
            let assigned = match argument.strip_prefix('"') {
                Some(text) => literal(text).into_iter().collect(),
                None => self.assigned(argument),
            };
            let is_parameter = self.0.contains(&format!("{argument}: &'static str"));
            if STRICT.contains(&maker) && assigned.is_empty() && !is_parameter {
                bail!("a sentence is made of {argument:?}: name it by a literal of this file");
            }
            found.extend(assigned);
        }
        Ok(())
    }

    /// The texts that a variable or constant can have.
    fn assigned(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        if name.is_empty() {
            return found;
        }
        for declared in [format!("let {name} ="), format!("const {name}: &str =")] {
            for (at, _) in self.0.match_indices(&declared) {
                found.extend(statement_literals(&self.0[at + declared.len()..]));
            }
        }
        found
    }
}

/// The arguments of a call, at the first of which the code begins.
fn arguments(code: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth, mut at) = (Vec::new(), 0, 0, 0);
    while let Some(letter) = code[at..].chars().next() {
        match letter {
            '"' => at += 1 + end_of_literal(&code[at + 1..]).unwrap_or(0),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(code[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        at += letter.len_utf8();
    }
    found.push(code[start..at].trim());
    found
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The literals up to the end of a statement, which are those of a `match` for one.
fn statement_literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(next) = rest
        .find(['"', ';'])
        .filter(|at| rest[*at..].starts_with('"'))
    {
        let text = &rest[next + 1..];
        let Some(end) = end_of_literal(text) else {
            break;
        };
        found.push(unescape(&text[..end]));
        rest = &text[end + 1..];
    }
    found
}

/// The texts of a table with a blank: nothing else in it has one.
pub(super) fn in_table(text: &str) -> Vec<String> {
    let Source(code) = Source::new(text);
    let quotes = code.match_indices('"');
    let opened = quotes.filter(|(at, _)| code[..*at].ends_with(['(', ' ']));
    let found = opened.filter_map(|(at, _)| literal(&code[at + 1..]));
    found.filter(|text| text.trim().contains(' ')).collect()
}

/// The text of a literal after its first quotation mark.
fn literal(code: &str) -> Option<String> {
    Some(unescape(&code[..end_of_literal(code)?]))
}

fn end_of_literal(code: &str) -> Option<usize> {
    let mut is_escaped = false;
    code.find(|character| {
        let ends = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(code: &str) -> Vec<String> {
        let found = Source::new(code).sentences();
        found.expect("every sentence has a literal")
    }

    #[test]
    fn a_sentence_is_a_literal_or_a_name_for_one() {
        assert_eq!(sentences("sentence(\n\"a b\", &[])"), ["a b"]);
        assert_eq!(sentences("let why = \"c d\";\nsentence(why, &[])"), ["c d"]);
        let chosen = "let why = match x { 1 => \"e\", _ => \"f\" };\nSome(sentence(why, &[]))";
        assert_eq!(sentences(chosen), ["e", "f"]);
        assert_eq!(
            sentences("invalid(\"--x\", value, \"g h\")"),
            ["--x", "g h"]
        );
        assert_eq!(sentences("// sentence(\"no\")\n"), [""; 0]);
        assert_eq!(
            sentences("fn f(why: &'static str) { sentence(why, &[]) }"),
            [""; 0]
        );
    }

    #[test]
    fn a_hint_is_a_code_and_a_sentence() {
        let code = "explanation(\n\"a-b\",\n\"c d\", &[])\nExplanation::new(\"e\", causes)";
        let found = Source::new(code).hints().expect("both have a code");
        let pair = |code: &str, said: &str| (code.to_owned(), said.to_owned());
        assert_eq!(found, [pair("a-b", "c d"), pair("e", "causes")]);
        assert_eq!(sentences(code), ["c d"]);
        let chosen = Source::new("explanation(choose(), \"c d\", &[])").hints();
        assert!(chosen.is_err());
    }

    #[test]
    fn a_sentence_of_unknown_words_is_an_error() {
        assert!(
            Source::new("sentence(&format!(\"x\"), &[])")
                .sentences()
                .is_err()
        );
        assert!(
            Source::new("sentence(other.text, &[])")
                .sentences()
                .is_err()
        );
    }
}
