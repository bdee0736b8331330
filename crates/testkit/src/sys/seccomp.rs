//! Filters of system calls, `seccomp(2)`, as classic BPF programs.
//!
//! A filter reads `struct seccomp_data`: the number of the call, the address that it was made from, its arguments. Of a
//! value of 64 bits it reads 32 at a time, and which of them come first is a matter of the processor.

use std::mem::offset_of;

use nix::errno::Errno;
use nix::libc::{self, c_long, seccomp_data, sock_filter};

/// A filter, ready to be installed.
pub(crate) type Filter = Vec<sock_filter>;

/// A filter that answers the system call of this number with `errno` and lets every other one pass. Those made from the
/// address `loader` or above it pass too, and so does what is written to standard error, if `is_lenient`.
pub(crate) fn filter(call: c_long, errno: Errno, loader: Option<u64>, is_lenient: bool) -> Filter {
    let number = u32::try_from(call).expect("a system call has a small number");
    let mut program = Program::default();
    program.load(offset_of!(seccomp_data, nr));
    program.allow_unless_equal(number);
    if is_lenient && [libc::SYS_write, libc::SYS_writev].contains(&call) {
        program.load(low(offset_of!(seccomp_data, args)));
        program.allow_if_equal(u32::try_from(libc::STDERR_FILENO).expect("it is 2"));
    }
    if let Some(loader) = loader {
        let address = offset_of!(seccomp_data, instruction_pointer);
        let halves = [loader >> 32, loader & u64::from(u32::MAX)];
        let [high_half, low_half] = halves.map(|half| u32::try_from(half).expect("32 bits"));
        program.load(high(address));
        program.allow_if_above(high_half);
        // Below it the other half says nothing: over that and what follows it, to the refusal.
        program.skip_unless_equal(high_half, 3);
        program.load(low(address));
        program.skip_unless_at_least(low_half, 1);
        program.answer(libc::SECCOMP_RET_ALLOW);
    }
    program.answer(libc::SECCOMP_RET_ERRNO | errno as u32);
    program.0
}

/// Returns where the low half of the 64 bits at `offset` is.
fn low(offset: usize) -> usize {
    offset + if cfg!(target_endian = "big") { 4 } else { 0 }
}

/// Returns where the high half does.
fn high(offset: usize) -> usize {
    offset + if cfg!(target_endian = "big") { 0 } else { 4 }
}

#[derive(Default)]
struct Program(Filter);

impl Program {
    fn load(&mut self, offset: usize) {
        let offset = u32::try_from(offset).expect("the structure is small");
        self.step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset);
    }

    fn answer(&mut self, answer: u32) {
        self.step(libc::BPF_RET | libc::BPF_K, 0, 0, answer);
    }

    fn allow_unless_equal(&mut self, value: u32) {
        self.step(EQUAL, 1, 0, value);
        self.answer(libc::SECCOMP_RET_ALLOW);
    }

    fn allow_if_equal(&mut self, value: u32) {
        self.step(EQUAL, 0, 1, value);
        self.answer(libc::SECCOMP_RET_ALLOW);
    }

    fn allow_if_above(&mut self, value: u32) {
        self.step(ABOVE, 0, 1, value);
        self.answer(libc::SECCOMP_RET_ALLOW);
    }

    fn skip_unless_equal(&mut self, value: u32, steps: u8) {
        self.step(EQUAL, 0, steps, value);
    }

    fn skip_unless_at_least(&mut self, value: u32, steps: u8) {
        self.step(AT_LEAST, 0, steps, value);
    }

    /// A step that, where it compares, continues `jt` steps further if the comparison holds, `jf` if not.
    fn step(&mut self, code: u32, jt: u8, jf: u8, k: u32) {
        let code = u16::try_from(code).expect("a BPF instruction is a short one");
        self.0.push(sock_filter { code, jt, jf, k });
    }
}

const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const ABOVE: u32 = libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K;
const AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;

/// Installs, in the child, this filter, for itself and all that comes of it, `PR_SET_SECCOMP`. It takes the promise not
/// to gain privileges, `PR_SET_NO_NEW_PRIVS`, of one who has none.
pub(crate) fn install(filter: &[sock_filter]) -> Result<(), Errno> {
    nix::sys::prctl::set_no_new_privs()?;
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).map_err(|_| Errno::EINVAL)?,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: the program lies in locals of the length told that outlive the call, and the kernel only reads it.
    let result = unsafe {
        libc::prctl(
            libc::PR_SET_SECCOMP,
            libc::c_ulong::from(libc::SECCOMP_MODE_FILTER),
            &raw const program,
        )
    };
    Errno::result(result).map(drop)
}
