//! From the words of the command line to what `rnsenter` is to do. Every `failed to parse …` is here.
//!
//! The options are walked in their order, because the first mistake wins. Files and directories that are named are
//! opened at once: that is the caller's view of them, whatever is entered later.

use std::ffi::OsStr;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nscore::cli::getopt::ParsedOption;
use nscore::cli::{Invocation, number, sentence, signal};
use nscore::environment::Environment;
use nscore::hint::{self, WithHint};
use nscore::ns_type::NsType;
use nscore::procfs::IdKind;
use nscore::sys::file::open;
use nscore::sys::namespace::{open_by_id, own_mount_namespace};

use crate::as_target::{expand_options, select_target};
use crate::cli::OptionId;
use crate::id_source::{GroupsSource, IdSource};
use crate::netns_etc;
use crate::options::Options;
use crate::selection::Origin;
use crate::target::TargetSpec;
use crate::tools::{self, DEFAULT_DIR};

/// Reads a call.
///
/// # Errors
/// The first mistake on the command line, in the original's words.
pub(crate) fn parse(invocation: &Invocation<OptionId>) -> Result<Options> {
    let mut line = CommandLine::default();
    for option in invocation.options() {
        line.apply(option, invocation.is_original)?;
    }
    let CommandLine {
        mut options, spec, ..
    } = line;
    options.operands = invocation.operands()?.to_vec();
    if options.as_target {
        expand_options(&mut options);
    } else if options.setgid == Some(IdSource::Follow) && !invocation.is_original {
        options.groups.get_or_insert(GroupsSource::Follow);
    }
    if let Some(spec) = spec {
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

/// The options that have been read.
#[derive(Default)]
struct CommandLine {
    options: Options,
    /// What `--target` names.
    spec: Option<TargetSpec>,
    /// `--wd` or `--wdns`, whichever came first: they exclude each other even where `--wdns` has no value.
    directory_option: Option<&'static str>,
}

impl CommandLine {
    fn apply(&mut self, option: &ParsedOption<OptionId>, is_original: bool) -> Result<()> {
        let value = option.value();
        let options = &mut self.options;
        match option.id() {
            OptionId::All => options.selection.all = true,
            OptionId::Target => {
                options.netns_name = options.netns_name.take().or(netns_etc::name_in(value));
                self.spec = Some(TargetSpec::resolve(value)?);
            }
            OptionId::Namespace(ns_type) => select_namespace(options, ns_type, option)?,
            OptionId::NetSocket => options.selection.net_socket = parse_socket_fd(value)?,
            OptionId::UserParent => options.selection.user_parent = true,
            OptionId::Setuid => {
                let source = IdSource::parse(IdKind::Users, value, !is_original)?;
                set_id(&mut options.setuid, source);
            }
            OptionId::Setgid => {
                let source = IdSource::parse(IdKind::Groups, value, !is_original)?;
                set_id(&mut options.setgid, source);
            }
            OptionId::Groups => options.groups = Some(GroupsSource::parse(value)?),
            OptionId::NetnsEtc => options.netns_etc = true,
            OptionId::Tools => {
                let dir = option.optional_value().unwrap_or(DEFAULT_DIR.as_ref());
                options.tools = Some(dir.into());
            }
            OptionId::AsTarget => options.as_target = true,
            OptionId::Root => {
                set_directory(&mut options.root, parse_directory(option.optional_value())?);
            }
            OptionId::Wd => {
                check_exclusive(&mut self.directory_option, "wd", "wdns")?;
                let path = option.optional_value().map(strip_equals);
                set_directory(&mut options.directory, parse_directory(path)?);
            }
            OptionId::Wdns => {
                check_exclusive(&mut self.directory_option, "wdns", "wd")?;
                let path = option.optional_value().map(strip_equals);
                options.directory_inside = path.map(PathBuf::from);
            }
            OptionId::Env => options.environment = true,
            OptionId::NoFork => options.fork.no_fork = true,
            OptionId::JoinCgroup => options.join_cgroup = true,
            OptionId::PreserveCredentials => options.preserve_credentials = true,
            OptionId::KeepCaps => options.keep_caps = true,
            OptionId::FollowContext => options.follow_context = true,
            OptionId::ClearEnv => options.own_environment = Environment::Empty,
            OptionId::ResetEnv => options.own_environment = Environment::Login,
            OptionId::KillChild => {
                let signal = option.optional_value().map(signal::parse).transpose()?;
                options.fork.set_kill_child(signal);
            }
            OptionId::ForwardSignals => options.fork.forward_signals = true,
            OptionId::Init => options.fork.init = true,
            OptionId::Hardening(option) => options.hardening.set(option),
        }
        Ok(())
    }
}

fn select_namespace(
    options: &mut Options,
    ns_type: NsType,
    option: &ParsedOption<OptionId>,
) -> Result<()> {
    if let (NsType::Net, Some(value)) = (ns_type, option.optional_value()) {
        options.netns_name = netns_etc::name_in(strip_equals(value));
    }
    options.selection.select(ns_type, parse_namespace(option)?);
    Ok(())
}

/// Refuses `--wd` beside `--wdns`.
fn check_exclusive(
    given: &mut Option<&'static str>,
    this: &'static str,
    other: &str,
) -> Result<()> {
    match given.replace(this) {
        Some(first) if first == other => bail!(sentence(
            "options %s%s and %s%s cannot be combined",
            &[&"--", &first, &"--", &this]
        )),
        _ => Ok(()),
    }
}

/// Parses what follows a namespace's option: a file, `:` and an id, or nothing.
fn parse_namespace(option: &ParsedOption<OptionId>) -> Result<Origin> {
    let Some(value) = option.optional_value().map(strip_equals) else {
        return Ok(Origin::Target);
    };
    match value.as_bytes().strip_prefix(b":") {
        None => open_path(value).map(Origin::Opened),
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
                .map(Origin::Opened)
                .with_context(|| sentence("cannot open namespace of id %llu", &[&id]))
        }
    }
}

fn parse_directory(path: Option<&OsStr>) -> Result<Origin> {
    match path {
        Some(path) => open_path(path).map(Origin::Opened),
        None => Ok(Origin::Target),
    }
}

/// The last one wins, but the target's own wins over every named one, wherever it is.
fn set_directory(known: &mut Option<Origin>, source: Origin) {
    if !matches!(known, Some(Origin::Target)) {
        *known = Some(source);
    }
}

/// Returns a value without the `=` that may be before it: `-n=FILE` is `-nFILE`. The original does so for all but
/// `--root`.
fn strip_equals(value: &OsStr) -> &OsStr {
    let bytes = value.as_bytes();
    OsStr::from_bytes(bytes.strip_prefix(b"=").unwrap_or(bytes))
}

fn open_path(path: &OsStr) -> Result<OwnedFd> {
    let opened = open(Path::new(path), OFlag::O_RDONLY | OFlag::O_NONBLOCK);
    opened.with_context(|| sentence("cannot open %s", &[&path]))
}

/// The last one wins, but `follow` wins over every number, wherever it is.
fn set_id(known: &mut Option<IdSource>, identity: IdSource) {
    if *known != Some(IdSource::Follow) {
        *known = Some(identity);
    }
}

/// Parses the number of a descriptor; a negative one represents none.
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
