//! What `rchroot` does, step by step. The order is the original's where it is visible, which is in the error that is
//! reported if there are several: the command line, NEWROOT, the user, the groups, the command.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result};
use nix::libc::{SIGKILL, STDERR_FILENO};
use nix::unistd::geteuid;
use nscore::cli::quote::Quotes;
use nscore::cli::{Diagnostics, Invocation, Message, Usage, sentence};
use nscore::environment::Environment;
use nscore::exec::{self, OwnFile};
use nscore::forward::{Forwarding, run_as_child, run_in_session};
use nscore::hint::{self, Explanation, Hint, explanation};
use nscore::language::{self, Domain};
use nscore::pdeathsig::ParentDeathSignal;
use nscore::rootfs::OverlayDir;
use nscore::sys::process::ExitReason;

use crate::cli::OptionId;
use crate::groups::GroupList;
use crate::identity::{Identity, Spec};
use crate::newroot::NewRoot;
use crate::options::Options;
use crate::userdb::{Files, NameService};
use crate::{credentials, newroot};

/// Runs the program. Returns only if something failed, or after the child that runs the command has ended.
pub(crate) fn run(invocation: &Invocation<OptionId>) -> Result<ExitReason> {
    let options = Options::parse(invocation)?;
    if let Some(directory) = options.mounts.changes() {
        return invocation.diagnostics.list_changes(directory, options.json);
    }
    let quotes = Quotes::default();
    let newroot = NewRoot::new(&options.newroot);
    if options.skip_chdir && !newroot.is_old_root() {
        return Err(skips_chdir_in_another_root(&quotes));
    }
    let has_list = options.groups.is_some();
    let spec = options.userspec.as_deref();
    let spec = spec.map(|spec| Spec::prefetch(&NameService, newroot.is_old_root(), spec, has_list));
    let list = options.groups.as_deref();
    let list = list.map(|list| GroupList::prefetch(&NameService, newroot.is_old_root(), list));
    // A word that is quoted later, or a sentence, must not have files, or code, loaded from another root.
    if (quotes.have_files() || language::is_wanted()) && !newroot.is_old_root() {
        quotes.load();
        invocation.diagnostics.load_language();
    }

    // Any other name is treated as another root: to find out costs more system calls than this.
    let own_file = if options.newroot == "/" {
        None
    } else {
        invocation.diagnostics.hold_proc();
        OwnFile::hold()
    };
    let overlay = newroot::lock_overlay(&newroot, &options, &quotes)?;
    let inside = Inside {
        options: &options,
        newroot: &newroot,
        overlay: overlay.as_ref(),
        diagnostics: &invocation.diagnostics,
        quotes: &quotes,
        own_file,
    };
    match &overlay {
        None => inside.enter_and_run(spec, list, None),
        Some(overlay) => {
            let forwarding = match options.hardening.needs_fork() {
                true => Forwarding::to_session(),
                false => Forwarding::to_job_member(),
            };
            run_above(overlay, forwarding, inside.diagnostics, |signal| {
                inside.enter_and_run(spec, list, Some(signal))
            })
        }
    }
}

/// Runs `child` as a child and waits for it, to remove what an overlay needs while it is mounted.
fn run_above(
    overlay: &OverlayDir,
    forwarding: Forwarding,
    diagnostics: &Diagnostics,
    child: impl FnOnce(&ParentDeathSignal) -> Result<ExitReason>,
) -> Result<ExitReason> {
    let death_signal = ParentDeathSignal::new(SIGKILL)?;
    let [directory, lock] = overlay.descriptors();
    run_as_child(
        forwarding,
        // It reports what it cannot remove.
        &[directory, lock, STDERR_FILENO],
        || diagnostics.finish(death_signal.arm().and_then(|()| child(&death_signal))),
        |ended| {
            if let Err(error) = overlay.remove_work() {
                diagnostics.warn_of(&error);
            }
            diagnostics.finish(ended)
        },
    )
}

/// The steps from the old root to the command.
struct Inside<'a> {
    options: &'a Options,
    newroot: &'a NewRoot<'a>,
    overlay: Option<&'a OverlayDir>,
    diagnostics: &'a Diagnostics,
    quotes: &'a Quotes,
    own_file: Option<OwnFile>,
}

impl Inside<'_> {
    fn enter_and_run(
        &self,
        spec: Option<Spec<'_>>,
        list: Option<GroupList<'_>>,
        death_signal: Option<&ParentDeathSignal>,
    ) -> Result<ExitReason> {
        let (options, diagnostics, quotes) = (self.options, self.diagnostics, self.quotes);
        let warn = |text: &Message| diagnostics.warn(text);
        newroot::enter(self.newroot, options, quotes, self.overlay, &warn)?;
        let files = Files::default();
        let mut identity = match spec {
            Some(spec) => spec.resolve(&files)?,
            None => Identity::default(),
        };
        if identity.dotted {
            let warning = sentence("warning: '.' should be ':'", &[]);
            warn(&warning.in_domain(Domain::English));
        }
        if let Some(list) = list {
            identity.groups = Some(list.resolve(&files, quotes, diagnostics)?);
        }
        let login = match options.environment {
            Environment::Login => files.login(identity.uid.unwrap_or(geteuid().as_raw())),
            _ => None,
        };
        credentials::apply(&identity)?;
        if let Some(death_signal) = death_signal {
            // A change of credentials has cleared it.
            death_signal.arm()?;
        }
        options.environment.apply(login.as_ref());
        let hardening = options.hardening;
        let harden_and_exec = || -> Result<ExitReason> {
            hardening.apply(warn)?;
            Err(exec_command(
                &options.command,
                self.own_file.as_ref(),
                quotes,
            ))
        };
        match hardening.needs_fork() && self.overlay.is_none() {
            true => run_in_session(
                || diagnostics.finish(harden_and_exec()),
                |ended| diagnostics.finish(ended),
            ),
            false => harden_and_exec(),
        }
    }
}

fn skips_chdir_in_another_root(quotes: &Quotes) -> Error {
    let root = quotes.shell("/".as_ref());
    let msgid = "option --skip-chdir only permitted if NEWROOT is old %s";
    Usage::InvalidUsage(sentence(msgid, &[&root])).into()
}

/// Executes the command, or an interactive shell if none was named; returns the error that prevented it.
fn exec_command(named: &[OsString], own_file: Option<&OwnFile>, quotes: &Quotes) -> Error {
    let unnamed = named.is_empty();
    let shell;
    let words = if unnamed {
        let path = env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
        shell = [path, "-i".into()];
        &shell
    } else {
        named
    };
    let failure = exec::exec(&words[0], words, own_file);
    let marked = quotes.marked(&words[0]);
    let command = words[0].clone();
    let why = Hint::new(move || match unnamed {
        true => hint::explain_shell(failure.errno()?, &command),
        false => after_newroot(&command).or_else(|| hint::explain_exec(failure.errno()?, &command)),
    });
    let failed = sentence("failed to run command %s", &[&marked]);
    Error::new(failure).context(why).context(failed)
}

/// That an option is where the command is expected, if one is.
fn after_newroot(command: &OsStr) -> Option<Explanation> {
    let is_option = command.as_bytes().starts_with(b"-");
    is_option.then(|| {
        let word = hint::escape_for_terminal(command);
        explanation(
            "option-after-newroot",
            "options end at NEWROOT, so %s is the command: name it before NEWROOT",
            &[&word],
        )
    })
}
