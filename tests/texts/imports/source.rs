//! What a module imports, read from its source.

/// The paths of a module.
#[derive(Default)]
pub(super) struct Module {
    /// All that begin with `crate`, `self` or `super`, and all of `use`.
    pub(super) paths: Vec<Vec<String>>,
    /// The names that `use` gives it.
    pub(super) imports: Vec<Import>,
}

/// A name, and what it represents.
pub(super) struct Import {
    pub(super) name: String,
    pub(super) path: Vec<String>,
}

impl Module {
    pub(super) fn extend(&mut self, other: Module) {
        self.paths.extend(other.paths);
        self.imports.extend(other.imports);
    }
}

/// Reads a module's source, without its `#[cfg(test)] mod tests`.
pub(super) fn parse(text: &str) -> Module {
    let tokens = tokens(
        text.split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default(),
    );
    let mut module = Module::default();
    let mut at = 0;
    while at < tokens.len() {
        let token = tokens[at].as_str();
        // `use<'a>` in a type captures a lifetime.
        let captures = tokens.get(at + 1).is_some_and(|next| next == "<");
        if token == "use" && !captures {
            at = tree(&tokens, at + 1, &[], &mut module.imports);
        } else if ["crate", "self", "super"].contains(&token)
            && tokens.get(at + 1).is_some_and(|next| next == "::")
        {
            let names = tokens[at..].iter().step_by(2);
            let separators = tokens[at + 1..].iter().step_by(2);
            let count = separators.take_while(|token| *token == "::").count();
            module.paths.push(names.take(count + 1).cloned().collect());
            at += 2 * count + 1;
        } else {
            at += 1;
        }
    }
    let imported = module.imports.iter().map(|import| import.path.clone());
    module.paths.extend(imported);
    module
}

/// Reads a tree of `use` from `at`; returns where it ends.
fn tree(tokens: &[String], mut at: usize, prefix: &[String], found: &mut Vec<Import>) -> usize {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "::" => {}
            "{" => {
                at += 1;
                while tokens
                    .get(at)
                    .is_some_and(|token| token != "}" && token != ";")
                {
                    at = tree(tokens, at, &path, found);
                    at += usize::from(tokens.get(at).is_some_and(|token| token == ","));
                }
                return at + 1;
            }
            "as" => {
                let name = tokens.get(at + 1).cloned().unwrap_or_default();
                found.push(Import { name, path });
                return at + 2;
            }
            "," | "}" | ";" => break,
            "self" if !path.is_empty() => {}
            name => path.push(name.to_owned()),
        }
        at += 1;
    }
    let name = path.last().cloned().unwrap_or_default();
    found.push(Import { name, path });
    at
}

/// The names and signs of a source, without comments and literals; `::` is one sign.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            'r' if rest.starts_with("r\"") || rest.starts_with("r#\"") => raw_string(rest),
            '"' => string(rest),
            '\'' => character(rest),
            _ if first.is_alphanumeric() || first == '_' => {
                let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
                let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
                tokens.push(rest[..length].to_owned());
                length
            }
            ':' if rest.starts_with("::") => {
                tokens.push("::".to_owned());
                2
            }
            _ => {
                if !first.is_whitespace() {
                    tokens.push(first.to_string());
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of the string literal that the text begins with.
fn string(text: &str) -> usize {
    let mut escaped = true;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => return at + 1,
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    text.len()
}

fn raw_string(text: &str) -> usize {
    let (open, close) = if text.starts_with("r#") {
        (3, "\"#")
    } else {
        (2, "\"")
    };
    let end = text[open..].find(close);
    end.map_or(text.len(), |end| open + end + close.len())
}

/// The length of a character literal, or of the sign of a lifetime.
fn character(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), Some((at, letter))) => {
            let after = at + letter.len_utf8();
            text[after..]
                .find('\'')
                .map_or(after, |end| after + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}
