//! What `-H` shows, `--list-columns`: the form, the names and the types are the original's, what they are described by
//! is our own, and ours has more of them, all behind the original's.

/// The columns of the original.
const COLUMNS: [&str; 13] = [
    "NS", "TYPE", "PATH", "NPROCS", "PID", "PPID", "COMMAND", "UID", "USER", "NETNSID", "NSFS",
    "PNS", "ONS",
];

/// The description, in JSON.
const DESCRIPTION: &str = "\"description\":";

/// A list of columns without descriptions and without ours; any other output as it is.
pub(crate) fn without_ours(output: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(output) else {
        return output.to_vec();
    };
    let first = text.lines().next().unwrap_or_default();
    if text.contains("\"holder\":") {
        objects_without_ours(text).into_bytes()
    } else if first.trim_start().starts_with("NS ") && first.contains('<') {
        let lines = text.lines().filter_map(line_without_description);
        lines.collect::<String>().into_bytes()
    } else {
        output.to_vec()
    }
}

/// A name and a type, with what blanks there are between them and behind. How wide the longest name is, ours decide.
fn line_without_description(line: &str) -> Option<String> {
    let line = line.trim_start();
    let (name, rest) = line.split_once(' ')?;
    let (kind, description) = rest.split_once("> ")?;
    let blanks = description.len() - description.trim_start().len();
    assert!(description.len() > blanks, "{line}");
    let column = format!("{name} {kind}> {}\n", " ".repeat(blanks));
    COLUMNS.contains(&name).then_some(column)
}

/// The objects of JSON, whatever blanks there are in it.
fn objects_without_ours(text: &str) -> String {
    let mut kept = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        // An object, or what is around them all.
        let (object, behind) = match behind.split_once('}') {
            Some((object, behind)) if !object.contains('{') => (object, behind),
            _ => ("", behind),
        };
        if object.is_empty() || is_original(object) {
            kept.push(format!("{before}{{{}", object_without_description(object)));
        }
        rest = behind;
    }
    kept.concat() + rest
}

fn is_original(object: &str) -> bool {
    let mut strings = object.split('"');
    let has_holder = strings.any(|string| string == "holder");
    let name = strings.nth(1);
    assert!(has_holder, "{object}");
    name.is_some_and(|name| COLUMNS.contains(&name))
}

fn object_without_description(object: &str) -> String {
    let Some((before, description)) = object.split_once(DESCRIPTION) else {
        return object.to_owned();
    };
    let mut parts = description.split('"');
    let (blanks, text) = (parts.next().unwrap(), parts.next().unwrap());
    assert!(text.len() > 3, "{object}");
    let behind: Vec<&str> = parts.collect();
    format!("{before}{DESCRIPTION}{blanks}{}}}", behind.join("\""))
}

#[test]
fn what_is_compared_of_a_list_of_columns() {
    let same = |ours: &str, original: &str| {
        without_ours(ours.as_bytes()) == without_ours(original.as_bytes())
    };
    let original = "     NS <integer> number\n   TYPE <string>  kind\n";
    assert!(same(
        "  NS <integer> a b\nTYPE <string>  c\nHELD <string>  d\n",
        original
    ));
    assert!(!same("  NS <integer> a b\nTYPE <string> c\n", original));
    assert!(!same("  NS <integer> a b\n", original));
    let original = r#"{"lsns-columns":[{"holder":"NS","description":"text"},{"holder":"PID","description":"text"}]}"#;
    let longer = original
        .replace("text", "words")
        .replace("}]", r#"},{"holder":"HELD","description":"x"}]"#);
    assert!(
        same(&longer, original),
        "{}",
        String::from_utf8_lossy(&without_ours(longer.as_bytes()))
    );
    assert!(!same(&longer.replace("PID", "UID"), original));
    assert!(!same(&longer.replace("]}", "] }"), original));
    assert!(same("anything", "anything") && !same("anything", "else"));
}
