//! What processes have open: files of namespaces, and sockets, which belong to a network namespace.
//!
//! The link of a descriptor does not show it: a namespace's file that was opened where it is mounted shows that path,
//! and `/` once it is mounted there no longer. The device does, so each descriptor is looked at by `statx(2)`, which is
//! no slower, and asks no server.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use crate::ns_type::NsType;
use crate::procfs::parse_digits;
use crate::socket_copies::SocketCopies;
use crate::sys::directory::{Directory, EntryBuffer, FileStatus};
use crate::sys::nsfs::type_of;
use crate::sys::probe::Call;
use crate::sys::process::{pidfd_getfd, pidfd_open, pidfd_open_thread};
use nix::errno::Errno;
use nix::libc::S_IFSOCK;

use super::nsfile::NsFiles;
use super::nslink;
use super::proc_name::{ProcName, to_pid};
use super::record::Registry;
use super::ref_kinds::RefKinds;
use super::self_fds;
use super::sockets::{KnownSocket, SocketNetwork, SocketNetworks};
use super::unsupported::NsRequest;
use super::{HoldKind, Holder, ScanOptions, Task};

/// What was seen of descriptors so far.
#[derive(Debug)]
pub(super) struct FdReader {
    /// Whether the size of a directory of descriptors is their number.
    are_counted: bool,
    sockets: SocketNetworks,
    /// This process's own number below /proc.
    own: Option<u32>,
}

impl FdReader {
    /// None seen yet.
    pub(super) fn new(proc: &Directory) -> FdReader {
        FdReader {
            are_counted: proc.status(c"self/fd").is_ok_and(|fds| fds.size > 0),
            sockets: SocketNetworks::default(),
            own: self_fds::pid_in(proc),
        }
    }

    /// Looks at every descriptor of the process or thread with this directory `ns`.
    ///
    /// Since Linux 6.2 the size of the directory is how many there are. As a rule these are the lowest numbers, but for
    /// a few that were closed, such as those of a daemon's standard streams. So the lowest are asked for first, and on
    /// as long as they follow each other: that is cheaper than a list, which is read only if some were not found then.
    pub(super) fn read_fds(
        &mut self,
        scan: ScanContext,
        ns: &Directory,
        task: Task,
        entries: &mut EntryBuffer,
    ) {
        let (pid, directory) = (task.process, ns.open_dir(c"../fd"));
        let Some(directory) = scan.registry.unread.note(pid, Call::Open, directory) else {
            return;
        };
        let open = directory.status(c"").map_or(0, |status| status.size);
        if open == 0 && self.are_counted {
            return;
        }
        let mut owner = FdOwner {
            scan,
            directory,
            task,
            refs: match task.thread {
                None => RefKinds::OPEN_IN_PROCESS,
                Some(_) => RefKinds::default(),
            },
            is_self: Some(task.process) == self.own,
            pidfd: None,
        };
        if let Some(next) = self.read_lowest(&mut owner, open) {
            self.read_listed(&mut owner, next, entries);
        }
    }

    /// Looks at the descriptors with the lowest numbers, which are `open` as a rule. Returns the number to go on from
    /// if not so many were found.
    fn read_lowest(&mut self, owner: &mut FdOwner, open: u64) -> Option<u32> {
        let mut name = ProcName::default();
        let (mut seen, mut next, mut is_followed) = (0, 0, true);
        while seen < open && (u64::from(next) < open || is_followed) {
            let examined = self.examine(owner, name.write(next, ""));
            is_followed = examined.is_ok();
            match examined {
                Ok(()) => seen += 1,
                Err(Errno::ENOENT) => {}
                Err(errno) => {
                    owner.note_error(errno);
                    // Not to be seen by us, and so are the others.
                    if errno == Errno::EACCES {
                        return None;
                    }
                }
            }
            next += 1;
        }
        (seen < open || open == 0).then_some(next)
    }

    /// Looks at the descriptors that are listed, from the number `next` on.
    fn read_listed(&mut self, owner: &mut FdOwner, next: u32, entries: &mut EntryBuffer) {
        let mut rest = Vec::new();
        let beyond = |name: &CStr| {
            rest.extend(parse_digits::<u32>(name.to_bytes()).filter(|n| *n >= next));
        };
        let listed = owner.directory.entries(entries, beyond);
        let pid = owner.task.process;
        owner.scan.registry.unread.note(pid, Call::List, listed);
        let mut name = ProcName::default();
        for number in rest {
            if let Err(errno) = self.examine(owner, name.write(number, "")) {
                owner.note_error(errno);
            }
        }
    }

    /// Looks at one descriptor, which may not be there.
    fn examine(&mut self, owner: &mut FdOwner, name: &CStr) -> Result<(), Errno> {
        let status = owner.directory.status(name)?;
        let is_namespace = owner.scan.files.is_namespace(&status);
        let is_socket =
            status.file_type == S_IFSOCK && owner.scan.wanted.types.contains(NsType::Net);
        let is_ours = || owner.is_self && !self_fds::is_inherited(&owner.directory, name);
        if !is_namespace && !is_socket || is_ours() {
            return Ok(());
        }
        if is_namespace {
            owner.register_file(name, &status);
        } else {
            let network = self.network_of(owner, name, status.inode);
            owner.record_holder(network, name, HoldKind::Socket);
        }
        Ok(())
    }

