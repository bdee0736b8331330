//! The values of `--network` and `--publish`.

use std::ffi::{OsStr, OsString};
use std::net::Ipv4Addr;
use std::os::unix::ffi::OsStrExt;

use nscore::cli::{Message, sentence};

/// The program that connects the new network namespace to the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HelperKind {
    /// pasta(1).
    Pasta,
    /// slirp4netns(1).
    Slirp4netns,
}

impl HelperKind {
    /// Returns the name of the program.
    pub(crate) fn name(self) -> &'static str {
        match self {
            HelperKind::Pasta => "pasta",
            HelperKind::Slirp4netns => "slirp4netns",
        }
    }
}

/// The value of `--network`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NetworkOption {
    pub(crate) helper: HelperKind,
    /// What is added to the command line of the helper.
    pub(crate) arguments: Vec<OsString>,
    /// The address inside that serves as the caller's name server on loopback.
    pub(crate) name_server: Option<Ipv4Addr>,
}

/// Parses `pasta|slirp4netns[:ARGUMENT,…]`.
///
/// # Errors
/// That there is no such helper, or that an argument is empty or has a null byte.
pub(crate) fn parse_network(value: &OsStr) -> Result<NetworkOption, Message> {
    let mut parts = value.as_bytes().splitn(2, |byte| *byte == b':');
    let helper = match parts.next() {
        Some(b"pasta") => HelperKind::Pasta,
        Some(b"slirp4netns") => HelperKind::Slirp4netns,
        _ => {
            return Err(sentence("unsupported --network argument '%s'", &[&value]));
        }
    };
    let mut arguments = Vec::new();
    for word in parts
        .next()
        .iter()
        .flat_map(|words| words.split(|byte| *byte == b','))
    {
        if word.is_empty() {
            let msgid = "invalid --network argument '%s': an argument must not be empty";
            return Err(sentence(msgid, &[&value]));
        }
        arguments.push(OsStr::from_bytes(word).to_owned());
    }
    Ok(NetworkOption {
        helper,
        arguments,
        name_server: None,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_network_is_a_helper_and_its_arguments() {
        let arguments = |value: &str| {
            let network = parse_network(value.as_ref());
            network.map(|network| network.arguments).ok()
        };
        assert_eq!(arguments("slirp4netns"), Some(Vec::new()));
        assert_eq!(arguments("pasta"), Some(Vec::new()));
        let expected = ["--mtu=65520", "-6"].map(OsString::from).to_vec();
        assert_eq!(arguments("slirp4netns:--mtu=65520,-6"), Some(expected));
        let colons = vec![OsString::from("--outbound-addr6=fe80::1")];
        assert_eq!(
            arguments("slirp4netns:--outbound-addr6=fe80::1"),
            Some(colons)
        );
        for value in [
            "",
            "slirp",
            "slirp4netns:",
            "slirp4netns:,",
            "slirp4netns,-6",
            ":",
        ] {
            assert_eq!(arguments(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_answered(value in any::<Vec<u8>>()) {
            let _ = parse_network(&OsString::from_vec(value));
        }
    }
}
