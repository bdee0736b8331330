//! SECURITY.md promises nothing that no test holds it to.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::workspace;

fn text(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The promises: what is in bold at the beginning of each point of the first section.
fn promises(security: &str) -> Vec<&str> {
    let section = security.split("\n## ").nth(1).expect("what is promised");
    let points = section.split("\n- ").skip(1);
    let bold = points.map(|point| point.strip_prefix("**")?.split_once(".**"));
    bold.map(|found| found.expect("a point begins in bold").0)
        .collect()
}

/// The rows of the table: a promise, and its tests by file and name.
fn rows(security: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let table = security.split("\n## ").last().expect("a table");
    let rows = table.lines().skip_while(|line| !line.starts_with("|---"));
    let cells = rows.skip(1).filter(|line| line.starts_with('|'));
    cells
        .map(|row| {
            let mut cells = row.trim_matches('|').split(" | ");
            let promise = cells.next().expect("a promise").trim();
            let tests = cells.next().expect("its tests").split('`');
            let tests = tests.filter_map(|name| name.split_once(": ")).collect();
            (promise, tests)
        })
        .collect()
}

#[test]
fn every_promise_has_tests_that_exist() {
    let security = text("SECURITY.md");
    let rows = rows(&security);
    let named: Vec<&str> = rows.iter().map(|(promise, _)| *promise).collect();
    assert_eq!(promises(&security), named);
    for (promise, tests) in rows {
        assert!(!tests.is_empty(), "{promise}");
        for (file, test) in tests {
            let found = text(file).contains(&format!("#[test]\nfn {test}() {{"));
            assert!(found, "{promise}: {file} has no test {test}");
        }
    }
}

/// Every Rust file below this directory.
fn rust_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        match path.extension() {
            _ if path.is_dir() => rust_files(&path, found),
            Some(extension) if extension == "rs" => found.push(path),
            _ => {}
        }
    }
}

#[test]
fn unsafe_code_stands_in_one_folder_and_the_macro_of_main() {
    let crates = workspace().join("crates");
    let (mut inside, mut checked) = (0, 0);
    for name in [
        "core",
        "smartcols",
        "runshare",
        "rnsenter",
        "rlsns",
        "rchroot",
        "nsutils",
        "xtask",
    ] {
        let mut files = Vec::new();
        rust_files(&crates.join(name).join("src"), &mut files);
        for file in files {
            let source = fs::read_to_string(&file).expect("a source file");
            let code = source.lines().map(|line| line.trim_start());
            let code = code.filter(|line| !line.starts_with("//"));
            let words = [
                "unsafe {",
                "unsafe fn",
                "unsafe impl",
                "unsafe extern",
                "unsafe(",
            ];
            let mut uses = code.filter(|line| words.iter().any(|word| line.contains(word)));
            if file.starts_with(crates.join("core/src/sys")) {
                inside += uses.count();
                continue;
            }
            checked += 1;
            if !file.ends_with("core/src/cli/entry.rs") {
                assert_eq!(uses.next(), None, "{}", file.display());
            }
        }
    }
    assert!(inside > 0 && checked > 100, "{inside}, {checked}");
}
