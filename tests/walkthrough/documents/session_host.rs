//! Where sessions are typed: in a shell that finds our programs first, with the Debian system at `/srv/debian`, where
//! the man pages have it, and with nothing in `/run` that the machine has there. Root's `/srv` and `/run` are those of
//! a mount namespace which ends with the test, and so is whatever a session leaves there. An ordinary user's are of a
//! user namespace in which it is itself.

use std::path::PathBuf;

use nix::sched::sched_getcpu;
use testkit::{Docker, Scratch, Tool, require};

use crate::fixture::{Debian, OTHERS, RUNSHARE, assert_ipc_is_another, is_root, with_our_path};

/// What the sessions use besides our own programs.
const PROGRAMS: [&str; 15] = [
    "bash",
    "dpkg-deb",
    "findmnt",
    "hostname",
    "ip",
    "ipcmk",
    "ipcs",
    "newuidmap",
    "pgrep",
    "ps",
    "python3",
    "setpriv",
    "slirp4netns",
    "ss",
    "taskset",
];

/// Where Debian is.
const DEBIAN: &str = "/srv/debian";

/// Puts Debian in its place, gives root subordinate ids, and becomes the program. What is mounted is the directory
/// around Debian: in a root that is a mount, findmnt shows that too, and where it comes from.
const SET_UP: &str = r#"
mount -t tmpfs -o mode=755 srv /srv && mkdir /srv/systems && mount --rbind "${0%/*}" /srv/systems &&
ln -s "systems/${0##*/}" /srv/debian &&
mount -t tmpfs -o mode=755 run /run &&
if [ "$(id -u)" = 0 ]; then
    echo root:100000:65536 >/run/subordinate &&
    mount --bind /run/subordinate /etc/subuid && mount --bind /run/subordinate /etc/subgid
fi && exec "$@"
"#;

/// A place to type in.
pub(crate) struct SessionHost {
    debian: PathBuf,
    home: Scratch,
    /// Where sessions begin: Debian's root, or a home that is empty.
    in_debian: bool,
    /// The daemon, in whose PID namespace all is typed.
    docker: Option<Docker>,
}

impl SessionHost {
    /// One in the root directory of Debian.
    #[track_caller]
    pub(crate) fn in_debian() -> Option<SessionHost> {
        let debian = Debian::find()?;
        let built = OTHERS
            .into_iter()
            .all(|name| require::workspace_program(name).is_some());
        if !built || !PROGRAMS.into_iter().all(require::installed) {
            return None;
        }
        assert_ipc_is_another();
        Some(SessionHost {
            debian: debian.root,
            home: Scratch::new(),
            in_debian: true,
            docker: None,
        })
    }

    /// One in an empty home.
    #[track_caller]
    pub(crate) fn at_home() -> Option<SessionHost> {
        let stand = SessionHost::in_debian()?;
        Some(SessionHost {
            in_debian: false,
            ..stand
        })
    }

    /// One in an empty home, with a running dockerd.
    #[track_caller]
    pub(crate) fn with_docker(docker: Docker) -> Option<SessionHost> {
        let host = SessionHost::at_home()?;
        Some(SessionHost {
            docker: Some(docker),
            ..host
        })
    }

    /// What this script of bash writes. What is left running at its end is killed.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> String {
        let tool = match self.in_debian || is_root() || script.contains(DEBIAN) {
            true => self.set_up(),
            false => Tool::new("/usr/bin/env").arg("bash"),
        };
        let script = match self.in_debian {
            true => format!("cd {DEBIAN}\n{script}"),
            false => script.to_owned(),
        };
        let outcome = with_our_path(tool)
            .args(["-c", &script])
            .env("HOME", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .current_dir(self.home.path())
            .run();
        assert_eq!(outcome.err(), "", "{outcome}");
        outcome.out()
    }

    /// `bash`, in mounts of its own: as root by itself, else in a user namespace where it has no capability either.
    fn set_up(&self) -> Tool {
        let become_oneself: &[&str] = match is_root() {
            true => &["--mount"],
            false => &["--mount", "--map-current-user", "--keep-caps"],
        };
        let drop: &[&str] = match is_root() {
            true => &[],
            false => &["setpriv", "--inh-caps=-all", "--ambient-caps=-all"],
        };
        // Some kernels number mount namespaces for each processor apart, and refuse to mount one where its number is
        // not the greater.
        let processor = sched_getcpu().expect("getcpu").to_string();
        let taskset = "/usr/bin/taskset";
        let tool = match &self.docker {
            Some(docker) => docker.beside(taskset),
            None => Tool::new(taskset),
        };
        tool.args(["--cpu-list", &processor])
            .arg(RUNSHARE)
            .args(become_oneself)
            .args(["bash", "-c", SET_UP])
            .arg(&self.debian)
            .args(drop)
            .arg("bash")
    }
}
