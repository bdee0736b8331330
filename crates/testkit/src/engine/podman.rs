//! `podman(1)`, without a network, of root or of an ordinary user.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};

use nix::unistd::{Pid, gettid};

use super::{EngineHost, PROGRAMS, make_image};
use crate::scratch::Scratch;
use crate::tool::Tool;
use crate::{eventually, require};

/// The name of the image, which no registry is asked for.
const IMAGE: &str = "localhost/busybox";

/// Containers with the same image as docker's.
pub struct Podman {
    host: EngineHost,
    scratch: Scratch,
    /// The user whose they are, if it is not root.
    user: Option<u32>,
    /// The name of the cgroup in which those of the containers are.
    cgroup: String,
}

/// What podman requires of a machine: names and subordinate ids of the user, and a cgroup of one version; it refuses a
/// machine with both.
const SET_UP: &str = "mount --make-rshared /\n\
                      for file in passwd subuid subgid; do mount --bind \"$STATE/$file\" /etc/$file; done\n\
                      ! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified\n\
                      exec sleep infinity";

impl Podman {
    /// Prepares it for this user, or for root; none, and the test skipped, where it is not installed.
    #[must_use]
    #[track_caller]
    pub fn start(user: Option<u32>) -> Option<Self> {
        let programs = [
            "podman",
            "crun",
            "newuidmap",
            "nsenter",
            "setpriv",
            "mountpoint",
        ];
        if !require::root() || !programs.into_iter().all(require::installed) {
            return None;
        }
        let scratch = Scratch::shared();
        let image = make_image(&scratch, &PROGRAMS)?;
        let (uid, state) = (user.unwrap_or(0), scratch.path().display());
        scratch.file(
            "passwd",
            format!("root:x:0:0::/:/bin/sh\ntester:x:1001:1001::{state}/home:/bin/sh\n"),
        );
        for file in ["subuid", "subgid"] {
            scratch.file(file, "tester:200000:65536\n");
        }
        for name in ["home", "runtime", "tmp"] {
            let directory = scratch.dir(name);
            fs::set_permissions(&directory, Permissions::from_mode(0o700)).expect("it is ours");
            chown(&directory, Some(uid), Some(uid)).expect("root may");
        }
        let cgroup = format!("nsutils-podman-{}", gettid());
        let left = vec![cgroup.clone(), "libpod_parent".to_owned()];
        let host = EngineHost::new(&format!("STATE={state}\n{SET_UP}"), left);
        let init = host.init;
        let podman = Self {
            host,
            scratch,
            user,
            cgroup,
        };
        eventually("it is set up", || {
            let name = fs::read_to_string(format!("/proc/{init}/comm"));
            name.is_ok_and(|name| name == "sleep\n")
        });
        let words = ["import", image.to_str().expect("ASCII"), IMAGE];
        let _ = podman.client(&words).run().ok();
        Some(podman)
    }

    /// It with these words.
    pub fn client(&self, words: &[&str]) -> Tool {
        let state = self.scratch.path().display();
        let init = self.host.init.to_string();
        let tool = Tool::new("/usr/bin/nsenter").args(["-t", &init, "-m", "-p"]);
        let user = self.user.map(|uid| {
            let [reuid, regid] = ["reuid", "regid"].map(|option| format!("--{option}={uid}"));
            [
                "setpriv".to_owned(),
                reuid,
                regid,
                "--clear-groups".to_owned(),
            ]
        });
        let tool = tool.args(user.into_iter().flatten());
        let tool = tool.args([
            "podman",
            "--storage-driver=vfs",
            "--cgroup-manager=cgroupfs",
        ]);
        let tool = match self.user {
            Some(_) => tool,
            None => {
                tool.args(["root", "runroot"].map(|what| format!("--{what}={state}/home/{what}")))
            }
        };
        let tool = tool.env("HOME", format!("{state}/home"));
        let tool = tool.env("XDG_RUNTIME_DIR", format!("{state}/runtime"));
        let tool = tool.env("TMPDIR", format!("{state}/tmp"));
        tool.arg("--events-backend=file").args(words)
    }

    /// Runs a container with these options and this program, and returns its id.
    #[track_caller]
    #[must_use]
    pub fn run(&self, options: &[&str], program: &[&str]) -> String {
        // The limits that it has otherwise are above root's own here.
        let start = ["run", "-d", "--network=none", "--ulimit=nproc=900:1000"];
        let cgroup = match self.user {
            Some(_) => "--cgroups=disabled".to_owned(),
            None => format!("--cgroup-parent=/{}", self.cgroup),
        };
        let more = ["--ulimit=nofile=100:200", &cgroup];
        let words = [&start[..], &more, options, &[IMAGE], program].concat();
        self.client(&words).run().ok().out().trim_end().to_owned()
    }

    /// The first process of a container.
    #[track_caller]
    #[must_use]
    pub fn pid(&self, container: &str) -> Pid {
        self.host.inspect_pid(|words| self.client(words), container)
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        let _ = self.client(&["rm", "--all", "--force", "--time=0"]).run();
    }
}
