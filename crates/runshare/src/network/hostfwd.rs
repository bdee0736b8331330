//! Ports that slirp4netns(1) publishes: each is a request to its API socket, a line of JSON.
//!
//! The socket is in a directory that no other user may enter, and both are removed before the program starts.

use nscore::cli::sentence;
use std::env;
use std::ffi::OsStr;
use std::fs::{remove_dir, remove_file};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::unistd::mkdtemp;
use nscore::escape::printable;

use crate::network::publish::PublishedPort;

/// How long an answer may take. The helper answers at once; a stopped one must not keep the program waiting forever.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest answer that is read.
const LONGEST_ANSWER: u64 = 4096;

/// The directory of the socket. It is removed when this is dropped.
pub(super) struct ApiSocket {
    directory: PathBuf,
    path: PathBuf,
}

impl ApiSocket {
    /// Makes the directory, for the caller alone. Call it while this process has the environment of the caller.
    ///
    /// # Errors
    /// `cannot create a temporary directory`.
    pub(super) fn prepare() -> Result<ApiSocket> {
        let template = env::temp_dir().join("runshare-XXXXXX");
        let directory = mkdtemp(&template).context("cannot create a temporary directory")?;
        let path = directory.join("api");
        Ok(ApiSocket { directory, path })
    }

    /// Returns the path of the socket.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Publishes a port.
    ///
    /// # Errors
    /// `cannot publish PORT`, with the answer of the helper.
    pub(super) fn publish(&self, port: PublishedPort) -> Result<()> {
        self.request(port)
            .with_context(|| sentence("cannot publish %s", &[&port.to_string()]))
    }

    fn request(&self, port: PublishedPort) -> Result<()> {
        let mut socket = UnixStream::connect(&self.path)?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        let (protocol, address) = (port.protocol(), port.address);
        let (host, inside) = (port.host, port.inside);
        let request = format!(
            r#"{{"execute": "add_hostfwd", "arguments": {{"proto": "{protocol}", "host_addr": "{address}", "host_port": {host}, "guest_port": {inside}}}}}"#
        );
        socket.write_all(request.as_bytes())?;
        socket.shutdown(Shutdown::Write)?;
        let mut answer = String::new();
        socket.take(LONGEST_ANSWER).read_to_string(&mut answer)?;
        if answer.contains("\"return\"") && !answer.contains("\"error\"") {
            return Ok(());
        }
        let answer = printable(OsStr::new(answer.trim()));
        bail!(sentence("slirp4netns: %s", &[&answer]))
    }
}

impl Drop for ApiSocket {
    fn drop(&mut self) {
        // slirp4netns may not have made it.
        let _ = remove_file(&self.path);
        let _ = remove_dir(&self.directory);
    }
}
