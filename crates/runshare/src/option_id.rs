//! Which option it is: one variant for each, so that one that is not handled does not compile.

use nscore::ns_type::NsType;
use nscore::rootfs::RootfsOption;

use crate::extensions::ExtensionId;

/// The options, one variant for each; [`Options`](crate::options::Options) has what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionId {
    Namespace(NsType),
    Fork,
    KillChild,
    ForwardSignals,
    MountProc,
    MountBinfmt,
    Map(MapOption),
    Propagation,
    Setgroups,
    KeepCaps,
    Setuid,
    Setgid,
    Root,
    Wd,
    Monotonic,
    Boottime,
    LoadInterp,
    ClearEnv,
    WhitelistEnv,
    ResetEnv,
    Init,
    Extension(ExtensionId),
    Rootfs(RootfsOption),
}

/// The options about the ID maps and the owner of the user namespace, each of which implies `--user`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapOption {
    User,
    Users,
    Group,
    Groups,
    RootUser,
    CurrentUser,
    Auto,
    Subids,
    Owner,
}
