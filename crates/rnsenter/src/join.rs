//! Entering the namespaces, `setns(2)`.
//!
//! Without a user namespace to enter, the caller's own privilege joins the others, before or after; with one, some may
//! be the caller's to join only now and some only from inside. So there are two passes: the first over all types but
//! user, whose failures do not count, the second over what is left, whose failures do.

use nscore::cli::sentence;
use std::ffi::CStr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::libc::{S_IFCHR, S_IFSOCK};
use nix::unistd::Pid;
use nscore::hint::WithHint;
use nscore::ns_type::NsType;
use nscore::socket_copies::SocketCopies;
use nscore::sys::directory::{FileStatus, status, status_of};
use nscore::sys::namespace::{joins_by_pidfd, network_of, setns, user_namespace_of};
use nscore::sys::nsfs::owner_of;
use nscore::sys::process::pidfd_getfd;
use nscore::target::hint::process;

use crate::hint::setns::{NsSource, SetnsFailure};
use crate::options::Options;
use crate::selection::Origin;
use crate::target::Target;

/// What is left to be joined.
pub(crate) struct NamespaceSet<'a> {
    /// Those of the process of the pidfd, entered in one call.
    by_pidfd: Vec<NsType>,
    pidfd: Option<(Pid, BorrowedFd<'a>)>,
    /// In the order of joining.
    files: Vec<(NsType, OwnedFd)>,
}

