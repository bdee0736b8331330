//! What `cargo run -p xtask -- install` puts where, and that nothing of it is left after `uninstall`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use serde_json::Value;
use testkit::{Scratch, Tool};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// Does a chore, which may have to build the programs first, in the environment that cargo was called in.
fn xtask(words: &[&str]) {
    let outcome = xtask_tool().args(words).run();
    assert_eq!(outcome.code(), 0, "{outcome}");
}

fn xtask_tool() -> Tool {
    let tool = Tool::new(XTASK).timeout(Duration::from_secs(900));
    env::vars_os().fold(tool, |tool, (name, value)| tool.env(name, value))
}

/// Does what is to be refused, and returns what is written about it.
fn refused(words: &[&str], compiler: &Path) -> String {
    let outcome = xtask_tool().args(words).env("RUSTC", compiler).run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert!(outcome.stdout.is_empty(), "{outcome}");
    String::from_utf8(outcome.stderr).expect("it writes UTF-8")
}

/// Every file and link below a directory, relative to it.
fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("a directory") {
            let path: PathBuf = entry.expect("an entry").path();
            let kind = fs::symlink_metadata(&path).expect("it is there");
            if kind.is_dir() {
                directories.push(path);
            } else {
                let path = path.strip_prefix(root).expect("below it");
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn everything_is_installed_and_goes_again() {
    let scratch = Scratch::new();
    let root = scratch.path().join("root");
    let destination = root.to_str().expect("its name is ours");
    let words = ["--destdir", destination, "--prefix", "/usr"];
    let all = |chore| [&[chore], &words[..], &["--as-originals"]].concat();
    // Somebody else's file stays, and so does its directory.
    fs::create_dir_all(root.join("usr/bin")).expect("a directory");
    fs::write(root.join("usr/bin/other"), "").expect("a file");
    xtask(&all("install"));
    let installed = files(&root);
    for (name, original, directory, section) in [
        ("runshare", "unshare", "bin", 1),
        ("rnsenter", "nsenter", "bin", 1),
        ("rlsns", "lsns", "bin", 8),
        ("rchroot", "chroot", "sbin", 8),
    ] {
        for path in [
            format!("usr/{directory}/{name}"),
            format!("usr/{directory}/{original}"),
            format!("usr/share/man/man{section}/{name}.{section}"),
            format!("usr/share/man/man{section}/{original}.{section}"),
            format!("usr/share/bash-completion/completions/{name}"),
            format!("usr/share/zsh/site-functions/_{name}"),
            format!("usr/share/fish/vendor_completions.d/{name}.fish"),
        ] {
            assert!(installed.contains(&path), "{path}: {installed:#?}");
        }
        let program = root.join("usr").join(directory).join(original);
        let version = Tool::new(program).arg("--version").run().ok().out();
        assert!(version.starts_with(original), "{version}");
        assert!(version.contains("nsutils"), "{version}");
    }
    for path in [
        "doc/nsutils/LICENSE-MIT",
        "doc/nsutils/LICENSE-APACHE",
        "man/man7/nsutils.7",
        "man/zh_CN/man7/nsutils.7",
        "locale/zh_CN/LC_MESSAGES/nsutils.mo",
    ] {
        let path = format!("usr/share/{path}");
        assert!(installed.contains(&path), "{path}: {installed:#?}");
    }
    linked_crates_are_listed(&root.join("usr/share/doc/nsutils"));
    no_path_of_the_machine_is_in(&root.join("usr/bin/runshare"));
    // Again, over what is there.
    xtask(&all("install"));
    assert_eq!(files(&root), installed);
    xtask(&all("uninstall"));
    assert_eq!(files(&root), ["usr/bin/other"]);
    let left = fs::read_dir(root.join("usr")).expect("a directory").count();
    assert_eq!(left, 1);
}

/// Panics and debug symbols name source files: where they were on the machine that built them is nobody's business, and
/// would make two builds differ. A configuration that has flags for a target is left as it is.
fn no_path_of_the_machine_is_in(program: &Path) {
    let bytes = fs::read(program).expect("it is installed");
    let found = |text: &str| {
        let text = text.as_bytes();
        bytes.windows(text.len()).any(|window| window == text)
    };
    assert!(found("/rustc/"), "no path is in the program");
    assert!(
        found("/usr/share/cargo/registry/"),
        "the paths of crates are not mapped"
    );
    let workspace = testkit::workspace().display().to_string();
    for directory in [&*workspace, "/.cargo/registry", "/.rustup/"] {
        assert!(!found(directory), "{directory} is in the program");
    }
}

/// The crates that allow their use only with their notice have it here; what tests are built of is in no program.
fn linked_crates_are_listed(documents: &Path) {
    let notices = fs::read_to_string(documents.join("NOTICES")).expect("notices");
    for (name, copyright) in [
        ("nix", "Carl Lerche"),
        ("uzers", "Benjamin Sago"),
        ("memoffset", "Gilad Naaman"),
    ] {
        let (_, notice) = notices.split_once(&format!("\n=== {name} ")).expect(name);
        let notice = notice.split("\n=== ").next().expect("it has a beginning");
        assert!(
            notice.contains(copyright) && notice.contains("Permission is hereby"),
            "{notice}"
        );
    }
    assert!(!notices.contains("=== proptest"), "{notices}");
    let bill = fs::read(documents.join("nsutils.cdx.json")).expect("a bill of materials");
    let bill: Value = serde_json::from_slice(&bill).expect("it is JSON");
    let components = bill["components"].as_array().expect("a list");
    let hash = |name: &str| {
        let component = components
            .iter()
            .find(|component| component["name"] == name);
        component.map(|component| component["hashes"][0]["content"].as_str().map(str::len))
    };
    assert_eq!(
        [hash("anyhow"), hash("smartcols"), hash("testkit")],
        [Some(Some(64)), Some(None), None]
    );
    let known = components.iter().chain([&bill["metadata"]["component"]]);
    let known: Vec<&Value> = known.map(|component| &component["bom-ref"]).collect();
    for entry in bill["dependencies"].as_array().expect("a list") {
        let needed = entry["dependsOn"].as_array().expect("a list");
        assert!(known.contains(&&entry["ref"]), "{entry}");
        assert!(needed.iter().all(|one| known.contains(&one)), "{entry}");
    }
}

#[test]
fn without_being_asked_nothing_takes_an_originals_name() {
    let scratch = Scratch::new();
    let root = scratch.path().join("root");
    let destination = root.to_str().expect("its name is ours");
    xtask(&["install", "--destdir", destination]);
    let installed = files(&root);
    assert!(installed.contains(&"usr/local/bin/runshare".to_owned()));
    let taken = installed.iter().find(|path| path.ends_with("/unshare"));
    assert_eq!(taken, None);
}

#[test]
fn one_file_can_stand_for_all_programs() {
    let scratch = Scratch::new();
    let root = scratch.path().join("root");
    let destination = root.to_str().expect("its name is ours");
    let all = |chore| {
        [
            chore,
            "--destdir",
            destination,
            "--multicall",
            "--as-originals",
        ]
    };
    xtask(&all("install"));
    let installed = files(&root);
    for path in [
        "bin/nsutils",
        "share/man/man1/nsutils.1",
        "share/man/man8/rchroot.8",
        "share/bash-completion/completions/nsutils",
        "share/zsh/site-functions/_nsutils",
        "share/fish/vendor_completions.d/nsutils.fish",
    ] {
        let path = format!("usr/local/{path}");
        assert!(
            installed.contains(&path),
            "{path} is missing: {installed:#?}"
        );
    }
    let file = fs::canonicalize(root.join("usr/local/bin/nsutils")).expect("it is installed");
    for tool in tools::multicall_names() {
        let directory = if tool.ends_with("chroot") {
            "sbin"
        } else {
            "bin"
        };
        let link = root.join("usr/local").join(directory).join(tool);
        let target = fs::canonicalize(&link).expect("a link that leads somewhere");
        assert_eq!(target, file, "{tool} leads to another file");
        let version = Tool::new(link).arg("--version").run().ok().out();
        assert!(
            version.starts_with(tool),
            "{tool} shows the version {version}"
        );
    }
    xtask(&all("uninstall"));
    assert_eq!(files(&root), [""; 0], "uninstall has left files");
    what_is_built_is_installed_as_it_is(destination);
}

/// Installs what the test has built, as a packager does, where a distribution has other directories.
fn what_is_built_is_installed_as_it_is(destination: &str) {
    let all = |chore| {
        let words = [
            chore,
            "--destdir",
            destination,
            "--prefix",
            "/usr",
            "--multicall",
            "--no-build",
        ];
        [
            &words[..],
            &[
                "--sbindir",
                "/usr/bin",
                "--zshdir",
                "share/zsh/vendor-completions",
            ],
        ]
        .concat()
    };
    xtask(&all("install"));
    let root = Path::new(destination);
    let link = fs::read_link(root.join("usr/bin/rchroot")).expect("a link beside the others");
    assert_eq!(link, Path::new("nsutils"));
    let installed = files(root);
    assert!(installed.contains(&"usr/share/zsh/vendor-completions/_nsutils".to_owned()));
    let other = installed
        .iter()
        .find(|path| path.contains("sbin") || path.contains("site-functions"));
    assert_eq!(other, None);
    let size = || {
        fs::metadata(root.join("usr/bin/nsutils"))
            .expect("it is installed")
            .len()
    };
    let whole = size();
    xtask(&[&all("install")[..], &["--strip"]].concat());
    assert!(size() < whole, "--strip has left the symbols");
    xtask(&all("uninstall"));
    assert_eq!(files(root), [""; 0], "uninstall has left files");
}

#[test]
fn nothing_is_written_to_the_root_directory_unasked() {
    let compiler = Path::new("/nonexistent/rustc");
    for chore in ["install", "uninstall"] {
        let said = refused(&[chore, "--as-originals"], compiler);
        assert!(
            said.starts_with("xtask: --destdir or --prefix is required\n"),
            "{said}"
        );
        let usage = Tool::new(XTASK).args([chore, "--help"]).run().ok().out();
        assert!(usage.contains("--destdir DIR"), "{usage}");
        assert!(said.trim_end().ends_with(usage.trim_end()), "{said}");
    }
}

#[test]
fn where_musl_is_missing_the_way_to_get_it_is_shown() {
    let scratch = Scratch::new();
    let root = scratch.path().join("root");
    let script = "#!/bin/sh\ncase $1 in\n-vV) echo host: riscv64gc-unknown-linux-gnu;;\n*) echo /nonexistent;;\nesac\n";
    let compiler = scratch.program("rustc", script);
    let destination = root.to_str().expect("its name is ours");
    let said = refused(
        &["install", "--static", "--destdir", destination],
        &compiler,
    );
    let way = "no standard library for riscv64gc-unknown-linux-musl: rustup target add riscv64gc-unknown-linux-musl\n";
    assert!(said.starts_with(&format!("xtask: {way}")), "{said}");
    assert!(!root.exists(), "something was installed");
}
