//! What processes have open: files of namespaces, and sockets, which belong to a network namespace.
//!
//! The link of a descriptor does not tell: a namespace's file that was opened where it is mounted shows that path, and
//! `/` once it is mounted there no longer. The device does, so each descriptor is looked at by `statx(2)`, which is
//! no slower, and asks no server.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::os::fd::OwnedFd;

use crate::namespace::Namespace;
use crate::socket_copies::SocketCopies;
use crate::sys::directory::{Directory, EntryBuffer, Status, status_of};
use crate::sys::namespace::network_of;
use crate::sys::nsfs::type_of;
use crate::sys::probe::Call;
use crate::sys::process::{pidfd_getfd, pidfd_open, pidfd_open_thread};
use nix::errno::Errno;
use nix::libc::S_IFSOCK;

use super::found::Registry;
use super::held::Held;
use super::link::{self, number};
use super::nsfile::NsFiles;
use super::own;
use super::process::{Name, pid};
use super::unsupported::Request;
use super::{Grip, Holder, Task, Wanted};

/// What was seen of descriptors so far.
#[derive(Debug)]
pub(super) struct Descriptors {
    /// Whether the size of a directory of descriptors is their number.
    are_counted: bool,
    /// The sockets that were asked, and what network each is of; many processes may have the same one.
    sockets: BTreeMap<u64, Option<u32>>,
    /// What was copied to be asked, once there is one.
    copies: Option<SocketCopies>,
    /// This process's own number below /proc.
    own: Option<u32>,
}

impl Descriptors {
    /// None seen yet.
    pub(super) fn new(proc: &Directory) -> Descriptors {
        Descriptors {
            are_counted: proc.status(c"self/fd").is_ok_and(|fds| fds.size > 0),
            sockets: BTreeMap::new(),
            copies: None,
            own: own::number_in(proc),
        }
    }

    /// Looks at every descriptor of the process or thread with this directory `ns`.
    ///
    /// Since Linux 6.2 the size of the directory is how many there are. As a rule these are the lowest numbers, so
    /// those are asked for first: that is cheaper than a list, which is read only if some were not there.
    pub(super) fn read(
        &mut self,
        scan: Scan,
        ns: &Directory,
        task: Task,
        entries: &mut EntryBuffer,
    ) {
        let (pid, directory) = (task.process, ns.directory(c"../fd"));
        let Some(directory) = scan.registry.unread.note(pid, Call::Open, directory) else {
            return;
        };
        let open = directory.status(c"").map_or(0, |status| status.size);
        if open == 0 && self.are_counted {
            return;
        }
        let mut of = Owner {
            scan,
            directory,
            task,
            holds: match task.thread {
                None => Held::OPEN_IN_PROCESS,
                Some(_) => Held::default(),
            },
            is_self: Some(task.process) == self.own,
            pidfd: None,
        };
        let mut name = Name::default();
        let mut seen = 0;
        let mut next = 0;
        while seen < open && u64::from(next) < open {
            match self.look(&mut of, name.write(next, "")) {
                Ok(()) => seen += 1,
                Err(Errno::ENOENT) => {}
                Err(errno) => {
                    of.scan
                        .registry
                        .unread
                        .note_file_error(pid, Call::Status, errno);
                    // Not to be seen by us, and so are the others.
                    if errno == Errno::EACCES {
                        return;
                    }
                }
            }
            next += 1;
        }
        if seen < open || open == 0 {
            let mut rest = Vec::new();
            let beyond = |name: &CStr| rest.extend(number(name.to_bytes()).filter(|n| *n >= next));
            let listed = of.directory.entries(entries, beyond);
            of.scan.registry.unread.note(pid, Call::List, listed);
            for number in rest {
                if let Err(errno) = self.look(&mut of, name.write(number, "")) {
                    of.scan
                        .registry
                        .unread
                        .note_file_error(pid, Call::Status, errno);
                }
            }
        }
    }

    /// Looks at one descriptor, which may not be there.
    fn look(&mut self, of: &mut Owner, name: &CStr) -> Result<(), Errno> {
        let status = of.directory.status(name)?;
        let is_namespace = of.scan.files.is_namespace(&status);
        let is_socket = status.file_type == S_IFSOCK && of.scan.wanted.types.has(Namespace::Net);
        let is_ours = || of.is_self && !own::is_inherited(&of.directory, name);
        if !is_namespace && !is_socket || is_ours() {
            return Ok(());
        }
        if is_namespace {
            of.meet_file(name, &status);
        } else {
            let network = self.network_of(of, name, status.inode);
            of.witness(network, name, Grip::Socket);
        }
        Ok(())
    }

