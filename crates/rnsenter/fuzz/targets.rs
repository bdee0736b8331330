//! Fuzz targets: what the readers of `rnsenter` promise for whatever bytes there are. Nothing is entered here.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use nscore::cli::Invocation;
use testkit::check_target;

use crate::cgroup::path_in;
use crate::cli::{OPTIONS, OptionId, TOOL};
use crate::environment::parse_environ;
use crate::id_source::IdSource;
use crate::parse;

#[test]
fn argv() {
    check_target("argv", |input: &[u8]| {
        // FILE is opened, and some devices act when they are; a name without a slash is in a directory of this crate.
        if input.contains(&b'/') {
            return;
        }
        let words = input
            .split(|byte| *byte == 0)
            .map(|word| OsStr::from_bytes(word).to_owned());
        let words = [OsString::from("rnsenter")].into_iter().chain(words);
        let invocation = Invocation::parse(&TOOL, OPTIONS, words);
        let Ok(options) = parse::parse(&invocation) else {
            return;
        };
        assert_eq!(
            options.operands,
            invocation.operands().expect("it was read")
        );
        let is_given = |id: OptionId| invocation.options().iter().any(|option| option.id() == id);
        assert_eq!(options.target.is_some(), is_given(OptionId::Target));
        assert!(
            options
                .selection
                .net_socket
                .is_none_or(|number| number >= 0)
        );
        // `--as-target` implies both where they are not given.
        let is_implied = options.as_target;
        assert!(options.setuid.is_some() == is_given(OptionId::Setuid) || is_implied);
        if options.setgid == Some(IdSource::Follow) && !is_implied {
            assert!(
                invocation
                    .options()
                    .iter()
                    .any(|option| option.value() == "follow")
            );
        }
        let mut kinds: Vec<_> = options
            .selection
            .namespaces
            .iter()
            .map(|(kind, _)| *kind)
            .collect();
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds.len(), options.selection.namespaces.len());
    });
}

#[test]
fn cgroup() {
    check_target("cgroup", |file: &[u8]| {
        let path = path_in(file);
        let mut lines = file.split(|byte| *byte == b'\n');
        let line = lines.find(|line| line.starts_with(b"0::"));
        let expected = line
            .map(|line| &line[3..])
            .filter(|path| path.starts_with(b"/"));
        assert_eq!(path.map(OsStr::as_bytes), expected);
    });
}

#[test]
fn environ() {
    check_target("environ", |file: &[u8]| {
        let entries = || file.split(|byte| *byte == 0);
        let Ok(variables) = parse_environ(file) else {
            assert!(entries().any(|entry| entry.starts_with(b"=")));
            return;
        };
        let name = |entry: &[u8]| {
            entry
                .splitn(2, |byte| *byte == b'=')
                .next()
                .map(<[u8]>::to_vec)
        };
        for (place, variable) in variables.iter().enumerate() {
            assert!(variable.contains(&b'=') && !variable.starts_with(b"="));
            let last =
                entries().rfind(|entry| entry.contains(&b'=') && name(entry) == name(variable));
            assert_eq!(last, Some(*variable));
            assert!(
                variables[..place]
                    .iter()
                    .all(|other| name(other) != name(variable))
            );
        }
    });
}
