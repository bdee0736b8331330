//! What `rlsns` does, step by step.

use anyhow::Result;
use nscore::cli::Invocation;
use nscore::sys::process::Ending;

use crate::scan::{Types, Wanted, scan};

/// Runs the whole program.
pub(crate) fn run(invocation: &Invocation) -> Result<Ending> {
    let wanted = Wanted {
        types: Types::ALL,
        hidden: true,
        mounts: true,
        everybody: false,
        netnsid: false,
        id: false,
    };
    let snapshot = scan(&wanted)?;
    let mut out = String::new();
    for (inode, found) in &snapshot.namespaces {
        let words: Vec<_> = found.held.words().collect();
        out += &format!(
            "{inode} {} {} {:?} {} {} {}\n",
            found.kind.file(),
            found.processes,
            snapshot.lowest(found).map(|p| p.pid),
            words.join(","),
            found.owner,
            found.parent
        );
    }
    Ok(Ending::Status(invocation.diagnostics.print(out.as_bytes())))
}
