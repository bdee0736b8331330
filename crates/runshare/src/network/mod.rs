//! `--network`: a program of the machine, the helper, connects the new network namespace to the outside.
//!
//! ```text
//! shell ── runshare ── fork ── watcher ───── waits for the namespaces, starts the helper, ends it
//!             │                   └─ fork ── exec slirp4netns(1) or pasta(1)
//!             │ unshare(2)
//!             └─ fork ── child ── maps, names … asks the watcher for the network, waits … exec PROGRAM
//! ```
//!
//! The watcher is forked before `unshare(2)`: it stays in the namespaces of the caller, where the helper needs its
//! privilege and its network. It leads a session of its own, so that what the terminal sends to the job, or a kill of
//! the whole job, does not reach it. It ends the helper when the tool has ended, however that ended; so neither a
//! helper nor a namespace that only a helper holds stays behind. If the helper ends first, it prints a line, and the
//! program continues.
//!
//! The helper is trusted with the namespace and nothing else: it gets PATH, its three standard descriptors, the
//! descriptors that its command line names, and no other. No file of a shared directory is used to talk to it, which
//! another user could put in its place.

mod hint;
mod hostfwd;
mod messages;
mod name_server;
mod network_helper;
mod option;
mod pasta;
mod publish;
mod slirp4netns;
mod target;
mod watcher;

use std::fs;
use std::os::fd::RawFd;
use std::path::PathBuf;

use anyhow::{Error, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{AccessFlags, eaccess};
use nscore::cli::{Diagnostics, sentence};
use nscore::hint::Hint;
use nscore::procfs::{IdKind, Proc};
use nscore::search_path::candidates;
use nscore::sys::file::open;

use crate::watcher::WatcherHandle;
use watcher::NetworkWatcher;

pub(crate) use option::{NetworkOption, parse_network};
pub(crate) use publish::{PublishedPort, check_ports, parse_publish};

/// The tool's handle of the watcher.
pub(crate) struct Network {
    watcher: WatcherHandle,
}

impl Network {
    /// Finds the helper and forks the watcher. Call it before anything is entered.
    ///
    /// # Errors
    /// `cannot find HELPER`, `pidfd_open failed`, `socketpair failed`, `fork failed`.
    pub(crate) fn spawn(
        network: &NetworkOption,
        ports: &[PublishedPort],
        diagnostics: &Diagnostics,
    ) -> Result<Network> {
        let name = network.helper.name();
        let program = find_program(name).ok_or_else(|| {
            let why = Hint::new(move || Some(hint::missing_package(name)));
            let sentence = sentence("cannot find %s", &[&name]);
            Error::new(Errno::ENOENT).context(why).context(sentence)
        })?;
        let directory = open(".".as_ref(), OFlag::O_PATH | OFlag::O_DIRECTORY).ok();
        let watcher = WatcherHandle::spawn(|tool, socket| {
            let watcher = NetworkWatcher {
                network,
                ports,
                program,
                directory,
                tool,
                socket,
                diagnostics,
            };
            watcher.run()
        })?;
        Ok(Network { watcher })
    }

    /// In the child, when its namespaces are complete: waits until they are connected.
    ///
    /// # Errors
    /// [`AlreadyReported`] if the helper cannot be started; `send failed`, `recv failed`.
    pub(crate) fn connect(&self) -> Result<()> {
        let proc = Proc::mounted();
        let has_root = |kind| proc.maps(kind, 0) == Some(true);
        let has_root = has_root(IdKind::Users) && has_root(IdKind::Groups);
        self.watcher.request(has_root.into())
    }

    /// Returns the descriptor that the tool needs.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.watcher.descriptor()
    }

    /// Ends the helper, and waits until its ports are free again.
    pub(crate) fn close(&self) {
        self.watcher.close();
    }
}

/// Has the helper answer the questions for names where the name server of the caller is on loopback. Returns the
/// resolv.conf that the program is to see then.
pub(crate) fn replace_name_server(network: &mut NetworkOption) -> Option<String> {
    // Without the file there is nothing to be replaced.
    let text = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let (address, text) = name_server::replace(network, &text)?;
    network.name_server = Some(address);
    Some(text)
}

/// Returns the path of a program as PATH leads to it.
fn find_program(name: &str) -> Option<PathBuf> {
    let mut candidates = candidates(name.as_ref()).into_iter();
    candidates.find(|path| path.is_file() && eaccess(path, AccessFlags::X_OK).is_ok())
}
