//! What `rchroot` does, step by step. The order is the original's wherever it can be seen, and that is in which error
//! is told when there are several: the command line, then NEWROOT, then the user, then the groups, then the command.

use std::cell::LazyCell;
use std::env;
use std::ffi::{OsStr, OsString};

use anyhow::{Error, Result};
use nscore::cli::quote::Quotes;
use nscore::cli::{Invocation, Usage, message};
use nscore::exec;
use nscore::sys::process::Ending;

use crate::accounts::{Accounts, Files};
use crate::options::Options;
use crate::sides::Outside;
use crate::{credentials, groups, identity, newroot};

/// Runs the whole program; it comes back only if something failed.
pub(crate) fn run(invocation: &Invocation) -> Result<Ending> {
    let options = Options::read(invocation)?;
    let quotes = Quotes::default();
    let old_root = LazyCell::new(|| newroot::is_old_root(&options.newroot));
    if options.skip_chdir && !*old_root {
        return Err(cannot_skip_chdir(&quotes));
    }
    let listed = options.groups.is_some();
    let read_user = |spec, accounts: &dyn Accounts| identity::read(spec, listed, accounts);
    let user = options.userspec.as_deref().map(|spec| {
        let outside = Outside::ask(*old_root, |accounts| read_user(spec, accounts));
        (spec, outside)
    });
    let list = options.groups.as_deref().map(|list| {
        let outside = Outside::ask(*old_root, |accounts| groups::read(list, accounts));
        (list, outside)
    });
    load_for_later(&quotes, &old_root);

    newroot::enter(&options.newroot, options.skip_chdir, &quotes)?;
    // From here on nothing may be loaded: not by the name service, not by the locale.
    let files = Files::default();
    let mut identity = match user {
        None => identity::Identity::default(),
        Some((spec, outside)) => outside.settle(
            || read_user(spec, &files),
            |outside| identity::is_admitted(outside, &files),
        )?,
    };
    if identity.dotted {
        let warning = message(&[&"warning: '.' should be ':'"]);
        invocation.diagnostics.warn(&warning);
    }
    if let Some((list, outside)) = list {
        let settled = outside.settle(|| groups::read(list, &files), |_| true);
        let groups = settled.map_err(|bad| bad.tell(list, &quotes, &invocation.diagnostics))?;
        identity.groups = Some(groups);
    }
    credentials::take_on(&identity)?;
    Err(become_command(command(options.command), &quotes))
}
