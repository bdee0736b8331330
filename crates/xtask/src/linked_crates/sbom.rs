//! The bill of materials, <https://cyclonedx.org/docs/1.5/json/>, without time and serial number: the same sources give
//! the same bytes.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{LinkedCrate, linked_crates};
use crate::toolchain::{Linkage, built_target, package_of};
use crate::workspace;

/// Returns what the programs are linked of, in JSON.
///
/// # Errors
/// That the crates or Cargo.lock cannot be read.
pub(crate) fn sbom(linkage: Linkage) -> Result<Vec<u8>> {
    let linked = linked_crates(linkage)?;
    let lock = fs::read_to_string(workspace().join("Cargo.lock"))?;
    let checksums = checksums(&lock);
    let is_main = |linked_crate: &&LinkedCrate| linked_crate.name == package_of("nsutils");
    let main = linked
        .values()
        .find(is_main)
        .context("nsutils is not linked")?;
    let others = linked
        .values()
        .filter(|linked_crate| !is_main(linked_crate));
    let components: Vec<Value> = others
        .map(|other| component(other, "library", &checksums))
        .collect();
    let dependencies: Vec<Value> = linked
        .values()
        .map(|each| dependencies(each, linked))
        .collect();
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": component(main, "application", &checksums),
            "properties": [{ "name": "nsutils:target", "value": built_target(linkage)? }],
        },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(format!("{bill:#}\n").into_bytes())
}

/// A package URL, by which the lists refer to each other as well.
fn url(linked_crate: &LinkedCrate) -> String {
    format!("pkg:cargo/{}@{}", linked_crate.name, linked_crate.version)
}

fn component(
    linked_crate: &LinkedCrate,
    kind: &str,
    checksums: &BTreeMap<String, String>,
) -> Value {
    let url = url(linked_crate);
    let mut component = json!({
        "type": kind,
        "bom-ref": url,
        "name": linked_crate.name,
        "version": linked_crate.version,
        "licenses": [{ "expression": linked_crate.licence }],
        "purl": url,
    });
    if let Some(checksum) = checksums.get(&url) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

fn dependencies(linked_crate: &LinkedCrate, linked: &BTreeMap<String, LinkedCrate>) -> Value {
    // A macro is among the dependencies of a crate, but is not linked.
    let all = linked_crate
        .dependencies
        .iter()
        .filter_map(|id| linked.get(id));
    let all: Vec<String> = all.map(url).collect();
    json!({ "ref": url(linked_crate), "dependsOn": all })
}

/// The checksums of Cargo.lock by package URL.
fn checksums(lock: &str) -> BTreeMap<String, String> {
    let packages = lock.split("[[package]]").skip(1);
    packages
        .filter_map(|package| {
            let value = |key: &str| {
                let begins = format!("{key} = \"");
                package
                    .lines()
                    .find_map(|line| line.strip_prefix(&begins)?.strip_suffix('"'))
            };
            let url = format!("pkg:cargo/{}@{}", value("name")?, value("version")?);
            Some((url, value("checksum")?.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_belongs_to_its_own_package() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\n\
                    version = \"2.0.0\"\nsource = \"registry\"\nchecksum = \"ff\"\ndependencies = [\n \"a\",\n]\n";
        let expected = [("pkg:cargo/b@2.0.0".to_owned(), "ff".to_owned())];
        assert_eq!(checksums(lock), BTreeMap::from(expected));
    }
}
