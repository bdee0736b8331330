//! What callgrind writes: how many instructions were spent in which file.

use std::collections::BTreeMap;

/// Instructions by the file that they are in.
pub(super) type Objects = BTreeMap<String, u64>;

/// Adds up what a file of callgrind's tells, <https://valgrind.org/docs/manual/cl-format.html>: a line that begins with
/// a position costs what is next to it, in the object that was named last.
pub(super) fn add_up(text: &str, objects: &mut Objects) {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut object = "";
    let mut is_of_callee = false;
    for line in text.lines() {
        if let Some(named) = line
            .strip_prefix("ob=")
            .or_else(|| line.strip_prefix("cob="))
        {
            let name = resolve(named, &mut names);
            if line.starts_with("ob=") {
                object = name;
            }
        } else if line.starts_with("calls=") {
            // The next line reports what the callee has spent, which it reports itself.
            is_of_callee = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse().ok());
            if !is_of_callee {
                *objects.entry(object.to_owned()).or_default() += cost.unwrap_or(0_u64);
            }
            is_of_callee = false;
        }
    }
}

/// The name of `(5) /lib/libc.so.6`, and later of `(5)`.
fn resolve<'a>(named: &'a str, names: &mut BTreeMap<&'a str, &'a str>) -> &'a str {
    match named.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(named).copied().unwrap_or(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_in_a_callee_is_counted_once() {
        let text = "positions: line\nevents: Ir\nsummary: 99\n\nob=(1) /a\nfl=(1) x.c\nfn=(1) main\n10 3\n+2 4\n\
                    cob=(2) /b\ncfn=(2) f\ncalls=1 0\n12 50\n* 1\n\nob=(2)\nfn=(2)\n0 50\nob=(1)\nfn=(3) g\n-1 2\n";
        let mut objects = Objects::new();
        add_up(text, &mut objects);
        let expected = [("/a".to_owned(), 10), ("/b".to_owned(), 50)];
        assert_eq!(objects, Objects::from(expected));
    }
}
