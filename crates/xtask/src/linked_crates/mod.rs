//! The crates that are linked into the programs, and what a package says of them: their licences, and a list that tools
//! read.

mod notices;
mod sbom;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub(crate) use notices::notices;
pub(crate) use sbom::sbom;

use crate::toolchain::{Linkage, built_target, cargo_command, output, package_of};
use crate::workspace;

/// A crate in the programs, those of this repository among them.
struct LinkedCrate {
    name: String,
    version: String,
    /// An SPDX expression.
    licence: String,
    repository: String,
    directory: PathBuf,
    /// Whether it is of this repository.
    is_own: bool,
    /// The crates that it is linked with, by their ids.
    dependencies: Vec<String>,
}

/// Returns the crates that `nsutils` is linked of, which has every program in it, by cargo's ids.
///
/// # Errors
/// That cargo cannot read the crates.
fn linked_crates(linkage: Linkage) -> Result<&'static BTreeMap<String, LinkedCrate>> {
    // A chore builds, and describes, programs of one linkage.
    static LINKED: OnceLock<(Linkage, BTreeMap<String, LinkedCrate>)> = OnceLock::new();
    let (known, linked) = match LINKED.get() {
        Some(linked) => linked,
        None => {
            let read = read_linked_crates(linkage)?;
            LINKED.get_or_init(|| (linkage, read))
        }
    };
    ensure!(*known == linkage, "programs of two linkages are described");
    Ok(linked)
}

/// Returns the directories that have the crates of others, each by its name: one, unless the configuration of cargo
/// names several.
///
/// # Errors
/// That cargo cannot read the crates.
pub(crate) fn source_directories(linkage: Linkage) -> Result<BTreeSet<PathBuf>> {
    let linked = linked_crates(linkage)?;
    let others = linked.values().filter(|linked_crate| !linked_crate.is_own);
    let directories = others.filter_map(|linked_crate| linked_crate.directory.parent());
    Ok(directories.map(Path::to_owned).collect())
}

fn read_linked_crates(linkage: Linkage) -> Result<BTreeMap<String, LinkedCrate>> {
    let mut cargo = cargo_command();
    cargo.args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--filter-platform",
    ]);
    cargo.arg(built_target(linkage)?).current_dir(workspace());
    let metadata: Value = serde_json::from_str(&output(&mut cargo)?)?;
    let (packages, nodes) = (
        by_id(&metadata["packages"]),
        by_id(&metadata["resolve"]["nodes"]),
    );
    let is_nsutils = |(id, package): (&&str, &&Value)| {
        (package["name"] == package_of("nsutils")).then(|| (*id).to_owned())
    };
    let first = packages.iter().find_map(is_nsutils);
    let mut linked = BTreeMap::new();
    let mut waiting = vec![first.context("cargo knows no package nsutils")?];
    while let Some(id) = waiting.pop() {
        let package = packages
            .get(id.as_str())
            .context("a package that cargo does not describe")?;
        // What is built for the compiler is in no program.
        if linked.contains_key(&id) || is_macro(package) {
            continue;
        }
        let dependencies = nodes
            .get(id.as_str())
            .map(|node| normal_dependencies(node))
            .unwrap_or_default();
        waiting.extend(dependencies.iter().cloned());
        linked.insert(id, LinkedCrate::new(package, dependencies));
    }
    Ok(linked)
}

impl LinkedCrate {
    fn new(package: &Value, dependencies: Vec<String>) -> LinkedCrate {
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let manifest = PathBuf::from(text("manifest_path"));
        LinkedCrate {
            name: text("name"),
            version: text("version"),
            // As cargo wrote it once.
            licence: text("license").replace('/', " OR "),
            repository: text("repository"),
            directory: manifest.parent().map(Path::to_owned).unwrap_or_default(),
            is_own: package["source"].is_null(),
            dependencies,
        }
    }
}

fn by_id(list: &Value) -> BTreeMap<&str, &Value> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|entry| Some((entry["id"].as_str()?, entry)))
        .collect()
}

fn is_macro(package: &Value) -> bool {
    let targets = package["targets"].as_array().into_iter().flatten();
    let mut kinds = targets.flat_map(|target| target["kind"].as_array().into_iter().flatten());
    kinds.any(|kind| kind == "proc-macro")
}

/// The dependencies of a node that are neither for tests nor for build scripts.
fn normal_dependencies(node: &Value) -> Vec<String> {
    let is_normal = |dependency: &&Value| {
        let mut kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
        kinds.any(|kind| kind["kind"].is_null())
    };
    let dependencies = node["deps"].as_array().into_iter().flatten();
    let ids = dependencies
        .filter(is_normal)
        .filter_map(|dependency| dependency["pkg"].as_str());
    ids.map(str::to_owned).collect()
}
