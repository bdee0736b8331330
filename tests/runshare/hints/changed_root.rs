//! Being in a chroot, in which no user namespace can be made; and a program that is there and cannot be run.

use super::{expected, hint_inside, inside};
use crate::fixture::{RUNSHARE, differential_test, runshare};
use testkit::{Scratch, require};

/// Has a directory stand for the root in which everything is that is in the real one, each by itself.
const ASSEMBLED: &str = "mount -t tmpfs none \"$2\"; mkdir \"$2/root\"
    for part in /*; do
        if [ -h $part ]; then cp -P $part \"$2/root\"
        elif [ -d $part ]; then mkdir \"$2/root$part\"; mount --rbind $part \"$2/root$part\"; fi
    done";

/// The same as one mount.
const MOUNTED: &str = "mount -t proc proc /proc; mount -t tmpfs none \"$2\"; mkdir \"$2/root\"; mount --rbind / \"$2/root\"";

#[test]
fn in_a_chroot_no_user_namespace_can_be_made() {
    if !require::user_namespaces() {
        return;
    }
    for root in [ASSEMBLED, MOUNTED] {
        let scratch = Scratch::new();
        // The shell stays, as process 1 outside of the chroot.
        let script = format!("{root}; chroot \"$2/root\" \"$1\" --user true || exit $?");
        let Some(hint) = hint_inside("-rmpf", &script, scratch.path()) else {
            return;
        };
        let start = "this process is in a chroot, where the kernel allows no user namespace to be created: ";
        assert!(hint.starts_with(start), "{hint}");
        // What it names mends it.
        let script =
            format!("{root}; exec \"$1\" --pivot-root --root \"$2/root\" \"$1\" --user true");
        let mended = inside("-rmpf", &script, RUNSHARE.path(), scratch.path());
        mended.run().ok();
    }
}

#[test]
fn a_program_whose_interpreter_is_missing_is_reported() {
    let scratch = Scratch::new();
    let script = scratch.program("script", "#!/no/such/interpreter -x\n");
    let Some(diff) = differential_test() else {
        return;
    };
    let hint = expected(diff.hint(|tool| tool.arg(&script)));
    let hint_text = format!(
        "{} requires the interpreter /no/such/interpreter, which does not exist in this root",
        script.display()
    );
    assert_eq!(hint, hint_text);
    let hint = expected(diff.hint(|tool| tool.env("PATH", "/usr:/etc").arg("nosuch")));
    assert_eq!(
        hint,
        "no directory of PATH contains nosuch in this root: PATH is /usr:/etc"
    );
}

#[test]
fn a_path_from_elsewhere_cannot_speak_to_the_terminal() {
    let scratch = Scratch::new();
    let script = scratch.program("script", "#!/\x1b]0;title\x07\x1b[2J\n");
    let outcome = runshare().env("NSUTILS_HINTS", "always").arg(&script).run();
    assert!(
        outcome.err().contains("\\u{1b}]0;title\\u{7}\\u{1b}[2J"),
        "{outcome}"
    );
    assert!(!outcome.stderr.contains(&0x1b));
}
