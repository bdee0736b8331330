//! From the words of the command line to what `rnsenter` is to do. Every `failed to parse …` is here.
//!
//! The options are walked in their order, because the first mistake wins. Files and directories that are named are
//! opened at once: that is the caller's view of them, whatever is entered later.

use std::ffi::{OsStr, OsString};
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nscore::cli::getopt::ParsedOption;
use nscore::cli::{Invocation, number, sentence, signal};
use nscore::hardening::Hardening;
use nscore::hint::{self, WithHint};
use nscore::ns_type::NsType;
use nscore::procfs::IdKind;
use nscore::sys::file::open;
use nscore::sys::namespace::{open_by_id, own_mount_namespace};

use crate::as_target::{expand_options, select_target};
use crate::cli::OptionId;
use crate::fork::ForkOptions;
use crate::id_source::{GroupsSource, IdSource};
use crate::netns_etc;
use crate::selection::{Selection, Source};
use crate::target::{Target, TargetSpec};
use crate::tools::{self, DEFAULT_DIR};

/// What is to be done.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// What `--target` names, until all options are read.
    spec: Option<TargetSpec>,
    /// The process that it names, or leads to.
    pub(crate) target: Option<Target>,
    /// The namespaces to enter.
    pub(crate) selection: Selection,
    pub(crate) setuid: Option<IdSource>,
    pub(crate) setgid: Option<IdSource>,
    pub(crate) groups: Option<GroupsSource>,
    /// `--netns-etc`.
    pub(crate) netns_etc: bool,
    /// The name of the network namespace that is named in /run/netns.
    pub(crate) netns_name: Option<OsString>,
    /// The directory of `--tools`.
    pub(crate) tools: Option<PathBuf>,
    /// `--as-target`.
    pub(crate) as_target: bool,
    pub(crate) root: Option<Source>,
    pub(crate) directory: Option<Source>,
    /// The working directory as it is called inside.
    pub(crate) directory_inside: Option<PathBuf>,
    /// `--wd` or `--wdns`, whichever came first: they exclude each other even where `--wdns` has no value.
    directory_option: Option<&'static str>,
    pub(crate) environment: bool,
    pub(crate) fork: ForkOptions,
    pub(crate) join_cgroup: bool,
    pub(crate) preserve_credentials: bool,
    pub(crate) keep_caps: bool,
    pub(crate) follow_context: bool,
    pub(crate) clear_environment: bool,
    pub(crate) hardening: Hardening,
    pub(crate) operands: Vec<OsString>,
}

impl Options {
    /// Reads a call.
    ///
    /// # Errors
    /// The first mistake on the command line, in the original's words.
    pub(crate) fn parse(invocation: &Invocation<OptionId>) -> Result<Options> {
        let mut options = Options::default();
        for option in invocation.options() {
            options.apply(option, invocation.is_original)?;
        }
        options.operands = invocation.operands()?.to_vec();
        if options.as_target {
            expand_options(&mut options);
        } else if options.setgid == Some(IdSource::Follow) && !invocation.is_original {
            options.groups.get_or_insert(GroupsSource::Follow);
        }
        if let Some(spec) = options.spec.take() {
            let needs_process = options.needs_process();
            options.target = spec.apply(&mut options.selection, needs_process)?;
        }
        if options.netns_etc {
            netns_etc::check_options(&options)?;
        }
        if options.tools.is_some() {
            tools::check_options(&options)?;
        }
        if options.as_target {
            select_target(&mut options)?;
        }
        options.fork.check(options.hardening.needs_fork())?;
        Ok(options)
    }

