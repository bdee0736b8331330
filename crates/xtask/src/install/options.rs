//! The command line of `install` and `uninstall`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::toolchain::Linkage;

/// What `cargo xtask install --help` prints.
pub(super) const USAGE: &str = "\
Usage: cargo xtask install|uninstall {--destdir DIR | --prefix DIR} [OPTION...]

  --destdir DIR    install below DIR, which stands for the root directory of the system
  --prefix DIR     the prefix in that system, /usr/local unless given
  --sbindir DIR    the directory of rchroot, sbin unless given; below the prefix unless absolute
  --zshdir DIR     the directory of zsh's completions, share/zsh/site-functions unless given; likewise
  --as-originals   links by the names unshare, nsenter, lsns and chroot as well
  --multicall      one file, nsutils, and links to it instead of four programs
  --static         link statically with musl, at a fixed address: the fastest start
  --static-pie     link statically with musl, at any address
  --no-build       install what cargo build --release with the same target has built
  --strip          without symbols, by the strip(1) that STRIP names. Unless given, debug symbols are
                   left to the tools that make packages; CARGO_PROFILE_RELEASE_DEBUG=true has them made

RUSTFLAGS, CARGO_BUILD_TARGET and the configuration of cargo count as for cargo build. Nothing is
written to the root directory unless --destdir or --prefix is given.
";

/// What the command line says.
#[derive(Debug)]
pub(super) struct Options {
    destdir: PathBuf,
    prefix: PathBuf,
    sbindir: PathBuf,
    zshdir: PathBuf,
    /// Whether the names of the originals are links to the programs.
    pub(super) as_originals: bool,
    pub(super) linkage: Linkage,
    /// Whether one file is installed, and links to it for the programs.
    pub(super) multicall: bool,
    pub(super) is_built: bool,
    /// Whether the symbols are taken out of the programs.
    pub(super) strips: bool,
}

impl Options {
    /// Parses the words behind `install` or `uninstall`.
    ///
    /// # Errors
    /// That a word is no option, that a value is missing or is no directory of an installed system, that neither
    /// `--destdir` nor `--prefix` is among them.
    pub(super) fn parse(words: &[&str]) -> Result<Options> {
        let mut options = Options {
            destdir: PathBuf::from("/"),
            prefix: PathBuf::from("/usr/local"),
            sbindir: PathBuf::from("sbin"),
            zshdir: PathBuf::from("share/zsh/site-functions"),
            as_originals: false,
            linkage: Linkage::Dynamic,
            multicall: false,
            is_built: false,
            strips: false,
        };
        let mut is_placed = false;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            is_placed |= matches!(*word, "--destdir" | "--prefix");
            match *word {
                "--destdir" => options.destdir = value(word, words.next())?,
                "--prefix" => options.prefix = value(word, words.next())?,
                "--sbindir" => options.sbindir = value(word, words.next())?,
                "--zshdir" => options.zshdir = value(word, words.next())?,
                "--as-originals" => options.as_originals = true,
                "--multicall" => options.multicall = true,
                "--static" => options.linkage = Linkage::Static,
                "--static-pie" => options.linkage = Linkage::StaticPie,
                "--no-build" => options.is_built = true,
                "--strip" => options.strips = true,
                other => bail!("{other}: no such option\n\n{USAGE}"),
            }
        }
        ensure!(is_placed, "--destdir or --prefix is required\n\n{USAGE}");
        ensure!(
            options.prefix.is_absolute(),
            "--prefix: not an absolute path"
        );
        Ok(options)
    }

    /// Returns where a file of the installed system is put.
    pub(super) fn place(&self, path: &Path) -> PathBuf {
        self.destdir.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Returns a path of the installed system by its path below the prefix.
    pub(super) fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.prefix.join(below)
    }

    /// Returns the directory of a program, by its own name. What changes the root is for whoever runs the machine.
    pub(super) fn program_dir(&self, name: &str) -> PathBuf {
        match name {
            "rchroot" => self.path(&self.sbindir),
            _ => self.path("bin"),
        }
    }

    /// Returns the extension of each completion's file here, and where its shell looks for it.
    pub(super) fn completions(&self, name: &str) -> [(&'static str, PathBuf); 3] {
        [
            (
                "bash",
                self.path(format!("share/bash-completion/completions/{name}")),
            ),
            ("zsh", self.path(&self.zshdir).join(format!("_{name}"))),
            (
                "fish",
                self.path(format!("share/fish/vendor_completions.d/{name}.fish")),
            ),
        ]
    }

    /// Returns whether a directory of the installed system is below the prefix, and so may go when it is empty.
    pub(super) fn is_below_prefix(&self, directory: &Path) -> bool {
        directory != self.prefix && directory.starts_with(&self.prefix)
    }
}

fn value(option: &str, word: Option<&&str>) -> Result<PathBuf> {
    word.filter(|word| !word.is_empty() && !word.starts_with('-'))
        .map(PathBuf::from)
        .with_context(|| format!("{option}: a directory is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_below_the_prefix_or_absolute() {
        let words = [
            "--destdir",
            "/d",
            "--prefix",
            "/usr",
            "--sbindir",
            "/usr/bin",
            "--zshdir",
            "share/z",
        ];
        let options = Options::parse(&words).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(options.program_dir("rchroot"), Path::new("/usr/bin"));
        let [_, (_, zsh), _] = options.completions("rlsns");
        assert_eq!(options.place(&zsh), Path::new("/d/usr/share/z/_rlsns"));
        assert!(options.is_below_prefix(Path::new("/usr/bin")));
        assert!(!options.is_below_prefix(Path::new("/usr")));
        assert!(!options.is_below_prefix(Path::new("/etc")));
    }

    #[test]
    fn what_would_write_to_the_root_directory_unasked_is_refused() {
        for words in [
            &[][..],
            &["--as-originals"],
            &["--static"],
            &["--sbindir", "/sbin"],
        ] {
            let error = Options::parse(words).map(drop).unwrap_err().to_string();
            assert!(
                error.starts_with("--destdir or --prefix is required"),
                "{words:?}: {error}"
            );
        }
        for words in [
            &["--destdir"][..],
            &["--destdir", ""],
            &["--prefix", "--static"],
            &["--prefix", "usr"],
        ] {
            assert!(Options::parse(words).is_err(), "{words:?}");
        }
    }
}
