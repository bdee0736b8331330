//! A namespace as a target: it is entered alone, or, where more is asked for, with the process that is in it, if it
//! makes no difference which of them that is.

use anyhow::{Result, bail};
use nscore::cli::sentence;
use nscore::ns_type::NsType;
use nscore::target::{FoundNamespace, Members, Target};

use crate::selection::{Origin, Selection};

/// Selects the namespace, alone unless other types are asked for, which the process in it has. Returns that process.
///
/// # Errors
/// That more is asked for and no process is in it, or processes that differ.
pub(super) fn apply(
    mut found: FoundNamespace,
    selection: &mut Selection,
    needs_process: bool,
) -> Result<Option<Target>> {
    let ns_type = found.ns_type();
    if selection.selects_none() {
        selection.select(ns_type, Origin::Target);
    }
    let from_target: Vec<NsType> = selection.selected_from_target().collect();
    let asks_for_others = selection.all
        || selection.net_socket.is_some()
        || selection.user_parent
        || from_target.iter().any(|asked| *asked != ns_type);
    if asks_for_others || needs_process {
        check_members(&mut found, asks_for_others)?;
    }
    let (file, process) = found.into_parts();
    // The process may go elsewhere meanwhile; the file cannot.
    if !asks_for_others && from_target.contains(&ns_type) {
        selection.select(ns_type, Origin::Opened(file));
    }
    Ok(process)
}

/// Checks that it is known which process represents the namespace.
fn check_members(found: &mut FoundNamespace, asks_for_others: bool) -> Result<()> {
    let (name, inode) = (found.ns_type().option(), found.inode());
    match found.members()? {
        Members::None if asks_for_others => {
            bail!(sentence(
                "no process is in %s namespace %s, so it can only be entered alone",
                &[&name, &inode]
            ))
        }
        Members::Different(processes) => bail!(sentence(
            "the processes in %s namespace %s differ in other namespaces or in their root: name \
             one, --target %s",
            &[&name, &inode, &processes.join(", ")]
        )),
        _ => Ok(()),
    }
}
