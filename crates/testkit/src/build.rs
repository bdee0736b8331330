//! Programs of other packages than the one whose tests run. `cargo test --workspace` has built them beside it; for
//! `cargo test -p ONE` they may be missing, or be of yesterday: then they are built here, in a directory of their own,
//! so that nothing is replaced that another test runs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;
use std::{env, fs, io};

use crate::paths;

/// Where cargo has built this test: the target directory, and the two parts of the way from there.
struct Build {
    target: PathBuf,
    /// Of `--target TRIPLE`.
    triple: Option<String>,
    /// The directory of a profile.
    profile: String,
}

impl Build {
    /// Finds it by the place of this test binary, `TARGET/[TRIPLE/]PROFILE/deps/NAME`.
    fn find() -> Option<Build> {
        let target = paths::target()?;
        let program = paths::test_binary()?;
        let below = program.strip_prefix(&target).ok()?;
        let mut parts: Vec<String> = below
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .take_while(|part| part != "deps" && part != "examples")
            .collect();
        let profile = parts.pop()?;
        Some(Build {
            target,
            triple: parts.pop(),
            profile,
        })
    }

    /// The directory of programs built with this target directory.
    fn programs(&self, target: &Path) -> PathBuf {
        target
            .join(self.triple.as_deref().unwrap_or_default())
            .join(&self.profile)
    }

    /// The program of this name, of this package, built beside this test or for it.
    fn program(&self, package: &str, name: &str) -> Result<PathBuf, String> {
        let own = self.target.join("programs");
        let built = [&self.target, &own].map(|target| self.programs(target).join(name));
        let sources = packages(&paths::workspace(), package);
        if let Some(fresh) = built.iter().find(|program| is_fresh(program, &sources)) {
            return Ok(fresh.clone());
        }
        let Some(cargo) = env::var_os("CARGO") else {
            let [beside, _] = built;
            return match beside.exists() {
                true => Ok(beside),
                false => Err(format!("there is no {}", beside.display())),
            };
        };
        let mut command = Command::new(cargo);
        command
            .args(["build", "--quiet", "--locked", "--package", package])
            .arg("--target-dir")
            .arg(&own)
            .current_dir(paths::workspace());
        match self.profile.as_str() {
            "debug" => {}
            profile => {
                command.args(["--profile", profile]);
            }
        }
        if let Some(triple) = &self.triple {
            command.args(["--target", triple]);
        }
        let output = command
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        if output.status.success() {
            return Ok(self.programs(&own).join(name));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().find(|line| line.starts_with("error"));
        Err(format!(
            "{name} cannot be built: {}",
            last.unwrap_or("cargo fails")
        ))
    }
}

/// Returns whether the program exists and is newer than the packages that it is made of.
fn is_fresh(program: &Path, sources: &[PathBuf]) -> bool {
    let Ok(made) = modified(program) else {
        return false;
    };
    let newest = sources.iter().filter_map(|dir| newest(dir)).max();
    !sources.is_empty() && newest.is_some_and(|newest| newest <= made)
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

/// The directories of this package and of all in the workspace that it depends on.
fn packages(workspace: &Path, package: &str) -> Vec<PathBuf> {
    let manifest = fs::read_to_string(workspace.join("Cargo.toml")).unwrap_or_default();
    // `nscore = { path = "crates/core" }`
    let members: HashMap<&str, PathBuf> = manifest
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.split_once(" = { path = \"")?;
            let (path, _) = rest.split_once('"')?;
            Some((name, workspace.join(path)))
        })
        .collect();
    let mut found: Vec<PathBuf> = Vec::new();
    let mut names = vec![package.to_owned()];
    while let Some(name) = names.pop() {
        let Some(dir) = members
            .get(name.as_str())
            .filter(|dir| !found.contains(dir))
        else {
            continue;
        };
        found.push(dir.clone());
        let manifest = fs::read_to_string(dir.join("Cargo.toml")).unwrap_or_default();
        let own = manifest
            .split("[dev-dependencies]")
            .next()
            .unwrap_or_default();
        let words = own.lines().filter_map(|line| line.split(['.', ' ']).next());
        names.extend(words.map(str::to_owned));
    }
    found
}

/// When the newest source of the package was changed: its build script or a file below `src`.
fn newest(package: &Path) -> Option<SystemTime> {
    let mut newest = None;
    let mut paths = ["build.rs", "src"].map(|name| package.join(name)).to_vec();
    while let Some(path) = paths.pop() {
        match fs::read_dir(&path) {
            Ok(entries) => paths.extend(entries.flatten().map(|entry| entry.path())),
            Err(_) => newest = newest.max(modified(&path).ok()),
        }
    }
    newest
}

/// The program of this name, of this package, built if it has to be.
///
/// # Errors
/// A sentence that says what is in the way.
pub(crate) fn program(package: &str, name: &str) -> Result<PathBuf, String> {
    static KNOWN: Mutex<Option<HashMap<String, Result<PathBuf, String>>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(found) = known.get(name) {
        return found.clone();
    }
    let found = match Build::find() {
        Some(build) => build.program(package, name),
        None => Err(format!(
            "cargo has not built this test, so there is no {name}"
        )),
    };
    known.insert(name.to_owned(), found.clone());
    found
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::{is_fresh, packages};
    use crate::{Scratch, workspace};

    fn touch(path: &Path, later: u64) {
        let file = fs::File::options()
            .write(true)
            .open(path)
            .expect("it is ours");
        let time = SystemTime::now() + Duration::from_secs(later);
        file.set_modified(time).expect("it is ours");
    }

    #[test]
    fn a_program_is_made_of_its_package_and_of_what_that_depends_on() {
        let root = workspace();
        let made_of = packages(&root, "runshare");
        for package in ["crates/runshare", "crates/core"] {
            assert!(made_of.contains(&root.join(package)), "{made_of:?}");
        }
        for package in ["crates/rlsns", "crates/testkit"] {
            assert!(!made_of.contains(&root.join(package)), "{made_of:?}");
        }
    }

    #[test]
    fn a_program_is_fresh_until_a_source_is_newer() {
        let scratch = Scratch::new();
        scratch.dir("crates/tool/src/part");
        scratch.dir("crates/core/src");
        let members = "tool = { path = \"crates/tool\" }\nbase = { path = \"crates/core\" }\n";
        scratch.file("Cargo.toml", members);
        scratch.file(
            "crates/tool/Cargo.toml",
            "[dependencies]\nbase.workspace = true\n",
        );
        let core = scratch.file("crates/core/src/lib.rs", "");
        let part = scratch.file("crates/tool/src/part/mod.rs", "");
        let program = scratch.path().join("tool");
        let sources = |name| packages(scratch.path(), name);
        let fresh = || is_fresh(&program, &sources("tool"));
        assert!(!fresh(), "it is not there");
        scratch.file("tool", "");
        touch(&program, 10);
        assert!(fresh());
        assert!(!is_fresh(&program, &sources("another")));
        for source in [core, part] {
            touch(&source, 20);
            assert!(!fresh(), "{}", source.display());
            touch(&source, 0);
            assert!(fresh());
        }
    }
}
