//! No crate of the workspace has an import circle: modules side by side that use each other, directly or through
//! others.
//!
//! A folder counts as one module to those beside it, and what is in a folder may use the folder's own module, and
//! be used by it. Test code may import what it likes.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use testkit::workspace;

use source::{Module, parse};

/// A module by its path below the crate's root.
type Name = Vec<String>;

/// The modules of a crate.
struct Crate {
    modules: BTreeMap<Name, Module>,
}

impl Crate {
    /// Reads every module below this directory.
    fn parse(src: &Path) -> Crate {
        let mut modules: BTreeMap<Name, Module> = BTreeMap::new();
        let mut directories = vec![(src.to_owned(), Name::new())];
        while let Some((directory, parent)) = directories.pop() {
            for entry in fs::read_dir(&directory).expect("a directory of sources") {
                let path = entry.expect("an entry").path();
                let name = path.file_stem().expect("a name").to_string_lossy();
                let below = |name: &str| [&parent[..], &[name.to_owned()]].concat();
                if path.is_dir() {
                    // Each file of `bin` is a crate of its own.
                    if name != "bin" {
                        directories.push((path.clone(), below(&name)));
                    }
                    continue;
                }
                let is_source = path.extension().is_some_and(|extension| extension == "rs");
                if !is_source || name == "tests" {
                    continue;
                }
                let module = match &*name {
                    "lib" | "main" if parent.is_empty() => Name::new(),
                    "mod" => parent.clone(),
                    name => below(name),
                };
                let text = fs::read_to_string(&path).expect("source is text");
                modules.entry(module).or_default().extend(parse(&text));
            }
        }
        Crate { modules }
    }

    /// The module that this path leads to, as it is written in `from`; `None` out of the crate.
    fn resolve(&self, from: &[String], path: &[String]) -> Option<Name> {
        let (mut module, mut rest) = match path.first()?.as_str() {
            "crate" => (Name::new(), &path[1..]),
            "self" => (from.to_owned(), &path[1..]),
            "super" => (from[..from.len().checked_sub(1)?].to_owned(), &path[1..]),
            first if self.child(from, first).is_some() => (from.to_owned(), path),
            _ => return None,
        };
        while let Some(first) = rest.first() {
            if first == "super" {
                module.pop()?;
            } else if let Some(child) = self.child(&module, first) {
                module = child;
            } else {
                // Perhaps a name that the module has from elsewhere.
                let imports = &self.modules.get(&module)?.imports;
                let imported = imports.iter().find(|import| import.name == *first);
                return match imported {
                    Some(import) if module != from => self.resolve(&module, &import.path),
                    _ => Some(module),
                };
            }
            rest = &rest[1..];
        }
        Some(module)
    }

    fn child(&self, module: &[String], name: &str) -> Option<Name> {
        let child = [module, &[name.to_owned()]].concat();
        self.modules.contains_key(&child).then_some(child)
    }

    /// Which modules use which beside them, with the module that does so.
    fn edges(&self) -> BTreeMap<Name, BTreeMap<Name, Name>> {
        let mut edges: BTreeMap<Name, BTreeMap<Name, Name>> = BTreeMap::new();
        for (from, module) in &self.modules {
            for path in &module.paths {
                let Some(to) = self.resolve(from, path) else {
                    continue;
                };
                let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
                if common < from.len().min(to.len()) {
                    let user = edges.entry(from[..=common].to_owned()).or_default();
                    user.insert(to[..=common].to_owned(), from.clone());
                }
            }
        }
        edges
    }

    /// The circles, each as its modules and who in them uses what.
    fn circles(&self) -> Vec<String> {
        let edges = self.edges();
        let reached = |from: &Name| {
            let mut reached = BTreeSet::new();
            let mut next = vec![from];
            while let Some(module) = next.pop() {
                for to in edges.get(module).into_iter().flat_map(BTreeMap::keys) {
                    if reached.insert(to) {
                        next.push(to);
                    }
                }
            }
            reached
        };
        let mut circles = BTreeSet::new();
        for from in edges.keys().filter(|from| reached(from).contains(from)) {
            let others = reached(from).into_iter();
            let circle: BTreeSet<&Name> = others.filter(|it| reached(it).contains(from)).collect();
            circles.insert(circle);
        }
        let describe = |circle: BTreeSet<&Name>| {
            let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
            let mut text = format!("{{{}}}", names.join(", "));
            for from in &circle {
                for (to, user) in edges[*from].iter().filter(|(to, _)| circle.contains(to)) {
                    text += &format!("\n    {} uses {}", user.join("::"), to.join("::"));
                }
            }
            text
        };
        circles.into_iter().map(describe).collect()
    }
}

/// The source directories of the workspace's crates.
fn crates() -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace().join("crates")).expect("the crates");
    let sources = entries.map(|entry| entry.expect("an entry").path().join("src"));
    sources.filter(|src| src.is_dir()).collect()
}

#[test]
fn no_crate_has_an_import_circle() {
    let mut found = Vec::new();
    for src in crates() {
        for circle in Crate::parse(&src).circles() {
            found.push(format!("{}: {circle}", src.display()));
        }
    }
    assert!(
        found.is_empty(),
        "these modules import each other:\n{}",
        found.join("\n")
    );
}

#[test]
fn a_circle_is_found_through_folders_and_reexports() {
    let scratch = testkit::Scratch::new();
    scratch.dir("folder");
    for (file, text) in [
        (
            "lib.rs",
            "mod a; mod b; mod folder; mod leaf; pub use b::B;",
        ),
        ("a.rs", "use crate::{B, leaf::{self}};"),
        ("b.rs", "fn f() { super::folder::inner::g() } // crate::a"),
        (
            "folder/mod.rs",
            "pub mod inner; pub(crate) use crate::leaf::L;",
        ),
        ("folder/inner.rs", "use super::L; use crate::a::A as C;"),
        ("leaf.rs", "#[cfg(test)]\nmod tests { use crate::a::A; }"),
    ] {
        scratch.file(file, text);
    }
    let circles = Crate::parse(scratch.path()).circles();
    assert_eq!(
        circles,
        ["{a, b, folder}\n    a uses b\n    b uses folder\n    folder::inner uses a"]
    );
    scratch.file("b.rs", "struct B(\"crate::folder\", 'a');");
    assert_eq!(Crate::parse(scratch.path()).circles(), [""; 0]);
}