    /// Returns the inode number of the network that a socket is of. Each socket is asked once; but where every holder
    /// counts, another process may let us ask what the first one has not.
    fn network_of(&mut self, owner: &mut FdOwner, name: &CStr, socket: u64) -> Option<u32> {
        match self.sockets.known(socket) {
            KnownSocket::OfNetwork(network) => {
                owner.scan.registry.add_refs_if_known(network, owner.refs);
                Some(network)
            }
            KnownSocket::NotReported if owner.scan.wanted.holders_of.is_none() => None,
            KnownSocket::NotReported | KnownSocket::NotAsked => {
                let network = owner.register_socket(name, &mut self.sockets);
                self.sockets.note(socket, network);
                network
            }
        }
    }
}

/// What is looked for, what was found so far, and how that is opened.
pub(super) struct ScanContext<'a> {
    pub(super) wanted: &'a ScanOptions,
    pub(super) registry: &'a mut Registry,
    pub(super) files: &'a NsFiles,
}

/// Whose descriptors are looked at.
struct FdOwner<'a> {
    scan: ScanContext<'a>,
    directory: Directory,
    task: Task,
    /// How the open file or socket refers to its namespace, besides being one.
    refs: RefKinds,
    /// Whether it is this process, which opens what it asks.
    is_self: bool,
    pidfd: Option<Result<OwnedFd, Errno>>,
}

impl FdOwner<'_> {
    /// Records that a descriptor could not be looked at.
    fn note_error(&mut self, errno: Errno) {
        let unread = &mut self.scan.registry.unread;
        unread.note_file_error(self.task.process, Call::Status, errno);
    }

    /// The file of a namespace is open.
    fn register_file(&mut self, name: &CStr, status: &FileStatus) {
        let Ok(inode) = u32::try_from(status.inode) else {
            return;
        };
        self.record_holder(Some(inode), name, HoldKind::Descriptor);
        let refs = RefKinds::DESCRIPTOR.with(self.refs);
        if self.scan.registry.add_refs_if_known(inode, refs) {
            return;
        }
        let file = self.scan.files.open(&self.directory, name);
        let unread = &mut self.scan.registry.unread;
        let Some(file) = unread.note_optional(Call::Open, file) else {
            return;
        };
        let ns_type = type_of(&file).ok().and_then(NsType::from_flag);
        let ns_type = ns_type.or_else(|| self.type_by_link(name, &file));
        if let Some(ns_type) = ns_type.filter(|ns_type| self.scan.wanted.includes(*ns_type)) {
            self.scan
                .registry
                .register(self.scan.wanted, (ns_type, inode), refs, || Ok(file));
        }
    }

    /// Returns the type of a namespace that does not say it, as its link does unless it was opened where it is mounted.
    fn type_by_link(&mut self, name: &CStr, file: &OwnedFd) -> Option<NsType> {
        let mut target = [0; 64];
        let target = self.directory.read_link_into(name, &mut target).ok();
        let ns_type = target
            .and_then(nslink::parse_link)
            .map(|(ns_type, _)| ns_type);
        if ns_type.is_none() {
            let _ = self
                .scan
                .registry
                .unsupported
                .record(NsRequest::Type, file, type_of(file));
        }
        ns_type
    }

    /// A socket is open. Nothing but a copy of it reports where it belongs, and not everybody may make that. The inode
    /// number of its network, where it is reported.
    fn register_socket(&mut self, name: &CStr, sockets: &mut SocketNetworks) -> Option<u32> {
        let number = parse_digits::<i32>(name.to_bytes())?;
        // A program that enters namespaces hands its limits on to the program that it runs.
        let new_copies = match self.scan.wanted.find {
            Some(_) => SocketCopies::new,
            None => SocketCopies::with_raised_limit,
        };
        let copy = self.copy_descriptor(number);
        let network = copy.and_then(|copy| sockets.query_network(copy, new_copies));
        if matches!(network, Err(Errno::EPERM)) {
            self.scan.registry.unread.deny(self.task.process);
        }
        let unread = &mut self.scan.registry.unread;
        let refs = RefKinds::SOCKET.with(self.refs);
        match unread.note_optional(Call::Pidfd, network)? {
            SocketNetwork::Known(inode) => {
                self.scan.registry.add_refs_if_known(inode, refs);
                Some(inode)
            }
            SocketNetwork::New(inode, network) => {
                let (wanted, namespace) = (self.scan.wanted, (NsType::Net, inode));
                self.scan
                    .registry
                    .register(wanted, namespace, refs, || Ok(network));
                Some(inode)
            }
        }
    }

    /// Returns a copy of the descriptor with this number.
    fn copy_descriptor(&mut self, number: i32) -> Result<OwnedFd, Errno> {
        let pidfd = self.pidfd.get_or_insert_with(|| match self.task.thread {
            None => pidfd_open(to_pid(self.task.process)),
            Some(thread) => pidfd_open_thread(to_pid(thread)),
        });
        match pidfd {
            Ok(pidfd) => pidfd_getfd(pidfd, number),
            Err(errno) => Err(*errno),
        }
    }

    /// Records that this process or thread holds a namespace by the descriptor with this number.
    fn record_holder(&mut self, inode: Option<u32>, name: &CStr, kind: fn(u32) -> HoldKind) {
        if let (Some(inode), Some(number)) = (inode, parse_digits(name.to_bytes())) {
            let holder = || Holder::Task(self.task, kind(number));
            self.scan
                .registry
                .record_holder(self.scan.wanted, inode, holder);
        }
    }
}
