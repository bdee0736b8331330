//! The notices that the licences of linked crates require to be passed on with the programs.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::{LinkedCrate, linked_crates};
use crate::toolchain::Linkage;

const HEADER: &str = "\
The programs of nsutils contain the crates below, each under the licence that stands with it, and parts of the Rust
standard library, Copyright (c) The Rust Project Contributors, which is licensed under MIT OR Apache-2.0.
";

/// What a static program contains besides.
const MUSL: &str = "
=== musl, MIT, https://musl.libc.org

Copyright (c) 2005-2020 Rich Felker, et al.

";

/// Returns the notices of everything that is linked in from elsewhere.
///
/// # Errors
/// That the crates cannot be read; that one has no file with its licence.
pub(crate) fn notices(linkage: Linkage) -> Result<Vec<u8>> {
    let mut text = HEADER.to_owned();
    let linked = linked_crates(linkage)?;
    for linked_crate in linked.values().filter(|linked_crate| !linked_crate.is_own) {
        let LinkedCrate {
            name,
            version,
            licence,
            repository,
            ..
        } = linked_crate;
        text += &format!("\n=== {name} {version}, {licence}, {repository}\n\n");
        text += &licence_text(linked_crate).with_context(|| format!("the licence of {name}"))?;
    }
    if linkage != Linkage::Dynamic {
        let mit = include_str!("../../LICENSE-MIT");
        let (_, permission) = mit
            .split_once("Permission is")
            .context("LICENSE-MIT is another licence")?;
        text += &format!("{MUSL}Permission is{permission}");
    }
    Ok(text.into_bytes())
}

/// The text of the MIT licence where that may be chosen and has a file of its own, else all that stands there.
fn licence_text(linked_crate: &LinkedCrate) -> Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(&linked_crate.directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let begins = |word| name.to_uppercase().starts_with(word);
        if ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"]
            .into_iter()
            .any(begins)
        {
            names.push(name);
        }
    }
    ensure!(
        !names.is_empty(),
        "no file in {}",
        linked_crate.directory.display()
    );
    names.sort();
    if let Some(mit) = names
        .iter()
        .position(|name| name.to_uppercase().ends_with("-MIT"))
    {
        names = vec![names.swap_remove(mit)];
    }
    let mut text = String::new();
    for name in names {
        let part = fs::read_to_string(linked_crate.directory.join(name))?;
        text += &format!("{}\n", part.trim_matches('\n').replace('\r', ""));
    }
    Ok(text)
}
