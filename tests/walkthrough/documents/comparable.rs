//! What of an output is the same on every machine.

use testkit::mask;

/// The text with nothing in it that differs from machine to machine: the width of blanks, numbers, random keys. The
/// numbers of namespaces become 1, 2, … in the order of their appearance.
pub(crate) fn comparable(text: &str) -> String {
    let mut namespaces: Vec<&str> = Vec::new();
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let inode = word
            .split_once(":[")
            .and_then(|(kind, rest)| Some((kind, rest.strip_suffix(']')?)));
        words.push(match inode {
            Some((kind, inode)) => {
                let known = namespaces.iter().position(|known| *known == inode);
                let place = known.unwrap_or_else(|| {
                    namespaces.push(inode);
                    namespaces.len() - 1
                });
                format!("{kind}:[namespace {place}]")
            }
            None if word.starts_with("0x") => "key".to_owned(),
            None if is_container_id(word) => "id".to_owned(),
            None => String::from_utf8_lossy(&mask::numbers(word.as_bytes())).into_owned(),
        });
    }
    words.join(" ")
}

/// Whether it is a container's, as an engine abbreviates it.
fn is_container_id(word: &str) -> bool {
    word.len() == 12
        && word
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[test]
fn the_same_namespace_stays_the_same_and_another_another() {
    assert_eq!(
        comparable("net:[7]  net:[8]"),
        comparable("net:[41]\nnet:[5]\n")
    );
    assert_ne!(
        comparable("net:[7] net:[7]"),
        comparable("net:[41] net:[5]")
    );
    assert_ne!(comparable("lo UP"), comparable("lo DOWN"));
}
