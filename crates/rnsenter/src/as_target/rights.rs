//! Whether the target's rights are those of the user who has started it.
//!
//! A set-user-ID program has the rights of one user and the environment of another, whose LD_PRELOAD the dynamic loader
//! ignores there, ld.so(8). A program that got both would run that user's code with these rights.

use anyhow::{Result, bail};
use nscore::cli::sentence;
use nscore::procfs::ProcStatus;

use crate::target::Target;

/// The entry of the auxiliary vector that the kernel sets in such a program, getauxval(3).
const AT_SECURE: usize = 23;

/// Reads the target's status, which is that of a program with the rights of its user alone.
///
/// # Errors
/// `process PID has the rights of another user than …`; as [`Target::read`].
pub(crate) fn status_of_one_user(target: &Target) -> Result<ProcStatus> {
    let before = target.read_file("auxv")?;
    let status = target.status()?;
    // Each execve(2) has another one: its addresses are random.
    let is_same_program = target.read_file("auxv")? == before;
    let is_one_user = ["Uid", "Gid"]
        .iter()
        .all(|name| status.field(name).is_some_and(are_alike));
    if !is_same_program || !is_one_user || auxiliary_value(&before, AT_SECURE) != Some(0) {
        bail!(sentence(
            "process %s has other rights than the user who has started it: --as-target would combine them with \
             that user's environment",
            &[&target.pid()]
        ));
    }
    Ok(status)
}

/// Returns whether the real, effective and saved ID are one.
fn are_alike(ids: &str) -> bool {
    let mut ids = ids.split_ascii_whitespace().take(3);
    let first = ids.next();
    first.is_some() && ids.all(|id| Some(id) == first)
}

/// Returns the value of an entry. A process of another word size has none that is found.
fn auxiliary_value(vector: &[u8], key: usize) -> Option<usize> {
    const WORD: usize = size_of::<usize>();
    let word = |bytes: &[u8]| bytes.try_into().ok().map(usize::from_ne_bytes);
    let mut pairs = vector.chunks_exact(2 * WORD);
    let found = pairs.find(|pair| word(&pair[..WORD]) == Some(key))?;
    word(&found[WORD..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_an_entry_is_found_by_its_key() {
        let words = [6, 4096, AT_SECURE, 1, 0, 0];
        let vector: Vec<u8> = words.into_iter().flat_map(usize::to_ne_bytes).collect();
        assert_eq!(auxiliary_value(&vector, AT_SECURE), Some(1));
        assert_eq!(auxiliary_value(&vector, 24), None);
        assert_eq!(auxiliary_value(&vector[..3], 6), None);
    }

    #[test]
    fn ids_are_alike_if_three_of_them_are() {
        assert!(are_alike("1\t1\t1\t7"));
        assert!(!are_alike("1\t0\t1\t1"));
        assert!(!are_alike(""));
    }
}
