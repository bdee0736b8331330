//! The programs of this repository: whoever adds one adds its line here, and it gets completions, the option headings
//! of its man page, and their tests.

use nscore::cli::Tool;

/// Every program, in the order of the README.
pub const TOOLS: &[&Tool] = &[
    &runshare::cli::TOOL,
    &rnsenter::cli::TOOL,
    &rlsns::cli::TOOL,
    &rchroot::cli::TOOL,
];

/// The program that contains all of these.
pub const MULTICALL: &Tool = &nsutils::cli::TOOL;

/// The names that the multi-call program is called by to be one of the programs.
pub fn multicall_names() -> Vec<&'static str> {
    let tools = nsutils::programs();
    tools
        .flat_map(|tool| [tool.name, tool.original.name])
        .collect()
}

/// The file of a program's man page. As with the originals, what is for whoever runs the machine is in section 8.
pub fn man_page(name: &str) -> String {
    let section = if matches!(name, "rlsns" | "rchroot") {
        8
    } else {
        1
    };
    format!("man/{name}.{section}")
}

/// The original that a program replaces: `runshare` is `unshare` with an `r` before it, and so are the others.
pub fn original(name: &str) -> &str {
    name.strip_prefix('r').unwrap_or(name)
}

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;
