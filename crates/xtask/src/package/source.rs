//! What a distribution builds from without a network: a tarball with the crates in it, Debian's source package, and the
//! recipes of other distributions with the checksum filled in.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Directories, VERSION, add_debian, copy_sources, epoch};
use crate::toolchain::{cargo_command, output};
use crate::workspace;

/// What has cargo find the crates in the tarball.
const REPLACEMENT: &str = r#"
[source.crates-io]
replace-with = "vendored-sources"

[source.vendored-sources]
directory = "vendor"
"#;

/// How other distributions build it, below `crates/xtask/packaging`; each has this word for the checksum of this tool.
const RECIPES: [(&str, &str); 3] = [
    ("rpm/nsutils.spec", "sha256sum"),
    ("arch/PKGBUILD", "sha256sum"),
    ("alpine/APKBUILD", "sha512sum"),
];
const CHECKSUM: &str = "SKIP";

/// Makes all of them.
pub(super) fn make(directories: &Directories) -> Result<()> {
    let (sources, epoch) = (directories.sources(), epoch()?);
    copy_sources(&sources)?;
    let mut vendor = cargo_command();
    vendor.args(["vendor", "--locked", "--versioned-dirs", "--quiet"]);
    output(vendor.arg(sources.join("vendor")).current_dir(workspace()))?;
    let config = sources.join(".cargo/config.toml");
    fs::write(&config, fs::read_to_string(&config)? + REPLACEMENT)?;
    let tarball = directories
        .packages
        .join(format!("nsutils-{VERSION}.tar.xz"));
    pack(&sources, &tarball, &epoch)?;
    for (recipe, tool) in RECIPES {
        write_recipe(recipe, tool, &tarball)?;
    }
    make_debian_source(directories, &tarball, &epoch)
}

/// Packs a directory so that the same files give the same bytes, by whomever and whenever they were written.
fn pack(directory: &Path, tarball: &Path, epoch: &str) -> Result<()> {
    let mut tar = Command::new("tar");
    tar.args([
        "--create",
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--format=gnu",
    ]);
    tar.args([
        "--mode=u=rwX,go=rX",
        "--use-compress-program=xz --threads=1",
    ]);
    tar.arg(format!("--mtime=@{epoch}"))
        .arg("--file")
        .arg(tarball);
    tar.current_dir(directory.parent().context("a directory in no other")?);
    output(tar.arg(directory.file_name().unwrap_or_default()))?;
    Ok(())
}

/// Writes a recipe beside the tarball.
fn write_recipe(recipe: &str, tool: &str, tarball: &Path) -> Result<()> {
    let text = fs::read_to_string(workspace().join("crates/xtask/packaging").join(recipe))?;
    let sum = output(Command::new(tool).arg(tarball))?;
    let sum = sum.split_whitespace().next().unwrap_or_default();
    let name = Path::new(recipe).file_name().unwrap_or_default();
    fs::write(tarball.with_file_name(name), text.replace(CHECKSUM, sum))?;
    Ok(())
}

/// Makes Debian's source package, `.dsc` and what belongs to it.
fn make_debian_source(directories: &Directories, tarball: &Path, epoch: &str) -> Result<()> {
    let original = format!("nsutils_{VERSION}.orig.tar.xz");
    fs::hard_link(tarball, directories.packages.join(original))?;
    let sources = directories.sources();
    let copyright = add_debian(&sources)?.join("copyright");
    fs::write(
        &copyright,
        fs::read_to_string(&copyright)? + &vendored_copyright()?,
    )?;
    let mut build = Command::new("dpkg-source");
    build
        .arg("--build")
        .arg(&sources)
        .env("SOURCE_DATE_EPOCH", epoch);
    output(build.current_dir(&directories.packages))
        .context("on Debian, with what `apt-get install dpkg-dev` installs")?;
    Ok(())
}

/// Returns the paragraphs of Debian's copyright file for the crates of others in the tarball.
fn vendored_copyright() -> Result<String> {
    let mut cargo = cargo_command();
    cargo.args(["metadata", "--format-version", "1", "--locked"]);
    let metadata: Value = serde_json::from_str(&output(cargo.current_dir(workspace()))?)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let (mut text, mut licences) = (String::new(), BTreeSet::new());
    for package in packages.filter(|package| !package["source"].is_null()) {
        let value = |key: &str| package[key].as_str().unwrap_or_default();
        let (name, licence) = (value("name"), debian_licence(value("license")));
        let directory = format!("vendor/{name}-{}", value("version"));
        let authors = package["authors"].as_array().into_iter().flatten();
        let authors: Vec<&str> = authors.filter_map(Value::as_str).collect();
        let authors = match authors.is_empty() {
            true => format!("the authors of {name}"),
            false => authors.join(", "),
        };
        text += &format!("\nFiles: {directory}/*\nCopyright: {authors}\nLicense: {licence}\n");
        licences.extend(names(&licence).map(str::to_owned));
    }
    // These have paragraphs of their own.
    for licence in licences
        .iter()
        .filter(|name| !["Expat", "Apache-2.0"].contains(&name.as_str()))
    {
        text += &format!(
            "\nLicense: {licence}\n The text is in the files LICENSE* and COPYING of the crates that name it.\n"
        );
    }
    Ok(text)
}

/// Returns an SPDX expression as Debian writes it: a comma is where SPDX has parentheses.
fn debian_licence(expression: &str) -> String {
    let words = expression.replace("MIT", "Expat").replace('/', " or ");
    let words = words
        .replace(" OR ", " or ")
        .replace(") AND ", ", and ")
        .replace(" AND ", " and ");
    words
        .replace(" WITH LLVM-exception", " with LLVM exception")
        .replace(['(', ')'], "")
}

/// Returns the names in it.
fn names(licence: &str) -> impl Iterator<Item = &str> {
    let parts = licence.split(" or ").flat_map(|part| part.split(" and "));
    parts.map(|name| name.trim_end_matches(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_named_as_debian_names_them() {
        for (expression, expected) in [
            ("MIT/Apache-2.0", "Expat or Apache-2.0"),
            (
                "(MIT OR Apache-2.0) AND Unicode-3.0",
                "Expat or Apache-2.0, and Unicode-3.0",
            ),
            (
                "Apache-2.0 WITH LLVM-exception OR MIT",
                "Apache-2.0 with LLVM exception or Expat",
            ),
        ] {
            assert_eq!(debian_licence(expression), expected);
        }
        let all: Vec<_> = names("Expat or Apache-2.0, and Unicode-3.0").collect();
        assert_eq!(all, ["Expat", "Apache-2.0", "Unicode-3.0"]);
    }

    #[test]
    fn every_recipe_has_a_place_for_the_checksum() {
        for (recipe, _) in RECIPES {
            let path = workspace().join("crates/xtask/packaging").join(recipe);
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{recipe}: {error}"));
            let places = text.matches(CHECKSUM).count();
            assert_eq!(places, usize::from(!recipe.starts_with("rpm")), "{recipe}");
        }
    }
}
