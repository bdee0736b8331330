//! Installing: the programs, their man pages, their completions and the licence below a prefix, where the file
//! hierarchy of a system has them, `hier(7)`. Uninstalling takes away the same list and nothing else.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tools::{MULTICALL, TOOLS, man_page, original};

use crate::release::{PROGRAMS, build, build_static};
use crate::{po, workspace};

/// What the command line says.
struct Request {
    /// Where the system's root is while it is put together.
    destdir: PathBuf,
    prefix: PathBuf,
    as_originals: bool,
    linked: bool,
    /// Whether one file is installed, and links to it for the programs.
    multicall: bool,
}

/// A file to install, and what it is made of.
enum Source {
    /// A copy, with these permissions.
    Copy(PathBuf, u32),
    /// A symbolic link to this.
    Link(PathBuf),
    /// The catalogue of this language.
    Catalogue(&'static str),
}

/// A file to install, by its path below the prefix.
struct Entry {
    path: PathBuf,
    source: Source,
}

/// Installs as the words after `install` say: `[--destdir DIR] [--prefix DIR] [--as-originals] [--static]
/// [--multicall]`, the prefix being /usr/local unless another is named.
///
/// # Errors
/// That the build fails, or that a file cannot be written; files that were installed before it stay.
pub(crate) fn install(words: &[&str]) -> Result<String> {
    let request = Request::from_words(words)?;
    let names: &[&str] = match request.multicall {
        true => &[MULTICALL.name],
        false => &PROGRAMS,
    };
    let programs = if request.linked {
        build(names)?
    } else {
        build_static(names)?
    };
    let mut report = String::new();
    for entry in entries(&programs, &request) {
        let path = request.place(&entry.path);
        put(&entry.source, &path).with_context(|| path.display().to_string())?;
        report += &format!("{}\n", path.display());
    }
    Ok(report)
}

/// Takes away what [`install`] with the same words has installed, and the directories that are empty then.
///
/// # Errors
/// That a file cannot be removed.
pub(crate) fn uninstall(words: &[&str]) -> Result<String> {
    let request = Request::from_words(words)?;
    let mut report = String::new();
    for entry in entries(Path::new(""), &request) {
        let path = request.place(&entry.path);
        match fs::remove_file(&path) {
            Ok(()) => report += &format!("{}\n", path.display()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        }
        // The prefix itself is not ours to remove.
        let above = entry.path.ancestors().skip(1);
        for directory in above.take_while(|directory| !directory.as_os_str().is_empty()) {
            if fs::remove_dir(request.place(directory)).is_err() {
                break;
            }
        }
    }
    Ok(report)
}

impl Request {
    fn from_words(words: &[&str]) -> Result<Request> {
        let mut request = Request {
            destdir: PathBuf::new(),
            prefix: PathBuf::from("/usr/local"),
            as_originals: false,
            linked: true,
            multicall: false,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--destdir" => request.destdir = value(word, words.next())?,
                "--prefix" => request.prefix = value(word, words.next())?,
                "--as-originals" => request.as_originals = true,
                "--static" => request.linked = false,
                "--multicall" => request.multicall = true,
                other => bail!("{other} is no option of install"),
            }
        }
        ensure!(
            request.prefix.is_absolute(),
            "--prefix takes an absolute path"
        );
        Ok(request)
    }

    /// Returns where a file goes: below the prefix, and that below the destination.
    fn place(&self, path: &Path) -> PathBuf {
        let prefix = self.prefix.strip_prefix("/").unwrap_or(&self.prefix);
        let root = match self.destdir.as_os_str().is_empty() {
            true => Path::new("/"),
            false => &self.destdir,
        };
        root.join(prefix).join(path)
    }
}

fn value(option: &str, word: Option<&&str>) -> Result<PathBuf> {
    word.map(PathBuf::from)
        .with_context(|| format!("{option} takes a directory"))
}

/// Everything that is installed.
fn entries(programs: &Path, request: &Request) -> Vec<Entry> {
    let as_originals = request.as_originals;
    let mut entries = Vec::new();
    let mut copy = |path: String, from: PathBuf, mode| {
        entries.push(Entry {
            path: path.into(),
            source: Source::Copy(from, mode),
        });
    };
    let mut links = Vec::new();
    for tool in TOOLS {
        let command = (tool.command)();
        let (name, page) = (command.get_name(), man_page(command.get_name()));
        if !request.multicall {
            let path = format!("{}/{name}", directory(name));
            copy(path, programs.join(name), 0o755);
        }
        for (shell, place) in completions(name) {
            copy(
                place,
                workspace().join(format!("completions/{name}.{shell}")),
                0o644,
            );
        }
        let (_, section) = page.rsplit_once('.').unwrap_or_default();
        copy(
            format!("share/man/man{section}/{name}.{section}"),
            workspace().join(&page),
            0o644,
        );
        let original = original(name);
        links.push((format!("{}/{original}", directory(name)), name.to_owned()));
        let page = format!("share/man/man{section}/{original}.{section}");
        links.push((page, format!("{name}.{section}")));
        for (shell, place) in completions(original).into_iter().filter(|_| as_originals) {
            copy(
                place,
                workspace().join(format!("completions/{original}.{shell}")),
                0o644,
            );
        }
    }
    copy(
        "share/man/man7/nsutils.7".to_owned(),
        workspace().join("man/nsutils.7"),
        0o644,
    );
    for text in [
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "README.zh-CN.md",
        "CHANGELOG.md",
    ] {
        copy(
            format!("share/doc/nsutils/{text}"),
            workspace().join(text),
            0o644,
        );
    }
    for language in po::LANGUAGES {
        let page = format!("man/{language}/man7/nsutils.7");
        copy(format!("share/{page}"), workspace().join(&page), 0o644);
    }
    entries.extend(po::LANGUAGES.map(|language| Entry {
        path: format!("share/locale/{language}/LC_MESSAGES/nsutils.mo").into(),
        source: Source::Catalogue(language),
    }));
    if request.multicall {
        entries.extend(multicall_entries(programs));
    }
    if as_originals {
        entries.extend(links.into_iter().map(|(path, to)| Entry {
            path: path.into(),
            source: Source::Link(to.into()),
        }));
    }
    entries
}

/// The one file, its man page and completions, and a link to it for each program.
fn multicall_entries(programs: &Path) -> Vec<Entry> {
    let name = MULTICALL.name;
    let copy = |path: String, from: PathBuf, mode| Entry {
        path: path.into(),
        source: Source::Copy(from, mode),
    };
    let mut entries = vec![
        copy(format!("bin/{name}"), programs.join(name), 0o755),
        copy(
            format!("share/man/man1/{name}.1"),
            workspace().join(man_page(name)),
            0o644,
        ),
    ];
    for (shell, place) in completions(name) {
        let script = workspace().join(format!("completions/{name}.{shell}"));
        entries.push(copy(place, script, 0o644));
    }
    for tool in TOOLS {
        let to = match directory(tool.name) {
            "bin" => PathBuf::from(name),
            _ => Path::new("../bin").join(name),
        };
        entries.push(Entry {
            path: Path::new(directory(tool.name)).join(tool.name),
            source: Source::Link(to),
        });
    }
    entries
}

/// Returns where the original of a program is: what changes the root is for whoever runs the machine.
fn directory(name: &str) -> &'static str {
    if name == "rchroot" { "sbin" } else { "bin" }
}

/// The extension of a completion's file here, and where its shell looks for it.
fn completions(name: &str) -> [(&'static str, String); 3] {
    [
        ("bash", format!("share/bash-completion/completions/{name}")),
        ("zsh", format!("share/zsh/site-functions/_{name}")),
        (
            "fish",
            format!("share/fish/vendor_completions.d/{name}.fish"),
        ),
    ]
}

/// Puts one file in its place, whatever is there.
fn put(source: &Source, path: &Path) -> Result<()> {
    let inside = !path.components().any(|part| part == Component::ParentDir);
    ensure!(inside, "a path with .. in it");
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    // A program that runs cannot be written to, but its name can be given to another.
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    match source {
        Source::Link(to) => symlink(to, path)?,
        Source::Catalogue(language) => {
            fs::write(path, po::compile(language)?)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
        }
        Source::Copy(from, mode) => {
            fs::copy(from, path).with_context(|| from.display().to_string())?;
            fs::set_permissions(path, fs::Permissions::from_mode(*mode))?;
        }
    }
    Ok(())
}
