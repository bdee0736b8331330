//! Whether a text is JSON, RFC 8259: enough of a reader to tell.

/// Whether this is one value and nothing else.
pub(crate) fn is_valid(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    value(text.trim_start()).is_some_and(|rest| rest.trim().is_empty())
}

/// What is behind the value that the text begins with; none, if it begins with none.
fn value(text: &str) -> Option<&str> {
    match text.chars().next()? {
        '{' => members(&text[1..], '}', |text| {
            let rest = string(text)?.trim_start().strip_prefix(':')?;
            value(rest.trim_start())
        }),
        '[' => members(&text[1..], ']', value),
        '"' => string(text),
        '0'..='9' | '-' => number(text),
        _ => ["true", "false", "null"]
            .iter()
            .find_map(|word| text.strip_prefix(word)),
    }
}

/// Members between commas, up to the end.
fn members(text: &str, end: char, member: impl Fn(&str) -> Option<&str>) -> Option<&str> {
    let mut rest = text.trim_start();
    if let Some(behind) = rest.strip_prefix(end) {
        return Some(behind);
    }
    loop {
        rest = member(rest)?.trim_start();
        if let Some(behind) = rest.strip_prefix(end) {
            return Some(behind);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

fn string(text: &str) -> Option<&str> {
    let mut rest = text.strip_prefix('"')?;
    loop {
        let at = rest.find(|letter: char| letter == '"' || letter == '\\' || letter < ' ')?;
        let (first, behind) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = match (first, behind.chars().next()) {
            (b'"', _) => return Some(behind),
            (b'\\', Some('u')) => {
                let digits = behind.get(1..5)?;
                u16::from_str_radix(digits, 16).ok()?;
                &behind[5..]
            }
            (b'\\', Some(letter)) if "\"\\/bfnrt".contains(letter) => &behind[1..],
            _ => return None,
        };
    }
}

fn number(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !"-+.eE".contains(letter));
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    let has_zero = number.len() > 1 && number.starts_with('0') && !number.starts_with("0.");
    (number.parse::<f64>().is_ok() && !has_zero).then_some(rest)
}

#[test]
fn what_is_json_and_what_is_not() {
    for text in [
        "{}",
        "[]",
        " [1, 2.5e3, -4]\n",
        r#"{"a": null, "b": [true, {"c": "\u00e9\n\"x\\"}]}"#,
        "\"漢\"",
        "0",
    ] {
        assert!(is_valid(text.as_bytes()), "{text}");
    }
    for text in [
        "",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\"[1]}",
        "{a: 1}",
        "\"\n\"",
        "\"\\x41\"",
        "\"\\u12\"",
        "01",
        "[] []",
        "nul",
        "\"",
    ] {
        assert!(!is_valid(text.as_bytes()), "{text}");
    }
    assert!(!is_valid(b"\"\xff\""));
}