    /// The inode number of the network that a socket is of. Each socket is asked once; but where every holder counts,
    /// another process may let us ask what the first one has not.
    fn network_of(&mut self, of: &mut Owner, name: &CStr, socket: u64) -> Option<u32> {
        match self.sockets.get(&socket) {
            Some(known) if known.is_some() || of.scan.wanted.holders_of.is_none() => {
                if let Some(network) = known {
                    of.scan.registry.knows(*network, of.holds);
                }
                *known
            }
            _ => {
                let copies = self
                    .copies
                    .get_or_insert_with(SocketCopies::with_raised_limit);
                let network = of.meet_socket(name, copies);
                self.sockets.insert(socket, network);
                network
            }
        }
    }
}

/// What is looked for, what was found so far, and how that is opened.
pub(super) struct Scan<'a> {
    pub(super) wanted: &'a Wanted,
    pub(super) registry: &'a mut Registry,
    pub(super) files: &'a NsFiles,
}

/// Whose descriptors are looked at.
struct Owner<'a> {
    scan: Scan<'a>,
    directory: Directory,
    task: Task,
    /// How it holds what it has open, besides the way by which it does.
    holds: Held,
    /// Whether it is this process, which opens what it asks.
    is_self: bool,
    pidfd: Option<Result<OwnedFd, Errno>>,
}

impl Owner<'_> {
    /// The file of a namespace is open.
    fn meet_file(&mut self, name: &CStr, status: &Status) {
        let Ok(inode) = u32::try_from(status.inode) else {
            return;
        };
        self.witness(Some(inode), name, Grip::Descriptor);
        let held = Held::DESCRIPTOR.with(self.holds);
        if self.scan.registry.knows(inode, held) {
            return;
        }
        let file = self.scan.files.open(&self.directory, name);
        let unread = &mut self.scan.registry.unread;
        let Some(file) = unread.note_optional(Call::Open, file) else {
            return;
        };
        let kind = type_of(&file).ok().and_then(Namespace::from_flag);
        let kind = kind.or_else(|| self.type_by_link(name, &file));
        if let Some(kind) = kind.filter(|kind| self.scan.wanted.meets(*kind)) {
            self.scan
                .registry
                .meet(self.scan.wanted, (kind, inode), held, || Ok(file));
        }
    }

    /// The type of a namespace that does not say it, as its link does unless it was opened where it is mounted.
    fn type_by_link(&mut self, name: &CStr, file: &OwnedFd) -> Option<Namespace> {
        let mut target = [0; 64];
        let target = self.directory.link(name, &mut target).ok();
        let kind = target.and_then(link::parse).map(|(kind, _)| kind);
        if kind.is_none() {
            let _ = self
                .scan
                .registry
                .unsupported
                .note(Request::Type, file, type_of(file));
        }
        kind
    }

    /// A socket is open. Nothing but a copy of it tells where it belongs, and that not everybody may make. The inode
    /// number of its network, where it is told.
    fn meet_socket(&mut self, name: &CStr, copies: &mut SocketCopies) -> Option<u32> {
        let number = number(name.to_bytes()).and_then(|number| i32::try_from(number).ok());
        let pidfd = self.pidfd.get_or_insert_with(|| match self.task.thread {
            None => pidfd_open(pid(self.task.process)),
            Some(thread) => pidfd_open_thread(pid(thread)),
        });
        let copy = match (pidfd, number?) {
            (Ok(pidfd), number) => pidfd_getfd(pidfd, number),
            (Err(errno), _) => Err(*errno),
        };
        let network = copy.and_then(|copy| {
            let network = network_of(&copy);
            copies.keep(copy);
            network
        });
        if matches!(network, Err(Errno::EPERM)) {
            self.scan.registry.unread.deny(self.task.process);
        }
        let unread = &mut self.scan.registry.unread;
        let network = unread.note_optional(Call::Pidfd, network)?;
        let inode = u32::try_from(status_of(&network).ok()?.inode).ok()?;
        let network = || Ok(network);
        self.scan.registry.meet(
            self.scan.wanted,
            (Namespace::Net, inode),
            Held::SOCKET.with(self.holds),
            network,
        );
        Some(inode)
    }

    /// Takes down that this one, under the number that is its name, holds a namespace.
    fn witness(&mut self, inode: Option<u32>, name: &CStr, grip: fn(u32) -> Grip) {
        if let (Some(inode), Some(number)) = (inode, number(name.to_bytes())) {
            let holder = || Holder::Task(self.task, grip(number));
            self.scan.registry.witness(self.scan.wanted, inode, holder);
        }
    }
}
