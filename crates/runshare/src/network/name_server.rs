//! A name server on loopback, as of systemd-resolved(8) or dnsmasq(8), cannot be reached from the new network. The
//! helper hands on to it what is sent to an address of its own, and the program gets a resolv.conf with that address.

use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::ffi::OsStrExt;

use crate::network::option::{HelperKind, NetworkOption};
use crate::network::{pasta, slirp4netns};

/// Returns the address inside that serves as the caller's name server, and the text of resolv.conf(5) with it; `None`
/// if the text of the caller's needs no other.
pub(super) fn replace(network: &NetworkOption, text: &str) -> Option<(Ipv4Addr, String)> {
    if !is_on_loopback(text) {
        return None;
    }
    let address = match network.helper {
        HelperKind::Pasta => pasta::NAME_SERVER,
        HelperKind::Slirp4netns => slirp4netns::name_server(cidr(&network.arguments))?,
    };
    let others = text.lines().filter(|line| {
        let server = name_server(line);
        !server.is_some_and(|server| server.is_loopback())
    });
    let mut replaced = format!("nameserver {address}\n");
    for line in others {
        replaced.push_str(line);
        replaced.push('\n');
    }
    Some((address, replaced))
}

/// Returns whether the first name server is on loopback, and the first of IPv4 is, which is the one that the helpers
/// know.
fn is_on_loopback(text: &str) -> bool {
    let servers: Vec<IpAddr> = text.lines().filter_map(name_server).collect();
    let first_is_loopback = servers.first().is_some_and(IpAddr::is_loopback);
    let ipv4 = servers.iter().find(|server| server.is_ipv4());
    first_is_loopback && ipv4.is_some_and(IpAddr::is_loopback)
}

/// Returns the address of a line `nameserver ADDRESS`.
fn name_server(line: &str) -> Option<IpAddr> {
    let mut words = line.strip_prefix("nameserver")?.split([' ', '\t']);
    if words.next() != Some("") {
        return None;
    }
    words.find(|word| !word.is_empty())?.parse().ok()
}

/// Returns the value of the last `--cidr` among the arguments of slirp4netns.
fn cidr(arguments: &[OsString]) -> Option<&OsStr> {
    let mut found = None;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--cidr" {
            found = words.next().map(OsString::as_os_str);
        } else if let Some(value) = word.as_bytes().strip_prefix(b"--cidr=") {
            found = Some(OsStr::from_bytes(value));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replaced(value: &str, text: &str) -> Option<String> {
        let network = crate::network::parse_network(value.as_ref()).expect("a known helper");
        replace(&network, text).map(|(_, text)| text)
    }

    #[test]
    fn a_name_server_on_loopback_is_replaced_by_the_helpers() {
        let text = "search example.org\nnameserver 127.0.0.53\nnameserver\t::1\noptions edns0\n";
        let rest = "search example.org\noptions edns0\n";
        for (value, address) in [
            ("pasta", "169.254.1.1"),
            ("slirp4netns", "10.0.2.3"),
            ("slirp4netns:--cidr=10.7.0.0/24", "10.7.0.3"),
            ("slirp4netns:-6,--cidr,10.8.0.0/16", "10.8.0.3"),
        ] {
            let expected = format!("nameserver {address}\n{rest}");
            assert_eq!(replaced(value, text), Some(expected), "{value}");
        }
        assert_eq!(replaced("slirp4netns:--cidr=x", text), None);
    }

    #[test]
    fn another_name_server_is_left_alone() {
        for text in [
            "",
            "nameserver 192.0.2.1\nnameserver 127.0.0.1\n",
            "nameserver ::1\n",
            "nameserver ::1\nnameserver 192.0.2.1\n",
            "# nameserver 127.0.0.1\n",
            "nameservers 127.0.0.1\n",
        ] {
            assert_eq!(replaced("pasta", text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_file_is_answered(text in any::<String>()) {
            if let Some(replaced) = replaced("pasta", &text) {
                prop_assert!(!is_on_loopback(&replaced));
            }
        }
    }
}
