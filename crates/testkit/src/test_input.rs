//! Command lines to try: those that a user has written into a file, and numbers to draw others by; and a file that
//! cannot be written.

use std::fs::File;

/// The words of each command line of a file. An empty line and one that begins with `#` are none.
#[must_use]
pub fn command_lines(file: &str) -> Vec<Vec<String>> {
    let lines = file.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(words).collect()
}

/// The words of a command line as a shell reads them, quotes of both kinds and nothing else.
#[must_use]
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in line.chars() {
        match (character, quote) {
            (' ', None) => words.extend(word.take()),
            ('\'' | '"', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (_, Some(open)) if open == character => quote = None,
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// Numbers below a bound, the same for every run of a seed, so that a failure can be repeated.
///
/// # Panics
/// Asked for a number below 0.
pub fn seeded_numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |bound| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // The upper half: the lower digits of such a number hardly change.
        let drawn = usize::try_from(state >> 33).unwrap_or_default();
        drawn % bound
    }
}

/// A dash and up to four of these letters, as options of one letter are written in one word.
pub fn draw_cluster(random: &mut impl FnMut(usize) -> usize, letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let chosen = (0..=random(3)).map(|_| letters[random(letters.len())]);
    std::iter::once('-').chain(chosen).collect()
}

/// A long option, perhaps cut short, perhaps with a character at its end that is none of it.
pub fn draw_mistyped(random: &mut impl FnMut(usize) -> usize, mut long: String) -> String {
    if random(3) == 0 {
        long.truncate(2 + random(long.len() - 1));
    }
    if random(10) == 0 {
        // Not a hyphen: with one, `--cgroup` is a prefix of `--cgroup-limit`.
        long.push(['x', 'z', 'q', '='][random(4)]);
    }
    long
}

/// Asserts that no command line drawn by this seed had another result than the original's; shows the first of them.
///
/// # Panics
/// If there is one.
#[track_caller]
pub fn assert_no_differences(seed: u64, differences: &[String]) {
    let shown = &differences[..differences.len().min(20)];
    assert!(
        differences.is_empty(),
        "seed {seed}, {} differences\n{}",
        differences.len(),
        shown.join("\n")
    );
}

/// Opens a file that every write to fails with ENOSPC, `full(4)`.
///
/// # Panics
/// If the machine lacks it.
#[must_use]
pub fn full_device() -> File {
    let opened = File::options().write(true).open("/dev/full");
    opened.expect("every machine has /dev/full")
}

#[cfg(test)]
mod tests {
    use super::{command_lines, seeded_numbers};

    #[test]
    fn a_line_has_the_words_that_a_shell_reads() {
        let file = "# remark\n\na  'b c'\"d\" '' \"it's\"\n";
        assert_eq!(command_lines(file), [["a", "b cd", "", "it's"]]);
    }

    #[test]
    fn a_seed_draws_the_same_numbers_again() {
        let drawn = |seed| {
            let mut random = seeded_numbers(seed);
            [random(1000), random(1000), random(1000)]
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }
}
