//! A root whose shell is the script `#!/proc/self/exe`, CVE-2019-5736: the kernel would run the tool's own file with
//! the loader of that root, and whoever is inside could overwrite it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::PathBuf;

use testkit::{Running, Scratch, Tool, require};

use crate::fixture::{built, can_run};

/// The user who has a tool of his own.
const USER: u32 = 1001;

/// Becomes the words from `$3` on, where the root `$1` has /usr and /proc, and the tools of `$2`.
const MOUNT: &str = r#"
    root=$1 tools=$2; shift 2
    mount --bind "$root" "$root"
    mount --bind /usr "$root/usr"
    mount --bind "$tools" "$root/tools"
    mount -t proc proc "$root/proc"
    exec "$@"
"#;

/// A root, and copies of our programs, which may be overwritten.
struct Trap {
    _scratch: Scratch,
    root: PathBuf,
    tools: PathBuf,
}

impl Trap {
    fn new() -> Trap {
        let scratch = Scratch::new();
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).expect("ours");
        let [root, tools] = ["root", "copies"].map(|name| scratch.dir(name));
        for name in ["bin", "usr", "proc", "tools"] {
            scratch.dir(format!("root/{name}"));
        }
        for name in ["lib", "lib64"] {
            symlink(format!("usr/{name}"), root.join(name)).expect("it is new");
        }
        symlink("/proc/self/exe", root.join("link")).expect("it is new");
        let scripts = [
            ("bin/sh", "#!/proc/self/exe\n"),
            ("deep", "#! /bin/sh -e\n"),
            ("plain", "echo\n"),
        ];
        for (name, text) in scripts {
            scratch.program(format!("root/{name}"), text);
        }
        for name in ["runshare", "rnsenter", "rchroot"] {
            fs::copy(built(name), tools.join(name)).expect("it is built");
        }
        Trap {
            _scratch: scratch,
            root,
            tools,
        }
    }

    /// These words where the root is complete.
    fn mounted(&self, words: &[&str]) -> Tool {
        let shell = Tool::new(built("runshare")).args(["-m", "/bin/sh", "-ec", MOUNT, "sh"]);
        let shell = shell.arg(&self.root).arg(&self.tools).args(words);
        shell.env("PATH", "/bin:/usr/bin:/usr/sbin")
    }

    fn copy(&self, name: &str) -> String {
        self.tools.join(name).display().to_string()
    }

    /// A process that is in the root and in a mount namespace of its own.
    fn container(&self) -> Running {
        let root = format!("--root={}", self.root.display());
        let stays = "echo ready; exec /usr/bin/sleep 600";
        let tool = built("runshare").display().to_string();
        let words = [
            &tool,
            "-m",
            "--pivot-root",
            &root,
            "/usr/bin/dash",
            "-c",
            stays,
        ];
        let mut running = self.mounted(&words).spawn();
        running.read_until("ready");
        running
    }

    /// Asserts that the tool does not run `program`, and that no copy has changed.
    #[track_caller]
    fn refuses(&self, tool: &[&str], program: &[&str], sentence: &str) {
        let outcome = self.mounted(&[tool, program].concat()).run();
        let reason = "it leads to this tool's own file by a link of /proc";
        outcome.fails(126, &format!("{sentence}: {reason}\n"));
        for name in ["runshare", "rnsenter", "rchroot"] {
            let [copy, ours] = [self.tools.join(name), built(name)].map(|file| fs::read(file).ok());
            assert!(copy.is_some() && copy == ours, "{name} has changed");
        }
    }

    /// Asserts that the tool refuses every way to its own file but the ordinary one.
    fn tries_all(&self, tool: &[&str], name: &str, sentence: impl Fn(&str) -> String) {
        for program in [
            "sh",
            "/bin/sh",
            "/deep",
            "/plain",
            "/link",
            "/proc/self/exe",
        ] {
            let sentence = format!("{name}: {}", sentence(program));
            self.refuses(tool, &[program], &sentence);
        }
        for ordinary in ["/tools/runshare", "/tools/rnsenter", "/tools/rchroot"] {
            let words = [tool, &[ordinary, "--version"]].concat();
            let outcome = self.mounted(&words).run().ok();
            assert!(outcome.out().contains("nsutils"), "{outcome}");
        }
    }
}

fn can_be_set() -> bool {
    can_run() && require::root()
}

#[test]
fn rchroot_does_not_run_its_own_file_by_a_link_of_proc() {
    if !can_be_set() {
        return;
    }
    let trap = Trap::new();
    let root = trap.root.display().to_string();
    let tool = trap.copy("rchroot");
    let sentence = |program: &str| format!("failed to run command ‘{program}’");
    trap.tries_all(
        &["env", "LC_ALL=C.UTF-8", &tool, &root],
        "rchroot",
        sentence,
    );
}

#[test]
fn runshare_does_not_run_its_own_file_by_a_link_of_proc() {
    if !can_be_set() {
        return;
    }
    let trap = Trap::new();
    let root = format!("--root={}", trap.root.display());
    let tool = trap.copy("runshare");
    let sentence = |program: &str| format!("failed to execute {program}");
    trap.tries_all(&[&tool, &root], "runshare", sentence);
    trap.tries_all(&[&tool, &root, "--pid", "--fork"], "runshare", sentence);
}

#[test]
fn rnsenter_does_not_run_its_own_file_by_a_link_of_proc() {
    if !can_be_set() {
        return;
    }
    let trap = Trap::new();
    let container = trap.container();
    let pid = container.pid().to_string();
    let tool = trap.copy("rnsenter");
    let sentence = |program: &str| format!("failed to execute {program}");
    for entered in [&["-m"][..], &["-m", "-r"], &["-a"]] {
        let words = [&[tool.as_str(), "-t", &pid], entered].concat();
        trap.tries_all(&words, "rnsenter", sentence);
    }
    // The login shell.
    let words = ["env", "SHELL=/bin/sh", &tool, "-t", &pid, "-a"];
    trap.refuses(&words, &[], "rnsenter: failed to execute /bin/sh");
}

#[test]
fn it_is_run_if_it_is_not_writable_inside() {
    if !can_be_set() {
        return;
    }
    let trap = Trap::new();
    let tool = trap.tools.join("runshare");
    let run = || {
        let words = ["-r", "-p", "-f", "--mount-proc", "--root"];
        let tool = Tool::new(&tool).as_user(USER, USER, &[]).args(words);
        tool.arg(&trap.root).arg("/bin/sh").run()
    };
    // A program that needs no loader runs inside, and so itself again, without an end.
    if !cfg!(target_feature = "crt-static") {
        let outcome = run();
        assert!(!outcome.err().contains("own file"), "{outcome}");
    }
    chown(&tool, Some(USER), Some(USER)).expect("we are root");
    run().fails(
        126,
        "runshare: failed to execute /bin/sh: it leads to this tool's own file by a link of /proc\n",
    );
}
