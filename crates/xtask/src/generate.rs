//! The files that follow from the programs' tables of options: completions for three shells, and the headings of the
//! options in the man pages. They are committed, so that packaging needs no Rust program to run, and a test holds them
//! to the tables.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap_complete::Shell;
use tools::{MULTICALL, TOOLS, man_page, multicall_names, original};

use crate::{complete, man, workspace};

/// What mends a stale file.
const MEND: &str = "cargo run -p xtask -- generate";

const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// A file that is not as it should be.
struct Stale {
    /// Its path in the workspace.
    path: String,
    /// What it should hold.
    text: String,
}

/// Writes what is stale, and reports what that was.
///
/// # Errors
/// That a file cannot be read or written; that a man page has text for which there is no option any more.
pub(crate) fn write() -> Result<String> {
    let mut report = String::new();
    for Stale { path, text } in stale()? {
        fs::write(in_workspace(&path), text).with_context(|| path.clone())?;
        report += &format!("wrote {path}\n");
    }
    Ok(report)
}

/// Changes nothing, and has nothing to tell.
///
/// # Errors
/// That files are stale, with their names and the command that mends them; as [`write()`].
pub(crate) fn check() -> Result<String> {
    let stale: Vec<_> = stale()?.into_iter().map(|stale| stale.path).collect();
    ensure!(
        stale.is_empty(),
        "stale: {}; mend with: {MEND}",
        stale.join(" ")
    );
    Ok(String::new())
}

fn stale() -> Result<Vec<Stale>> {
    let mut all = Vec::new();
    for shell in SHELLS {
        let path = format!("completions/{}.{shell}", MULTICALL.name);
        let text = complete::multicall::script(&(MULTICALL.command)(), &multicall_names(), shell);
        all.push((read_if_present(&path)?, Stale { path, text }));
    }
    for tool in TOOLS {
        let command = (tool.command)();
        let name = command.get_name();
        for shell in SHELLS {
            let path = format!("completions/{name}.{shell}");
            let text = complete::script(tool, shell)?;
            all.push((read_if_present(&path)?, Stale { path, text }));
            let original = original(name);
            let path = format!("completions/{original}.{shell}");
            let text = complete::script_of_original(name, original, shell);
            all.push((read_if_present(&path)?, Stale { path, text }));
        }
    }
    for tool in TOOLS.iter().chain([&MULTICALL]) {
        let command = (tool.command)();
        let path = man_page(command.get_name());
        let page = read_if_present(&path)?;
        let old = page.clone().unwrap_or_else(|| man::skeleton(&command));
        let text = man::refreshed(&old, &command, tool.family).with_context(|| path.clone())?;
        all.push((page, Stale { path, text }));
    }
    let differ = all
        .into_iter()
        .filter(|(found, wanted)| found.as_ref() != Some(&wanted.text));
    Ok(differ.map(|(_, wanted)| wanted).collect())
}

/// Returns what the file holds now, if it is there.
fn read_if_present(path: &str) -> Result<Option<String>> {
    match fs::read_to_string(in_workspace(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.to_owned()),
    }
}

fn in_workspace(path: &str) -> PathBuf {
    workspace().join(path)
}
