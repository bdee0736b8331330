//! The kinds of options: what an id, a name and a help line become, with its heading and what completes its value.

use clap::ValueHint;
use nscore::cli::{EXTENSIONS, Opt};
use nscore::hardening::HardeningOption;
use nscore::ns_type::NsType;
use nscore::rootfs::RootfsOption;

use super::{MapOption, NAMESPACES, OptionId, USERS};
use crate::extensions::ExtensionId;

/// A new namespace, which is persistent if a FILE is given.
pub(super) const fn namespace(ns_type: NsType, short: char, text: &'static str) -> Opt<OptionId> {
    Opt::optional(OptionId::Namespace(ns_type), ns_type.option(), "FILE", text)
        .short(short)
        .heading(NAMESPACES)
        .value_hint(ValueHint::FilePath)
}

pub(super) const fn map_flag(
    id: MapOption,
    long: &'static str,
    text: &'static str,
) -> Opt<OptionId> {
    Opt::flag(OptionId::Map(id), long, text).heading(USERS)
}

pub(super) const fn map_value(
    id: MapOption,
    long: &'static str,
    value: &'static str,
    text: &'static str,
) -> Opt<OptionId> {
    Opt::required(OptionId::Map(id), long, value, text).heading(USERS)
}

pub(super) const fn extension_flag(
    id: ExtensionId,
    long: &'static str,
    text: &'static str,
) -> Opt<OptionId> {
    Opt::flag(OptionId::Extension(id), long, text).heading(EXTENSIONS)
}

pub(super) const fn extension_value(
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

pub(super) const fn rootfs(option: RootfsOption) -> Opt<OptionId> {
    Opt::rootfs(OptionId::Rootfs(option), option)
}

pub(super) const fn hardening(option: HardeningOption) -> Opt<OptionId> {
    Opt::hardening(OptionId::Extension(ExtensionId::Hardening(option)), option)
}
