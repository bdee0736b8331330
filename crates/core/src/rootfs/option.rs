//! The options of this module, which `runshare` and `rchroot` have alike.

use std::ffi::OsStr;

use super::Requests;
use crate::message::Message;

/// An option of this module; a program that has it maps it to [`Requests::set`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootfsOption {
    /// `--mount-api`.
    MountApi,
    /// `--mount-sys`.
    MountSys,
    /// `--mount-dev`.
    MountDev,
    /// `--resolv-conf`.
    ResolvConf,
    /// `--bind`.
    Bind,
    /// `--bind-ro`.
    BindRo,
    /// `--tmpfs`.
    Tmpfs,
    /// `--ephemeral`.
    Ephemeral,
    /// `--overlay`.
    Overlay,
    /// `--changes`.
    Changes,
}

impl RootfsOption {
    /// Whether it asks for mounts, and so for a mount namespace.
    pub fn mounts(self) -> bool {
        self != RootfsOption::Changes
    }
}

impl Requests {
    /// Adds what the option asks for with this value.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, option: RootfsOption, value: Option<&OsStr>) -> Result<(), Message> {
        let required = value.unwrap_or_default();
        match option {
            RootfsOption::MountApi => self.set_api(value),
            RootfsOption::MountSys => {
                self.add_sys(value);
                Ok(())
            }
            RootfsOption::MountDev => {
                self.add_dev(value);
                Ok(())
            }
            RootfsOption::ResolvConf => self.set_resolv_conf(required),
            RootfsOption::Bind => self.add_bind(required, false),
            RootfsOption::BindRo => self.add_bind(required, true),
            RootfsOption::Tmpfs => self.add_tmpfs(required),
            RootfsOption::Ephemeral => {
                self.set_ephemeral();
                Ok(())
            }
            RootfsOption::Changes => {
                self.set_changes(required);
                Ok(())
            }
            RootfsOption::Overlay => {
                self.set_overlay(required);
                Ok(())
            }
        }
    }
}
