//! The inputs of a fuzz target and variations of them.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::test_input::seeded_numbers;

const VARIATIONS: usize = 1000;
/// The most bytes that one change takes, and adds.
const CHANGE: usize = 16;

/// Runs the target of this name on its inputs, and on variations of them that differ from run to run.
///
/// # Panics
/// Where what the target says does not hold; the message ends with the input.
pub fn check_target(name: &str, target: impl Fn(&[u8])) {
    // Cargo runs the tests of a crate in its directory.
    let directory = Path::new("fuzz/__fuzz__").join(name);
    let corpus = inputs(&directory.join("corpus"));
    assert!(!corpus.is_empty(), "no input in {}", directory.display());
    let found = inputs(&directory.join("crashes"));
    for input in corpus.iter().chain(&found) {
        run(name, &target, input);
    }
    let mut random = seeded_numbers(RandomState::new().build_hasher().finish());
    for _ in 0..VARIATIONS {
        let mut input = corpus[random(corpus.len())].clone();
        let other = &corpus[random(corpus.len())];
        for _ in 0..=random(4) {
            change(&mut input, other, &mut random);
        }
        run(name, &target, &input);
    }
}

/// The contents of a directory's files, none where there is no such directory.
fn inputs(directory: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let files = entries.map(|entry| entry.expect("the directory can be read").path());
    let contents = files.map(|file| fs::read(file).expect("an input can be read"));
    contents.collect()
}

fn run(name: &str, target: impl Fn(&[u8]), input: &[u8]) {
    let holds = catch_unwind(AssertUnwindSafe(|| target(input))).is_ok();
    let shown = input.escape_ascii();
    assert!(holds, "what {name} says does not hold for b\"{shown}\"");
}

/// Puts a piece of `other` or random bytes in place of a piece of `input`.
fn change(input: &mut Vec<u8>, other: &[u8], random: &mut impl FnMut(usize) -> usize) {
    let start = random(input.len() + 1);
    let end = (start + random(CHANGE)).min(input.len());
    let length = random(CHANGE);
    let piece: Vec<u8> = if random(2) == 0 {
        let from = random(other.len() + 1);
        other.iter().copied().skip(from).take(length).collect()
    } else {
        let bytes = (0..length).map(|_| random(256).to_le_bytes()[0]);
        bytes.collect()
    };
    input.splice(start..end, piece);
}
