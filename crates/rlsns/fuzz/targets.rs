//! Fuzz targets: what the readers of `rlsns` promise for whatever bytes there are.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use nscore::cli::Invocation;
use nscore::procfs::Stat;
use testkit::check_target;

use crate::options::Operation;
use crate::target::ScanTarget;

/// Returns whether there are repetitions of repetitions. Each makes the C library's regcomp(3) take a multiple of the
/// memory, for lsns as for us, and who asks for that is who gets it.
fn repeats(text: &[u8]) -> bool {
    let repetitions = text.iter().filter(|byte| b"*+?{".contains(byte));
    repetitions.count() > 2
}

#[test]
fn argv() {
    check_target("argv", |input: &[u8]| {
        if repeats(input) {
            return;
        }
        let words = input
            .split(|byte| *byte == 0)
            .map(|word| OsStr::from_bytes(word).to_owned());
        let words = [OsString::from("rlsns")].into_iter().chain(words);
        let invocation = Invocation::parse(&crate::cli::TOOL, crate::cli::OPTIONS, words);
        if let Ok(Operation::List(options)) = Operation::parse(&invocation) {
            assert!(!options.columns.is_empty());
            if let Some(ScanTarget::Process(pid)) = options.task {
                assert!((1..=i32::MAX.unsigned_abs()).contains(&pid));
            }
            assert!(options.task.is_none() || options.namespace.is_none());
        }
    });
}

#[test]
fn stat_lines() {
    check_target("stat_lines", |line: &[u8]| {
        let Some(it) = Stat::parse(line) else { return };
        let flags = if it.kernel { 0x20_0000 } else { 0 };
        let before = format!(
            ") S {} 7 7 0 -1 {flags} 1 0 0 0 0 0 0 0 20 0 {} 0 {}",
            it.parent, it.threads, it.started
        );
        let again = [b"7 (", it.name, before.as_bytes()].concat();
        assert_eq!(Stat::parse(&again), Some(it));
        let text = String::from_utf8_lossy(line);
        let after = text.rsplit_once(')').expect("the name ends").1;
        let fields: Vec<&str> = after.split(' ').skip(1).collect();
        assert_eq!(
            fields.get(1).and_then(|field| field.parse().ok()),
            Some(it.parent)
        );
        assert_eq!(
            fields.get(17).and_then(|field| field.parse().ok()),
            Some(it.threads)
        );
        assert_eq!(
            fields.get(19).and_then(|field| field.parse().ok()),
            Some(it.started)
        );
    });
}