impl<'a> NamespaceSet<'a> {
    /// Opens whatever must be opened for it.
    ///
    /// # Errors
    /// `no target PID specified`; what cannot be opened.
    pub(crate) fn open(
        options: &mut Options,
        target: Option<&'a Target>,
    ) -> Result<NamespaceSet<'a>> {
        let selected = std::mem::take(&mut options.selection.namespaces);
        let mut set = NamespaceSet {
            by_pidfd: Vec::new(),
            pidfd: None,
            files: Vec::new(),
        };
        for (namespace, source) in selected {
            match source {
                Origin::Target => set.by_pidfd.push(namespace),
                Origin::Opened(file) => set.files.push((namespace, file)),
            }
        }
        let needed = !set.by_pidfd.is_empty()
            || options.selection.net_socket.is_some()
            || options.selection.user_parent;
        if !needed {
            return Ok(set);
        }
        let target = target.context("no target PID specified")?;
        match target.pidfd() {
            Ok(pidfd) if joins_by_pidfd() => set.pidfd = Some((target.pid(), pidfd)),
            // No pidfd, or a kernel whose setns takes none: the files one by one.
            _ => set.open_files_of(target)?,
        }
        Ok(set)
    }

    /// Uses the network of the target's socket `number` for the net type.
    ///
    /// # Errors
    /// `failed to pidfd_open() for PID`, `pidfd_getfd(…)`, `ioctl(…, SIOCGSKNS)`.
    pub(crate) fn add_net_socket(&mut self, target: Option<&Target>, number: RawFd) -> Result<()> {
        let target = target.context("no target PID specified")?;
        let pid = target.pid();
        let pidfd = target
            .pidfd()
            .with_hint(move |errno| process::explain_open_failure(errno, pid, ""))
            .with_context(|| sentence("failed to pidfd_open() for %d", &[&pid]))?;
        let kind = target.type_of_descriptor(number);
        self.insert(NsType::Net, network_of_socket(pidfd, number, kind)?);
        Ok(())
    }

    /// Has the parent of the user namespace that is entered, or else of the target's, be used for the user type.
    ///
    /// # Errors
    /// `failed to open parent namespace`.
    pub(crate) fn add_user_parent(&mut self, target: Option<&Target>) -> Result<()> {
        let target = target.context("no target PID specified")?;
        let parent = parent_namespace(target, self.file(NsType::User))?;
        self.insert(NsType::User, parent);
        Ok(())
    }

    /// Returns whether there is nothing to enter.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_pidfd.is_empty() && self.files.is_empty()
    }

    /// Returns whether a namespace is to be entered by a file, by itself.
    pub(crate) fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// Returns whether this type is to be entered.
    pub(crate) fn contains(&self, namespace: NsType) -> bool {
        self.by_pidfd.contains(&namespace) || self.file(namespace).is_some()
    }

    fn file(&self, namespace: NsType) -> Option<&OwnedFd> {
        let mut files = self.files.iter();
        files.find(|(of, _)| *of == namespace).map(|(_, file)| file)
    }

    /// Uses `file` for this type, instead of what was used before.
    fn insert(&mut self, namespace: NsType, file: OwnedFd) {
        self.by_pidfd.retain(|other| *other != namespace);
        self.files.retain(|(other, _)| *other != namespace);
        self.add_file(namespace, file);
    }

    /// Adds a file in the order of entering.
    fn add_file(&mut self, namespace: NsType, file: OwnedFd) {
        let mut files = self.files.iter();
        let place = files.position(|(other, _)| *other > namespace);
        let place = place.unwrap_or(self.files.len());
        self.files.insert(place, (namespace, file));
    }

    fn open_files_of(&mut self, target: &Target) -> Result<()> {
        for namespace in std::mem::take(&mut self.by_pidfd) {
            let file = target.open(&format!("ns/{}", namespace.file()))?;
            self.add_file(namespace, file);
        }
        Ok(())
    }

    /// Joins them all: first in the original's sequence, and if that is not permitted, without what the caller shares
    /// with the target, the user namespace first.
    ///
    /// Whoever has made a container without being root has no right over the namespaces that it shares with the
    /// machine, and may enter all others once its user namespace is entered.
    ///
    /// # Errors
    /// `reassociate to namespaces failed`, `reassociate to namespace 'ns/X' failed`: those of the first sequence.
    pub(crate) fn enter(mut self, target: Option<&Target>) -> Result<()> {
        let enters_user = self.contains(NsType::User);
        let enters_mount = self.contains(NsType::Mount);
        self.enter_all_but_user();
        let proc_is_ours = !enters_mount || self.contains(NsType::Mount);
        let refused = self.enter_rest(enters_user, proc_is_ours);
        let is_denied = |error: &Error| error.downcast_ref() == Some(&Errno::EPERM);
        match refused {
            Err(error) if enters_user && is_denied(&error) => {
                self.remove_shared(target);
                let has_some = !self.is_empty();
                if has_some && self.enter_user_first().is_ok() {
                    return Ok(());
                }
                Err(error)
            }
            joined => joined,
        }
    }

    /// Joins the user namespace alone, before everything else.
    ///
    /// # Errors
    /// As [`NamespaceSet::enter`].
    pub(crate) fn enter_user(&mut self) -> Result<()> {
        let is_user = |namespace: &NsType| *namespace == NsType::User;
        let by_pidfd = std::mem::take(&mut self.by_pidfd);
        let files = std::mem::take(&mut self.files);
        let (user, others) = by_pidfd.into_iter().partition(is_user);
        let (user_file, other_files) = files.into_iter().partition(|(of, _)| is_user(of));
        (self.by_pidfd, self.files) = (user, user_file);
        self.enter_rest(true, true)?;
        (self.by_pidfd, self.files) = (others, other_files);
        Ok(())
    }

    /// The second pass: what is left, the process's own namespaces in one call, then the files.
    fn enter_rest(&mut self, enters_user: bool, proc_is_ours: bool) -> Result<()> {
        let refused = |types: &[NsType], of| SetnsFailure {
            types: types.to_vec(),
            enters_user,
            source: if proc_is_ours { of } else { None },
        };
        if let (Some((pid, pidfd)), false) = (self.pidfd, self.by_pidfd.is_empty()) {
            let types = &self.by_pidfd[..];
            setns(pidfd, flags(types))
                .map_err(|errno| refused(types, NsSource::process(pid, pidfd)).into_error(errno))
                .context("reassociate to namespaces failed")?;
            self.by_pidfd.clear();
        }
        while let Some((namespace, file)) = self.files.first() {
            setns(file, namespace.flag())
                .map_err(|errno| refused(&[*namespace], NsSource::file(file)).into_error(errno))
                .with_context(|| {
                    let file = format!("ns/{}", namespace.file());
                    sentence("reassociate to namespace '%s' failed", &[&file])
                })?;
            self.files.remove(0);
        }
        Ok(())
    }

    /// Strikes off the types of which the caller is in the same namespace already.
    fn remove_shared(&mut self, target: Option<&Target>) {
        let is_other = |namespace: NsType, theirs: Option<FileStatus>| match theirs {
            Some(theirs) => !own_ns_status(namespace).is_ok_and(|own| own.is_same_file(&theirs)),
            None => true,
        };
        self.by_pidfd.retain(|namespace| {
            let theirs = target.and_then(|target| target.stat_namespace(namespace.file()).ok());
            is_other(*namespace, theirs)
        });
        let files = &mut self.files;
        files.retain(|(namespace, file)| is_other(*namespace, status_of(file).ok()));
    }

    /// Joins what is left; of the namespaces of one call the kernel takes the user namespace first by itself.
    fn enter_user_first(&self) -> Result<(), Errno> {
        let is_user = |namespace: NsType| namespace == NsType::User;
        let (first, rest): (Vec<_>, Vec<_>) = self
            .files
            .iter()
            .partition(|(namespace, _)| is_user(*namespace));
        for (namespace, file) in first {
            setns(file, namespace.flag())?;
        }
        if let (Some((_, pidfd)), false) = (self.pidfd, self.by_pidfd.is_empty()) {
            setns(pidfd, flags(&self.by_pidfd))?;
        }
        for (namespace, file) in rest {
            setns(file, namespace.flag())?;
        }
        Ok(())
    }

    /// The first pass: what can be joined is joined and struck off.
    fn enter_all_but_user(&mut self) {
        let is_user = |namespace: &NsType| *namespace == NsType::User;
        let others: Vec<NsType> = self
            .by_pidfd
            .iter()
            .copied()
            .filter(|namespace| !is_user(namespace))
            .collect();
        match self.pidfd {
            Some((_, pidfd)) if !others.is_empty() && setns(pidfd, flags(&others)).is_ok() => {
                self.by_pidfd.retain(is_user);
            }
            _ => {}
        }
        self.files.retain(|(namespace, file)| {
            is_user(namespace) || setns(file, namespace.flag()).is_err()
        });
    }
}

