//! The watcher of a network: the process that starts the helper, and ends it when the tool has ended.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::fcntl::OFlag;
use nix::libc::{STDERR_FILENO, c_int};
use nix::poll::{PollFd, PollFlags};
use nix::sys::socket::MsgFlags;
use nix::unistd::{geteuid, read};
use nscore::cli::{Diagnostics, sentence};
use nscore::hardening::release_inherited;
use nscore::sys::file::open;
use nscore::sys::process::{ExitReason, has_ended, pidfd_open};
use nscore::sys::signal::SignalSet;

use crate::message_with_pid::recv_with_pid;
use crate::network::hostfwd::ApiSocket;
use crate::network::network_helper::{Command, NetworkHelper};
use crate::network::option::{HelperKind, NetworkOption};
use crate::network::publish::PublishedPort;
use crate::network::target::NetworkTarget;
use crate::network::{pasta, slirp4netns};
use crate::watcher::{leave_job, send_answer, wait_for_any};

/// The watcher of a network, with all that it needs.
pub(super) struct NetworkWatcher<'a> {
    pub(super) network: &'a NetworkOption,
    pub(super) ports: &'a [PublishedPort],
    pub(super) program: PathBuf,
    /// The working directory of the caller, which is the helper's.
    pub(super) directory: Option<OwnedFd>,
    /// The pidfd of the tool.
    pub(super) tool: OwnedFd,
    pub(super) socket: OwnedFd,
    pub(super) diagnostics: &'a Diagnostics,
}

/// What the watcher waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// The tool has ended.
    ToolEnd,
    /// A message of the child, or its socket was shut down.
    Socket,
    /// The helper has ended.
    HelperEnd,
    /// The helper has written to the descriptor on which it reports that it is ready, or closed it.
    Ready,
    /// The helper has written a message.
    Message,
}

