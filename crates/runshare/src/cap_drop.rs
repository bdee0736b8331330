//! `--cap-drop`: capabilities that neither the program nor its children can have.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result};
use nscore::cli::sentence;
use nscore::hint::unknown_word;
use nscore::sys::capability_names::{names, number_of};

/// Parses a list of names with commas between them, or `all`: bit N of the result is capability N.
///
/// # Errors
/// `unknown capability: NAME`.
pub(crate) fn parse_capabilities(list: &OsStr) -> Result<u64> {
    if list == "all" {
        return Ok(u64::MAX);
    }
    let mut mask = 0;
    for name in list
        .as_bytes()
        .split(|byte| *byte == b',')
        .map(OsStr::from_bytes)
    {
        let Some(number) = name.to_str().and_then(number_of) else {
            let unknown = Error::new(sentence("unknown capability: %s", &[&name]));
            return Err(unknown.context(unknown_word(name, names().chain(["all"]))));
        };
        mask |= 1_u64 << number;
    }
    Ok(mask)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_is_the_sum_of_its_names() {
        let parse = |list: &str| parse_capabilities(list.as_ref()).ok();
        assert_eq!(parse("all"), Some(u64::MAX));
        assert_eq!(parse("chown"), Some(1));
        assert_eq!(parse("CAP_CHOWN,net_raw,cap_chown"), Some(1 | 1 << 13));
        for list in ["", ",", "chown,", "chown,all", "nosuch", "40"] {
            assert_eq!(parse(list), None, "{list:?}");
        }
    }

    proptest! {
        #[test]
        fn any_list_is_answered(list in any::<String>()) {
            let _ = parse_capabilities(list.as_ref());
        }
    }
}