    fn apply(&mut self, option: &ParsedOption<OptionId>, is_original: bool) -> Result<()> {
        let value = option.value();
        match option.id() {
            OptionId::All => self.selection.all = true,
            OptionId::Target => {
                self.netns_name = self.netns_name.take().or(netns_etc::name_in(value));
                self.spec = Some(TargetSpec::resolve(value)?);
            }
            OptionId::Namespace(ns_type) => {
                if let (NsType::Net, Some(value)) = (ns_type, option.optional_value()) {
                    self.netns_name = netns_etc::name_in(strip_equals(value));
                }
                self.selection.select(ns_type, parse_namespace(option)?);
            }
            OptionId::NetSocket => self.selection.net_socket = parse_socket_fd(value)?,
            OptionId::UserParent => self.selection.user_parent = true,
            OptionId::Setuid => {
                let source = IdSource::parse(IdKind::Users, value, !is_original)?;
                set_id(&mut self.setuid, source);
            }
            OptionId::Setgid => {
                let source = IdSource::parse(IdKind::Groups, value, !is_original)?;
                set_id(&mut self.setgid, source);
            }
            OptionId::Groups => self.groups = Some(GroupsSource::parse(value)?),
            OptionId::NetnsEtc => self.netns_etc = true,
            OptionId::Tools => {
                let dir = option.optional_value().unwrap_or(DEFAULT_DIR.as_ref());
                self.tools = Some(dir.into());
            }
            OptionId::AsTarget => self.as_target = true,
            OptionId::Root => {
                set_directory(&mut self.root, parse_directory(option.optional_value())?);
            }
            OptionId::Wd => {
                self.check_exclusive("wd", "wdns")?;
                let source = parse_directory(option.optional_value().map(strip_equals))?;
                set_directory(&mut self.directory, source);
            }
            OptionId::Wdns => {
                self.check_exclusive("wdns", "wd")?;
                self.directory_inside =
                    option.optional_value().map(strip_equals).map(PathBuf::from);
            }
            OptionId::Env => self.environment = true,
            OptionId::NoFork => self.fork.no_fork = true,
            OptionId::JoinCgroup => self.join_cgroup = true,
            OptionId::PreserveCredentials => self.preserve_credentials = true,
            OptionId::KeepCaps => self.keep_caps = true,
            OptionId::FollowContext => self.follow_context = true,
            OptionId::ClearEnv => self.clear_environment = true,
            OptionId::KillChild => {
                let signal = option.optional_value().map(signal::parse).transpose()?;
                self.fork.set_kill_child(signal);
            }
            OptionId::ForwardSignals => self.fork.forward_signals = true,
            OptionId::Init => self.fork.init = true,
            OptionId::Hardening(option) => self.hardening.set(option),
        }
        Ok(())
    }

    fn check_exclusive(&mut self, this: &'static str, other: &str) -> Result<()> {
        match self.directory_option.replace(this) {
            Some(first) if first == other => {
                bail!(sentence(
                    "options %s%s and %s%s cannot be combined",
                    &[&"--", &first, &"--", &this]
                ))
            }
            _ => Ok(()),
        }
    }

    /// Whether anything is to come from a target.
    pub(crate) fn needs_target(&self) -> bool {
        self.needs_process() || self.selection.needs_target()
    }

    /// Whether something besides namespaces is to come from the target, which only a process has.
    pub(crate) fn needs_process(&self) -> bool {
        let is_target = |source: &Option<Source>| matches!(source, Some(Source::Target));
        let follows = |source: &Option<IdSource>| *source == Some(IdSource::Follow);
        is_target(&self.root)
            || is_target(&self.directory)
            || follows(&self.setuid)
            || follows(&self.setgid)
            || self.groups == Some(GroupsSource::Follow)
            || self.as_target
            || self.tools.is_some()
            || self.environment
            || self.join_cgroup
            || self.follow_context
    }
}

