//! The list of files that are installed, each with its path in the installed system, `hier(7)`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tools::{MULTICALL, TOOLS, man_page, original};

use super::options::Options;
use crate::linked_crates::{notices, sbom};
use crate::toolchain::Linkage;
use crate::{po, workspace};

/// What is read with the programs, below share/doc/nsutils.
const TEXTS: [&str; 5] = [
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
];

/// A file to install, and what it is made of.
pub(super) enum Source {
    /// A copy of a text.
    Text(PathBuf),
    /// A copy of a program, perhaps without its symbols.
    Program(PathBuf, bool),
    /// A symbolic link to this.
    Link(PathBuf),
    /// What this function returns for programs that are linked so.
    Document(fn(Linkage) -> Result<Vec<u8>>, Linkage),
    /// The catalogue of this language.
    Catalogue(&'static str),
}

/// A file to install, by its path in the installed system.
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) source: Source,
}

/// Returns everything that is installed, the programs being in the directory `built`.
pub(super) fn entries(built: &Path, options: &Options) -> Vec<Entry> {
    let mut entries = Vec::new();
    for tool in TOOLS {
        if options.multicall {
            entries.push(link_to_multicall(tool.name, options));
        } else {
            let path = options.program_dir(tool.name).join(tool.name);
            entries.push(program(path, built.join(tool.name), options));
        }
        entries.push(text(
            manual_path(tool.name, tool.name, options),
            &man_page(tool.name),
        ));
        entries.extend(completions(tool.name, options));
        if options.as_originals {
            entries.extend(original_entries(tool.name, options));
        }
    }
    if options.multicall {
        let name = MULTICALL.name;
        entries.push(program(
            options.program_dir(name).join(name),
            built.join(name),
            options,
        ));
        entries.push(text(manual_path(name, name, options), &man_page(name)));
        entries.extend(completions(name, options));
    }
    entries.push(text(
        options.path("share/man/man7/nsutils.7"),
        "man/nsutils.7",
    ));
    entries.extend(TEXTS.map(|name| text(options.path("share/doc/nsutils").join(name), name)));
    entries.push(document("NOTICES", notices, options));
    entries.push(document("nsutils.cdx.json", sbom, options));
    entries.extend(po::LANGUAGES.map(|language| {
        let page = format!("man/{language}/man7/nsutils.7");
        text(options.path("share").join(&page), &page)
    }));
    entries.extend(po::LANGUAGES.map(|language| Entry {
        path: options.path(format!("share/locale/{language}/LC_MESSAGES/nsutils.mo")),
        source: Source::Catalogue(language),
    }));
    entries
}

/// The original's name for a program, for its man page and for its completions.
fn original_entries(tool: &str, options: &Options) -> Vec<Entry> {
    let name = original(tool);
    let page = manual_path(tool, tool, options);
    let mut entries = vec![
        link(options.program_dir(tool).join(name), tool),
        link(
            manual_path(tool, name, options),
            page.file_name().unwrap_or_default(),
        ),
    ];
    entries.extend(completions(name, options));
    entries
}

fn completions(name: &str, options: &Options) -> Vec<Entry> {
    let entry = |(shell, path)| text(path, &format!("completions/{name}.{shell}"));
    options.completions(name).map(entry).into()
}

fn link_to_multicall(tool: &str, options: &Options) -> Entry {
    let (directory, file) = (
        options.program_dir(tool),
        options.program_dir(MULTICALL.name),
    );
    link(
        directory.join(tool),
        relative(&directory, &file).join(MULTICALL.name),
    )
}

/// Returns the man page of a program under this name.
fn manual_path(tool: &str, name: &str, options: &Options) -> PathBuf {
    let page = man_page(tool);
    let (_, section) = page.rsplit_once('.').unwrap_or_default();
    options.path(format!("share/man/man{section}/{name}.{section}"))
}

/// Returns the path from one directory to another, both absolute.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from.components().zip(to.components());
    let common = common.take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| Path::new(".."));
    let down = to
        .components()
        .skip(common)
        .map(|part| Path::new(part.as_os_str()));
    up.chain(down).collect()
}

fn program(path: PathBuf, from: PathBuf, options: &Options) -> Entry {
    let source = Source::Program(from, options.strips);
    Entry { path, source }
}

/// A file of the repository that is read.
fn text(path: PathBuf, from: &str) -> Entry {
    let source = Source::Text(workspace().join(from));
    Entry { path, source }
}

/// What is said of the crates that are linked in.
fn document(name: &str, make: fn(Linkage) -> Result<Vec<u8>>, options: &Options) -> Entry {
    Entry {
        path: options.path("share/doc/nsutils").join(name),
        source: Source::Document(make, options.linkage),
    }
}

fn link(path: PathBuf, to: impl Into<PathBuf>) -> Entry {
    let source = Source::Link(to.into());
    Entry { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_from_one_directory_to_the_other() {
        for (from, to, expected) in [
            ("/usr/sbin", "/usr/bin", "../bin"),
            ("/usr/bin", "/usr/bin", ""),
            ("/sbin", "/usr/local/bin", "../usr/local/bin"),
        ] {
            assert_eq!(relative(from.as_ref(), to.as_ref()), Path::new(expected));
        }
    }
}
