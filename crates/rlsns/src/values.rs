//! The values of options, one by one, and what is wrong with them in the original's sentences.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result, bail};
use nix::errno::Errno;
use nscore::cli::{message, number};
use nscore::ns_type::NsType;

use crate::graph::Language;
use crate::options::Relation;

/// Reads the number of a process.
pub(crate) fn pid(text: &OsStr) -> Result<u32> {
    let read = number::decimal(text, false).and_then(|number| {
        let pid = u32::try_from(number).ok();
        let pid = pid.filter(|pid| (1..=i32::MAX.unsigned_abs()).contains(pid));
        pid.ok_or(Some(Errno::ERANGE))
    });
    read.map_err(|reason| invalid("invalid PID argument", text, reason))
}

/// Reads numbers of processes, with commas between them.
pub(crate) fn pids(list: &OsStr) -> Result<Vec<u32>> {
    let each = list.as_bytes().split(|byte| *byte == b',');
    each.map(|text| pid(OsStr::from_bytes(text))).collect()
}

/// Reads the inode number of a namespace, or what could be one.
pub(crate) fn namespace(text: &OsStr) -> Result<u64> {
    let read = number::decimal(text, false)
        .and_then(|number| u64::try_from(number).map_err(|_| Some(Errno::ERANGE)));
    read.map_err(|reason| invalid("invalid namespace argument", text, reason))
}

fn invalid(what: &str, text: &OsStr, reason: Option<Errno>) -> Error {
    let sentence = message(&[&what, &": '", &text, &"'"]);
    match reason {
        Some(errno) => Error::new(errno).context(sentence),
        None => Error::new(sentence),
    }
}

/// Reads the name of a type.
pub(crate) fn kind(name: &OsStr) -> Result<NsType> {
    let unknown = || Error::new(message(&[&"unknown namespace type: ", &name]));
    NsType::from_file(name.as_bytes()).ok_or_else(unknown)
}

/// Reads what a tree is to be made by; without a name it is the owner.
pub(crate) fn relation(name: Option<&OsStr>) -> Result<Relation> {
    let Some(name) = name else {
        return Ok(Relation::Owner);
    };
    let name = name.as_bytes();
    match name.strip_prefix(b"=").unwrap_or(name) {
        b"parent" => Ok(Relation::Parent),
        b"owner" => Ok(Relation::Owner),
        b"process" => Ok(Relation::Process),
        other => bail!(message(&[
            &"unknown tree type: ",
            &OsStr::from_bytes(other)
        ])),
    }
}

/// Reads the language of a picture; without a name it is the usual one.
pub(crate) fn language(name: Option<&OsStr>) -> Result<Language> {
    let Some(name) = name else {
        return Ok(Language::Dot);
    };
    let unknown = || Error::new(message(&[&"unknown graph type: ", &name]));
    Language::named(name.as_bytes()).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<T>(read: Result<T>) -> Result<T, String> {
        read.map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_list_of_processes_has_no_empty_place() {
        assert_eq!(told(pids("1".as_ref())), Ok(vec![1]));
        assert_eq!(told(pids("812,1,812".as_ref())), Ok(vec![812, 1, 812]));
        for (list, place) in [("", ""), ("1,", ""), (",1", ""), ("1,x,0", "x")] {
            let sentence = format!("invalid PID argument: '{place}'");
            assert_eq!(told(pids(list.as_ref())), Err(sentence), "{list}");
        }
        assert!(told(pids("1,0".as_ref())).is_err());
    }

    #[test]
    fn a_picture_has_one_of_two_languages() {
        let read = |name: &str| told(language(Some(name.as_ref())));
        assert_eq!(told(language(None)), Ok(Language::Dot));
        assert_eq!(read("dot"), Ok(Language::Dot));
        assert_eq!(read("mermaid"), Ok(Language::Mermaid));
        for name in ["", "DOT", "svg", "dot "] {
            assert_eq!(read(name), Err(format!("unknown graph type: {name}")));
        }
    }
}