/// What follows a namespace's option: a file, `:` and an id, or nothing.
fn parse_namespace(option: &ParsedOption<OptionId>) -> Result<Source> {
    let Some(value) = option.optional_value().map(strip_equals) else {
        return Ok(Source::Target);
    };
    match value.as_bytes().strip_prefix(b":") {
        None => open_path(value).map(Source::Opened),
        Some(id) => {
            let text = OsStr::from_bytes(id);
            let id = number::decimal(text, false)
                .ok()
                .and_then(|id| u64::try_from(id).ok());
            let id =
                id.ok_or_else(|| Error::new(sentence("failed to parse nsid: %s", &[&text])))?;
            // Where this fails, no namespace has an id.
            let any = own_mount_namespace()
                .with_hint(hint::explain_missing_ids)
                .context("failed to fill namespace file handle")?;
            open_by_id(any, id)
                .with_hint(hint::explain_missing_ids)
                .map(Source::Opened)
                .with_context(|| sentence("cannot open namespace of id %llu", &[&id]))
        }
    }
}

fn parse_directory(path: Option<&OsStr>) -> Result<Source> {
    match path {
        Some(path) => open_path(path).map(Source::Opened),
        None => Ok(Source::Target),
    }
}

/// The last one wins, but the target's own wins over every named one, wherever it stands.
fn set_directory(known: &mut Option<Source>, source: Source) {
    if !matches!(known, Some(Source::Target)) {
        *known = Some(source);
    }
}

/// A value without the `=` that may stand before it: `-n=FILE` is `-nFILE`. The original does so for all but `--root`.
fn strip_equals(value: &OsStr) -> &OsStr {
    let bytes = value.as_bytes();
    OsStr::from_bytes(bytes.strip_prefix(b"=").unwrap_or(bytes))
}

fn open_path(path: &OsStr) -> Result<OwnedFd> {
    let opened = open(Path::new(path), OFlag::O_RDONLY | OFlag::O_NONBLOCK);
    opened.with_context(|| sentence("cannot open %s", &[&path]))
}

/// The last one wins, but `follow` wins over every number, wherever it stands.
fn set_id(known: &mut Option<IdSource>, identity: IdSource) {
    if *known != Some(IdSource::Follow) {
        *known = Some(identity);
    }
}

/// The number of a descriptor; a negative one stands for none.
fn parse_socket_fd(text: &OsStr) -> Result<Option<RawFd>> {
    const WHAT: &str = "failed to parse file descriptor";
    let number = number::seconds(WHAT, text)?;
    let number = RawFd::try_from(number).map_err(|_| Errno::ERANGE);
    let number = number.with_context(|| number::complaint(WHAT, text))?;
    Ok((number >= 0).then_some(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_equals_sign_before_a_value_is_dropped() {
        for (given, value) in [
            ("=/a", "/a"),
            ("/a", "/a"),
            ("==", "="),
            ("=", ""),
            ("", ""),
        ] {
            assert_eq!(strip_equals(given.as_ref()), value, "{given:?}");
        }
    }

    #[test]
    fn to_follow_the_target_wins_over_numbers_before_and_after() {
        let number = IdSource::Number;
        for (given, chosen) in [
            (vec![number(3), number(5)], number(5)),
            (vec![number(3), IdSource::Follow], IdSource::Follow),
            (vec![IdSource::Follow, number(5)], IdSource::Follow),
        ] {
            let mut known = None;
            given
                .into_iter()
                .for_each(|identity| set_id(&mut known, identity));
            assert_eq!(known, Some(chosen));
        }
    }

    #[test]
    fn a_negative_descriptor_is_none_and_one_beyond_the_range_an_error() {
        let number = |text: &str| parse_socket_fd(text.as_ref());
        assert_eq!(number("5").ok(), Some(Some(5)));
        assert_eq!(number("2147483647").ok(), Some(Some(RawFd::MAX)));
        assert_eq!(number("-1").ok(), Some(None));
        assert_eq!(number("-2147483648").ok(), Some(None));
        for text in ["2147483648", "-2147483649", "99999999999999999999", "x", ""] {
            assert!(number(text).is_err(), "{text:?}");
        }
    }
}
