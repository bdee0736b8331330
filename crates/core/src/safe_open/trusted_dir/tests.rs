//! Whose directories are opened; the owners are the caller's to choose where root runs these.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};

use nix::unistd::geteuid;

use super::*;
use crate::ns_type::NsType;
use crate::safe_open::Untrusted;

/// A user who is neither root nor the caller.
const OTHER: u32 = 54321;

/// Returns whether this is root who can give files to anybody.
fn is_initial_root() -> bool {
    geteuid().is_root() && Proc::mounted().is_initial(NsType::User) == Some(true)
}

/// A directory for a test, gone at its end.
pub(in crate::safe_open) struct Scratch(PathBuf);

impl Scratch {
    pub(in crate::safe_open) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns a directory of this owner and with these permissions.
    fn dir(&self, name: &str, owner: u32, mode: u32) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(&path).unwrap();
        if is_initial_root() {
            chown(&path, Some(owner), None).unwrap();
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(in crate::safe_open) fn scratch() -> Scratch {
    let template = std::env::temp_dir().join("nscore-XXXXXX");
    Scratch(nix::unistd::mkdtemp(&template).expect("there is a place for it"))
}

#[track_caller]
fn refused(path: &Path, at: &Path, reason: Distrust) {
    let at = at.to_owned();
    let expected = DirError::Untrusted(Untrusted { path: at, reason });
    let error = TrustedDir::open(path).expect_err("it is in the hands of another user");
    assert_eq!(error, expected);
}

#[track_caller]
fn opened(path: &Path) {
    let directory = TrustedDir::open(path).expect("nobody else controls it");
    let expected = fs::File::open(path).unwrap();
    let [found, expected] = [directory.as_fd(), expected.as_fd()].map(status_of);
    assert!(found.unwrap().is_same_file(&expected.unwrap()), "{path:?}");
}

#[test]
fn a_directory_of_the_caller_is_opened_however_it_is_named() {
    let scratch = scratch();
    let within = |name: &str| scratch.path().join(name);
    scratch.dir("a/b", geteuid().as_raw(), 0o755);
    symlink("a/b", within("relative")).unwrap();
    symlink(within("a"), within("absolute")).unwrap();
    symlink("../relative", within("a/up")).unwrap();
    for name in [
        "",
        "a",
        "a/",
        "a/b/.",
        "a/b/..",
        "relative",
        "absolute/b",
        "a/up/../b",
        "absolute/up/",
    ] {
        opened(&within(name));
    }
    opened(Path::new("/"));
    opened(Path::new("/proc/self"));
    symlink("turn", within("turn")).unwrap();
    fs::write(within("file"), "").unwrap();
    for (name, errno) in [
        ("none", Errno::ENOENT),
        ("file", Errno::ENOTDIR),
        ("file/x", Errno::ENOTDIR),
        ("a/none/x", Errno::ENOENT),
        ("turn", Errno::ELOOP),
    ] {
        let error = TrustedDir::open(&within(name)).expect_err(name);
        assert_eq!(error, DirError::Os(errno), "{name}");
    }
    let [empty, magic] = ["", "/proc/self/root"].map(|path| TrustedDir::open(Path::new(path)));
    assert_eq!(empty.expect_err("no path"), DirError::Os(Errno::ENOENT));
    assert_eq!(magic.expect_err("magic"), DirError::Os(Errno::ELOOP));
}

#[test]
fn a_directory_that_others_can_write_to_is_refused_unless_it_is_sticky() {
    let scratch = scratch();
    let caller = geteuid().as_raw();
    for (mode, reason) in [
        (0o775, Distrust::Writable { everybody: false }),
        (0o757, Distrust::Writable { everybody: true }),
        (0o777, Distrust::Writable { everybody: true }),
    ] {
        let above = scratch.dir("a", caller, mode);
        let below = scratch.dir("a/b", caller, 0o755);
        refused(&above, &above, reason);
        refused(&below, &above, reason);
    }
    scratch.dir("a", caller, 0o1777);
    opened(&scratch.path().join("a/b"));
    // A link out of such a directory leads through it.
    let above = scratch.dir("a", caller, 0o775);
    scratch.dir("safe", caller, 0o755);
    symlink("../safe", above.join("out")).unwrap();
    let reason = Distrust::Writable { everybody: false };
    refused(&above.join("out"), &above, reason);
    symlink("a/out", scratch.path().join("in")).unwrap();
    refused(&scratch.path().join("in"), &above, reason);
}

#[test]
fn a_directory_of_another_user_is_refused_and_what_is_below_it() {
    if !is_initial_root() {
        return;
    }
    let scratch = scratch();
    let theirs = scratch.dir("theirs", OTHER, 0o755);
    let below = scratch.dir("theirs/b", 0, 0o755);
    for path in [&theirs, &below, &below.join("../../theirs/b")] {
        refused(path, &theirs, Distrust::Owner(OTHER));
    }
    let shown = TrustedDir::open(&theirs).map_err(anyhow::Error::from);
    let shown = shown.expect_err("it is another user's");
    let sentence = format!("{} belongs to user {OTHER}", theirs.display());
    assert_eq!(shown.root_cause().to_string(), sentence);
    let hint = shown.downcast_ref::<crate::hint::Hint>().expect("a hint");
    assert!(
        hint.evaluate()
            .is_some_and(|hint| hint.to_string().contains("root"))
    );
}

#[test]
fn a_link_of_another_user_is_refused_where_everybody_may_make_links() {
    if !is_initial_root() {
        return;
    }
    let scratch = scratch();
    let sticky = scratch.dir("sticky", 0, 0o1777);
    let safe = scratch.dir("safe", 0, 0o755);
    let [theirs, ours] = ["theirs", "ours"].map(|name| sticky.join(name));
    symlink(&safe, &theirs).unwrap();
    symlink(&safe, &ours).unwrap();
    lchown(&theirs, Some(OTHER), None).unwrap();
    refused(&theirs, &theirs, Distrust::Link(OTHER));
    opened(&ours);
}

#[test]
fn a_new_directory_is_made_in_a_trusted_one_and_removed_by_its_descriptor() {
    let scratch = scratch();
    let path = scratch.path().join("new");
    let (directory, is_new) = TrustedDir::create(&path).unwrap();
    assert!(is_new && path.is_dir());
    let (again, is_new) = TrustedDir::create(&path).unwrap();
    assert!(!is_new);
    again.remove().unwrap();
    assert!(!path.exists());
    assert_eq!(directory.remove(), Err(Errno::ENOENT));
    let open = scratch.dir("open", geteuid().as_raw(), 0o777);
    let error = TrustedDir::create(&open.join("new")).expect_err("everybody can write there");
    assert!(matches!(error, DirError::Untrusted(_)), "{error:?}");
    assert!(!open.join("new").exists());
}

#[test]
fn a_directory_that_took_its_name_is_not_removed() {
    let scratch = scratch();
    let within = |name: &str| scratch.path().join(name);
    let directory = TrustedDir::open(&scratch.dir("kept", geteuid().as_raw(), 0o755)).unwrap();
    fs::rename(within("kept"), within("moved")).unwrap();
    scratch.dir("other", geteuid().as_raw(), 0o755);
    symlink("other", within("kept")).unwrap();
    assert_eq!(directory.remove(), Err(Errno::ESTALE));
    fs::remove_file(within("kept")).unwrap();
    fs::rename(within("other"), within("kept")).unwrap();
    assert_eq!(directory.remove(), Err(Errno::ESTALE));
    assert!(within("kept").is_dir() && within("moved").is_dir());
}

#[test]
fn one_without_a_name_is_removed_all_the_same() {
    let scratch = scratch();
    let path = scratch.dir("a/b", geteuid().as_raw(), 0o755);
    TrustedDir::open(&path.join("../b/x/..")).expect_err("there is no x");
    scratch.dir("a/b/x", geteuid().as_raw(), 0o755);
    let directory = TrustedDir::open(&path.join("x/..")).unwrap();
    assert_eq!(directory.remove(), Err(Errno::ENOTEMPTY));
    fs::remove_dir(path.join("x")).unwrap();
    directory.remove().unwrap();
    assert!(!path.exists());
    let root = TrustedDir::open(Path::new("/")).unwrap();
    assert_eq!(root.remove(), Err(Errno::EBUSY));
}
