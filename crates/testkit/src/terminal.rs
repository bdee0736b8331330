//! A terminal for a program to run on, so that what it does on one and not on a pipe can be seen.

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::{OpenptyResult, Winsize, openpty};
use nix::sys::termios::{LocalFlags, OutputFlags, SetArg, tcgetattr, tcsetattr};

/// Opens a pseudo-terminal of this size. It hands on what the program wrote and nothing else: output is not translated
/// (`\n` stays `\n`) and what is typed is not echoed; the keys that send signals do so.
pub(crate) fn open(columns: u16, rows: u16) -> OpenptyResult {
    let size = Winsize {
        ws_col: columns,
        ws_row: rows,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let pair = openpty(&size, None).expect("openpty");
    for end in [&pair.master, &pair.slave] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("F_SETFD");
    }
    let mut settings = tcgetattr(&pair.slave).expect("tcgetattr");
    settings.output_flags.remove(OutputFlags::OPOST);
    settings.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&pair.slave, SetArg::TCSANOW, &settings).expect("tcsetattr");
    pair
}
