//! A hint for a word that is not one of a list: the nearest word of the list, and the list.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{Hint, explanation};

/// The longest word that is compared: a longer one is no typing error.
const LONGEST: usize = 48;

/// Returns the hint for a value that is none of `words`.
pub fn unknown_word(given: &OsStr, words: impl IntoIterator<Item = &'static str>) -> Hint {
    let (given, words) = (given.to_owned(), Vec::from_iter(words));
    Hint::new(move || {
        let possible = explanation(
            "possible-values",
            "possible values: %s",
            &[&words.join(", ")],
        );
        Some(match nearest(given.as_bytes(), words.iter().copied()) {
            Some(word) => explanation(
                "did-you-mean-value",
                "did you mean `%s`? %s",
                &[&word, &possible],
            ),
            None => possible,
        })
    })
}

/// Returns the word that `given` was probably meant to be, if one is near: the first of those with the fewest letters
/// inserted, left out, replaced or swapped, where these are at most a third of it; or one that begins as it does.
pub fn nearest<'a>(given: &[u8], words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if given.len() > LONGEST {
        return None;
    }
    let given = given.to_ascii_lowercase();
    let most = (given.len() / 3).max(1);
    let near = |word: &'a str| {
        let known = word.to_ascii_lowercase().into_bytes();
        let shorter = given.len().min(known.len());
        let is_beginning = shorter >= 3 && given[..shorter] == known[..shorter];
        let found = distance(&given, &known);
        let distance = if found > 1 && is_beginning { 1 } else { found };
        (distance <= most && distance < known.len()).then_some((distance, word))
    };
    let near = words.into_iter().filter_map(near);
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Returns how many letters are to be inserted, left out, replaced, or swapped with the next one, to make one word of
/// the other.
fn distance(from: &[u8], to: &[u8]) -> usize {
    let (mut before, mut above) = (Vec::new(), (0..=to.len()).collect::<Vec<usize>>());
    for (row, letter) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut least = replaced.min(above[column + 1] + 1).min(line[column] + 1);
            let is_swapped =
                row > 0 && column > 0 && from[row - 1] == *other && to[column - 1] == *letter;
            if is_swapped {
                let before: &Vec<usize> = &before;
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_that_are_wrong_missing_swapped_or_too_many_are_counted() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("mout", "mount", 1),
            ("tpye", "type", 1),
            ("hostnme", "hostname", 1),
            ("private", "prvate", 1),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
        ] {
            assert_eq!(distance(from.as_bytes(), to.as_bytes()), expected, "{from}");
            assert_eq!(distance(to.as_bytes(), from.as_bytes()), expected, "{to}");
        }
    }

    #[test]
    fn the_nearest_word_is_found_and_a_stranger_is_not() {
        let words = ["mnt", "net", "ipc", "user", "pid", "uts", "cgroup", "time"];
        for (given, word) in [
            ("network", Some("net")),
            ("nte", Some("net")),
            ("USR", Some("user")),
            ("tiem", Some("time")),
            ("cgroups", Some("cgroup")),
            ("x", None),
            ("", None),
            ("FOO", None),
            ("png", None),
        ] {
            assert_eq!(nearest(given.as_bytes(), words), word, "{given}");
        }
    }

    proptest! {
        #[test]
        fn any_word_is_answered(given in any::<Vec<u8>>(), other in any::<Vec<u8>>()) {
            let _ = nearest(&given, ["mount", "net"]);
            let (given, other) = (&given[..given.len().min(48)], &other[..other.len().min(48)]);
            prop_assert!(distance(given, other) <= given.len().max(other.len()));
            prop_assert_eq!(distance(given, given), 0);
        }
    }
}
