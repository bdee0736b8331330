//! From a tool that is set up to a process that runs: its standard descriptors, and what is asked of it before.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use nix::fcntl::OFlag;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::unistd::pipe2;

use super::Tool;
use crate::output::{Output, Stream};
use crate::patience::patient;
use crate::running::Running;
use crate::{sys, terminal};

impl Tool {
    /// Starts it.
    ///
    /// # Panics
    /// If it cannot be started.
    #[track_caller]
    #[must_use]
    pub fn spawn(self) -> Running {
        self.assert_in_reach();
        let line = self.line();
        let mut command = Command::new(&self.program);
        command
            .arg0(&self.argv0)
            .args(&self.args)
            .env_clear()
            .envs(&self.env)
            .current_dir(&self.dir);
        let (output, keyboard) = self.connect(&mut command);
        let steps = self.child;
        sys::before_exec(&mut command, move || steps.set_up());
        match command.spawn() {
            Ok(child) => Running::new(line, child, output, keyboard, patient(self.timeout)),
            Err(error) => panic!("cannot start it: {error}\n  command: {line}"),
        }
    }

    /// Gives the command its standard descriptors: returns where what it writes can be read and, on a terminal, where
    /// to type.
    fn connect(&self, command: &mut Command) -> (Output, Option<File>) {
        let Some((columns, rows)) = self.terminal else {
            return (connect_pipes(command, self.stdin.as_deref()), None);
        };
        assert!(self.stdin.is_none(), "on a terminal, input is typed");
        let pair = terminal::open(columns, rows);
        let copy = |fd: &OwnedFd| fd.try_clone().expect("F_DUPFD_CLOEXEC");
        command
            .stdin(copy(&pair.slave))
            .stdout(copy(&pair.slave))
            .stderr(pair.slave);
        let keyboard = copy(&pair.master).into();
        (
            Output {
                out: Stream::new(pair.master),
                err: Stream::empty(),
            },
            Some(keyboard),
        )
    }

    /// Another user must be able to reach the program: a checkout below `/root` would otherwise fail as a bare
    /// "Permission denied" that has nothing to do with what is tested.
    #[track_caller]
    fn assert_in_reach(&self) {
        let Some(user) = &self.child.user else { return };
        let barred = self.program.ancestors().skip(1).find(|dir| {
            dir.metadata()
                .is_ok_and(|dir| dir.mode() & 0o001 == 0 && dir.uid() != user.uid.as_raw())
        });
        if let Some(dir) = barred.filter(|_| !user.uid.is_root()) {
            let (program, dir) = (self.program.display(), dir.display());
            panic!(
                "uid {} cannot reach {program}: {dir} is closed to others; testkit::accessible \
                 may help",
                user.uid
            );
        }
    }

    /// The command line, for a user to read.
    fn line(&self) -> String {
        let words = [self.argv0.as_os_str()]
            .into_iter()
            .chain(self.args.iter().map(OsString::as_os_str));
        let mut line = words.map(readable).collect::<Vec<_>>().join(" ");
        if self.argv0 != self.program {
            line += &format!("   (which is {})", self.program.display());
        }
        if let Some(user) = &self.child.user {
            line += &format!("   (as {}:{})", user.uid, user.gid);
        }
        line
    }
}

/// Standard input from memory or at its end, and a pipe each for output and errors.
fn connect_pipes(command: &mut Command, stdin: Option<&[u8]>) -> Output {
    let (out, stdout) = pipe2(OFlag::O_CLOEXEC).expect("pipe2");
    let (err, stderr) = pipe2(OFlag::O_CLOEXEC).expect("pipe2");
    let stdin = stdin.map_or_else(Stdio::null, |bytes| memory(bytes).into());
    command.stdin(stdin).stdout(stdout).stderr(stderr);
    Output {
        out: Stream::new(out),
        err: Stream::new(err),
    }
}

/// A word as a shell would want it, more or less: quoted where it is not plain.
fn readable(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=:,+@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("{text:?}")
    }
}

/// A file in memory with these bytes in it, to be read from its beginning.
fn memory(bytes: &[u8]) -> OwnedFd {
    let mut file = File::from(memfd_create(c"stdin", MFdFlags::MFD_CLOEXEC).expect("memfd_create"));
    file.write_all(bytes)
        .and_then(|()| file.rewind())
        .expect("memory takes any bytes");
    file.into()
}