impl NetworkWatcher<'_> {
    /// Waits until the tool asks for the network; starts the helper, and ends it when the tool has ended. Returns the
    /// exit status of this process, unless it has given up what it inherited.
    pub(super) fn run(&self) -> c_int {
        match leave_job() {
            Ok(mask) => self.watch_released(&mask),
            Err(error) => self.diagnostics.report(&error),
        }
    }

    /// Gives up what was inherited, and does the work.
    fn watch_released(&self, mask: &SignalSet) -> ! {
        let command = Command::new(&self.program, self.directory.as_ref(), mask);
        let mut needed = vec![STDERR_FILENO];
        needed.extend([self.tool.as_raw_fd(), self.socket.as_raw_fd()]);
        needed.extend(self.directory.iter().map(AsRawFd::as_raw_fd));
        let api_socket = self.prepare_api_socket();
        let wait_only = release_inherited(&needed);
        let watched = api_socket.and_then(|socket| self.connect_and_watch(command, socket));
        wait_only.exit(
            self.diagnostics
                .finish(watched.map(|()| ExitReason::Status(0))),
        )
    }

    /// Makes what slirp4netns(1) publishes ports by, if it is to do so.
    fn prepare_api_socket(&self) -> Result<Option<ApiSocket>> {
        if self.ports.is_empty() || self.network.helper != HelperKind::Slirp4netns {
            return Ok(None);
        }
        ApiSocket::prepare().map(Some)
    }

    fn connect_and_watch(&self, command: Command<'_>, api_socket: Option<ApiSocket>) -> Result<()> {
        let Some(target) = self.wait_for_target()? else {
            return Ok(());
        };
        for port in self.ports {
            port.check()?;
        }
        let network = self.network;
        let (mut helper, ready) = match network.helper {
            HelperKind::Pasta => pasta::start(command, network, self.ports, &target)?,
            HelperKind::Slirp4netns => {
                let api_path = api_socket.as_ref().map(ApiSocket::path);
                slirp4netns::start(command, network, api_path, &target)?
            }
        };
        drop(target);
        if !self.wait_until_ready(&mut helper, &ready)? {
            return Ok(());
        }
        drop(ready);
        if let Some(socket) = api_socket {
            for port in self.ports {
                socket.publish(*port)?;
            }
        }
        send_answer(&self.socket)?;
        self.watch(&mut helper)
    }

    /// Waits for the process whose namespaces are to be connected; `None` if the tool has ended.
    fn wait_for_target(&self) -> Result<Option<NetworkTarget>> {
        if self.wait(None, None)?.contains(&Event::ToolEnd) {
            return Ok(None);
        }
        let request = recv_with_pid(&self.socket, MsgFlags::empty()).context("recvmsg failed")?;
        let Some((process, has_root)) = request else {
            return Ok(None);
        };
        let pidfd = pidfd_open(process).context("pidfd_open failed")?;
        let path = format!("/proc/{process}/ns/net");
        let path = Path::new(&path);
        let network =
            open(path, OFlag::O_RDONLY).with_context(|| sentence("cannot open %s", &[&path]))?;
        // It waits for the answer: what was opened is its own if it is still there.
        if has_ended(&pidfd).context("poll failed")? {
            return Ok(None);
        }
        Ok(Some(NetworkTarget {
            process,
            network,
            has_root: has_root != 0,
            is_for_root: geteuid().is_root(),
        }))
    }

    /// Waits until the helper is ready; `false` if the tool has ended before.
    fn wait_until_ready(&self, helper: &mut NetworkHelper, ready: &OwnedFd) -> Result<bool> {
        let name = self.network.helper.name();
        loop {
            let events = self.wait(Some(helper), Some(ready))?;
            if is_over(&events) {
                return Ok(false);
            }
            helper.read_messages();
            if events.contains(&Event::Ready) && is_ready(ready) {
                return Ok(true);
            }
            if events.contains(&Event::Ready) || events.contains(&Event::HelperEnd) {
                return Err(helper.start_error(name));
            }
        }
    }

    /// Waits until the tool or the helper has ended.
    fn watch(&self, helper: &mut NetworkHelper) -> Result<()> {
        loop {
            let events = self.wait(Some(helper), None)?;
            if is_over(&events) {
                return Ok(());
            }
            helper.read_messages();
            if events.contains(&Event::HelperEnd) {
                let name = self.network.helper.name();
                let how = helper.end();
                let msgid = "warning: %s ended (%s): the network is lost";
                let lost = sentence(msgid, &[&name, &how]);
                self.diagnostics.warn(&lost);
                return Ok(());
            }
        }
    }

    /// Waits until something happens.
    fn wait(&self, helper: Option<&NetworkHelper>, ready: Option<&OwnedFd>) -> Result<Vec<Event>> {
        let mut sources = vec![
            (Event::ToolEnd, self.tool.as_fd()),
            (Event::Socket, self.socket.as_fd()),
        ];
        if let Some(helper) = helper {
            sources.push((Event::HelperEnd, helper.pidfd()));
            sources.extend(helper.messages().map(|pipe| (Event::Message, pipe)));
        }
        sources.extend(ready.map(|pipe| (Event::Ready, pipe.as_fd())));
        let watched = sources.iter();
        let mut watched: Vec<PollFd<'_>> = watched
            .map(|(_, source)| PollFd::new(*source, PollFlags::POLLIN))
            .collect();
        wait_for_any(&mut watched)?;
        let happened = sources.iter().zip(&watched);
        let happened = happened.filter(|(_, watched)| watched.any() == Some(true));
        Ok(happened.map(|((event, _), _)| *event).collect())
    }
}

/// Returns whether the helper is no longer needed. The child sends nothing after its request.
fn is_over(events: &[Event]) -> bool {
    events.contains(&Event::ToolEnd) || events.contains(&Event::Socket)
}

/// Returns whether the helper has written to the descriptor a number, its PID or a 1; its end closes it.
fn is_ready(ready: &OwnedFd) -> bool {
    let mut written = [0];
    read(ready, &mut written) == Ok(1) && written[0].is_ascii_digit()
}