fn flags(namespaces: &[NsType]) -> i32 {
    namespaces
        .iter()
        .fold(0, |flags, namespace| flags | namespace.flag())
}

/// Returns the network namespace of a socket that the target has open under this number, or of a device that answers as
/// a socket does: that of `tun`.
///
/// Of what is of another type, as far as that is known, there is no copy: the kernel asks whoever serves a file before
/// it closes one, and who asks too may wait for ever.
fn network_of_socket(pidfd: BorrowedFd<'_>, number: RawFd, kind: Option<u32>) -> Result<OwnedFd> {
    let is_apt = kind.is_none_or(|kind| [S_IFSOCK, S_IFCHR].contains(&kind));
    let copied = match is_apt {
        true => pidfd_getfd(pidfd, number),
        // In its place, for the number that the message has.
        false => pidfd.try_clone_to_owned().map_err(|_| Errno::EMFILE),
    };
    let copy =
        copied.with_context(|| sentence("pidfd_getfd(%d, %u)", &[&pidfd.as_raw_fd(), &number]))?;
    let copy_number = copy.as_raw_fd();
    let network = match kind {
        _ if !is_apt => Err(Errno::ENOTTY),
        Some(S_IFCHR) => network_of(&copy),
        // What lingers is let go of here: the start of the program would wait.
        _ => SocketCopies::new().network_of(copy),
    };
    network.with_context(|| sentence("ioctl(%d, SIOCGSKNS)", &[&copy_number]))
}

/// Returns the parent of the user namespace that is named, or else of the target's.
fn parent_namespace(target: &Target, named: Option<&OwnedFd>) -> Result<OwnedFd> {
    let own = match named {
        Some(file) => file
            .try_clone()
            .map_err(|_| Errno::EMFILE)
            .context("failed to open parent namespace")?,
        None => match target.pidfd().and_then(user_namespace_of) {
            Ok(own) => own,
            // Linux before 6.11, or no pidfd.
            Err(_) => target.open("ns/user")?,
        },
    };
    owner_of(own.as_fd()).context("failed to open parent namespace")
}

/// Has `--all` choose every type that this kernel has, but not the user namespace if it is the caller's own already
/// and was not asked for by itself.
///
/// # Errors
/// `stat of /proc/PID/ns/user failed`.
pub(crate) fn select_all(options: &mut Options) -> Result<()> {
    for namespace in NsType::ALL {
        let Ok(own) = own_ns_status(namespace) else {
            continue;
        };
        let differing_only = options.selection.differing_only || namespace == NsType::User;
        if differing_only && !options.selection.selects(namespace) {
            let theirs = match &options.target {
                Some(target) => target.stat_namespace(namespace.file())?,
                None => Err(Errno::ENOENT)
                    .with_context(|| sentence("stat of %s failed", &[&"/proc/0/ns/user"]))?,
            };
            if own.is_same_file(&theirs) {
                continue;
            }
        }
        options.selection.select(namespace, Origin::Target);
    }
    Ok(())
}

/// Returns whether the target is in another namespace of this type than the caller. Of a type that this kernel lacks
/// there is one.
///
/// # Errors
/// `stat of /proc/PID/ns/TYPE failed`.
pub(crate) fn differs(target: &Target, namespace: NsType) -> Result<bool> {
    let Ok(own) = own_ns_status(namespace) else {
        return Ok(false);
    };
    let theirs = target.stat_namespace(namespace.file())?;
    Ok(!own.is_same_file(&theirs))
}

/// Returns the state of the file of one of the caller's own namespaces.
fn own_ns_status(namespace: NsType) -> Result<FileStatus, Errno> {
    let path = format!("/proc/self/ns/{}\0", namespace.file());
    status(CStr::from_bytes_until_nul(path.as_bytes()).unwrap_or_default())
}
