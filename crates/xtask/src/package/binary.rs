//! The packages of this machine's processor, made from one build by the tools of the distributions.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};

use super::{Directories, add_debian, copy_sources, epoch};
use crate::toolchain::output;
use crate::workspace;

/// Builds and installs once, with debug symbols, and packs that for Debian and as an `.rpm`.
pub(super) fn make(directories: &Directories) -> Result<()> {
    let tree = directories.work.join("tree");
    let mut install = Command::new(env::current_exe()?);
    install
        .args(["install", "--prefix", "/usr", "--destdir"])
        .arg(&tree);
    // The tools strip the programs, and make packages of the symbols.
    output(install.env("CARGO_PROFILE_RELEASE_DEBUG", "true"))?;
    let epoch = epoch()?;
    make_debs(directories, &tree, &epoch)
        .context("on Debian, with what `apt-get install debhelper dpkg-dev` installs")?;
    make_rpms(directories, &tree, &epoch)
        .context("with what `apt-get install debugedit rpm` or `dnf install rpm-build` installs")
}

/// Nothing is built, so the compiler may be one that is no package.
fn make_debs(directories: &Directories, tree: &Path, epoch: &str) -> Result<()> {
    let sources = directories.sources();
    copy_sources(&sources)?;
    add_debian(&sources)?;
    let mut build = Command::new("dpkg-buildpackage");
    build.args([
        "--build=binary",
        "--no-check-builddeps",
        "--unsigned-changes",
        "--no-pre-clean",
    ]);
    build
        .env("NSUTILS_TREE", tree)
        .env("SOURCE_DATE_EPOCH", epoch);
    build.env("DEB_BUILD_OPTIONS", "nocheck");
    output(build.current_dir(&sources))?;
    for entry in fs::read_dir(&directories.work)? {
        let entry = entry?;
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "deb")
        {
            fs::rename(entry.path(), directories.packages.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn make_rpms(directories: &Directories, tree: &Path, epoch: &str) -> Result<()> {
    let mut build = Command::new("rpmbuild");
    build.args(["-bb", "--quiet", "--nodeps", "--define"]);
    build.arg(format!(
        "_topdir {}",
        directories.work.join("rpm").display()
    ));
    build
        .arg("--define")
        .arg(format!("_rpmdir {}", directories.packages.display()));
    build.args([
        "--define",
        "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
        "--define",
    ]);
    build
        .arg(format!("tree {}", tree.display()))
        .env("SOURCE_DATE_EPOCH", epoch);
    output(build.arg(workspace().join("crates/xtask/packaging/rpm/nsutils.spec")))?;
    Ok(())
}
