//! `dockerd(8)`, without a network, and its client.

use nix::unistd::{Pid, gettid};

use super::{EngineHost, PROGRAMS, make_image};
use crate::scratch::Scratch;
use crate::tool::Tool;
use crate::{eventually, require};

/// The name of the image.
const IMAGE: &str = "busybox";

/// A running daemon with an image, `busybox`.
pub struct Docker {
    host: EngineHost,
    scratch: Scratch,
}

impl Docker {
    /// Starts it; none, and the test skipped, where it is not installed.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    #[track_caller]
    pub fn start() -> Option<Self> {
        if !require::root() || !["dockerd", "docker"].into_iter().all(require::installed) {
            return None;
        }
        let scratch = Scratch::new();
        let image = make_image(&scratch, &PROGRAMS)?;
        let state = scratch.path().display();
        let cgroup = format!("nsutils-docker-{}", gettid());
        let script = format!(
            "exec dockerd --storage-driver=vfs --iptables=false --ip6tables=false --bridge=none --log-level=error \
             --cgroup-parent=/{cgroup} --data-root={state}/data --exec-root={state}/exec --pidfile={state}/pid --host=unix://{state}/socket \
             >{state}/log 2>&1"
        );
        let docker = Self {
            host: EngineHost::new(&script, vec![cgroup]),
            scratch,
        };
        eventually("dockerd answers", || {
            docker.client(&["version"]).run().code() == 0
        });
        let words = ["import", image.to_str().expect("ASCII"), IMAGE];
        let _ = docker.client(&words).run().ok();
        Some(docker)
    }

    /// The client with these words.
    pub fn client(&self, words: &[&str]) -> Tool {
        let tool = Tool::new("/usr/bin/docker").env("DOCKER_HOST", self.address());
        tool.env("HOME", self.scratch.path()).args(words)
    }

    /// What the client calls the daemon: `DOCKER_HOST`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("unix://{}/socket", self.scratch.path().display())
    }

    /// A program in the mounts and the PID namespace of the daemon, which numbers processes as the daemon does.
    pub fn beside(&self, program: &str) -> Tool {
        let init = self.host.init.to_string();
        let tool = Tool::new("/usr/bin/nsenter").args(["-t", &init, "-m", "-p"]);
        tool.env("DOCKER_HOST", self.address()).arg(program)
    }

    /// Runs a container with these options and this program, and returns its id.
    #[track_caller]
    #[must_use]
    pub fn run(&self, options: &[&str], program: &[&str]) -> String {
        let start = ["run", "-d", "--network=none"];
        let words = [&start[..], options, &[IMAGE], program].concat();
        self.client(&words).run().ok().out().trim_end().to_owned()
    }

    /// The first process of a container.
    #[track_caller]
    #[must_use]
    pub fn pid(&self, container: &str) -> Pid {
        self.host.inspect_pid(|words| self.client(words), container)
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        // Each ends with the daemon, but what it has made outside of its directory would stay.
        let all = self.client(&["ps", "--all", "--quiet"]).run().out();
        for id in all.lines() {
            let _ = self.client(&["rm", "--force", id]).run();
        }
    }
}
