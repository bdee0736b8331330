//! The kinds of options: what an id, a name and a help line become, with its heading and what completes its value.

use clap::ValueHint;
use nscore::cli::{EXTENSIONS, Opt};
use nscore::hardening::HardeningOption;
use nscore::ns_type::NsType;
use nscore::rootfs::RootfsOption;

use crate::extensions::ExtensionId;
use crate::option_id::{MapOption, OptionId};

pub(crate) const NAMESPACES: &str = "Namespaces";
pub(crate) const USERS: &str = "Users and groups";

/// Returns a new namespace, which is persistent if a FILE is given.
pub(crate) const fn namespace(ns_type: NsType, short: char, text: &'static str) -> Opt<OptionId> {
    Opt::optional(OptionId::Namespace(ns_type), ns_type.option(), "FILE", text)
        .short(short)
        .heading(NAMESPACES)
        .value_hint(ValueHint::FilePath)
}

pub(crate) const fn map_flag(
    id: MapOption,
    long: &'static str,
    text: &'static str,
) -> Opt<OptionId> {
    Opt::flag(OptionId::Map(id), long, text).heading(USERS)
}

pub(crate) const fn map_value(
    id: MapOption,
    long: &'static str,
    value: &'static str,
    text: &'static str,
) -> Opt<OptionId> {
    Opt::required(OptionId::Map(id), long, value, text).heading(USERS)
}

pub(crate) const fn extension_flag(
    id: ExtensionId,
    long: &'static str,
    text: &'static str,
) -> Opt<OptionId> {
    Opt::flag(OptionId::Extension(id), long, text).heading(EXTENSIONS)
}

pub(crate) const fn extension_value(
    id: ExtensionId,
    long: &'static str,
    value: &'static str,
    text: &'static str,
    hint: ValueHint,
) -> Opt<OptionId> {
    Opt::required(OptionId::Extension(id), long, value, text)
        .heading(EXTENSIONS)
        .value_hint(hint)
}

pub(crate) const fn rootfs(option: RootfsOption) -> Opt<OptionId> {
    Opt::rootfs(OptionId::Rootfs(option), option)
}

pub(crate) const fn hardening(option: HardeningOption) -> Opt<OptionId> {
    Opt::hardening(OptionId::Extension(ExtensionId::Hardening(option)), option)
}
