//! The value of `--publish`: a port of the machine that leads to one of the new network.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use anyhow::{Context, Result, bail};
use nscore::cli::{Message, sentence};
use nscore::procfs::parse_digits;

use crate::network::option::{HelperKind, NetworkOption};

/// A port that is to be reached from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublishedPort {
    /// The address of the machine that it is bound to.
    pub(super) address: Ipv4Addr,
    pub(super) host: u16,
    pub(super) inside: u16,
    pub(super) is_udp: bool,
}

impl PublishedPort {
    /// Returns the name of the protocol.
    pub(super) fn protocol(self) -> &'static str {
        if self.is_udp { "udp" } else { "tcp" }
    }

    /// Checks that the port can be bound, and releases it: of that the helpers say less than the kernel.
    ///
    /// # Errors
    /// `cannot publish ADDRESS:PORT/PROTOCOL`.
    pub(super) fn check(self) -> Result<()> {
        let address = (self.address, self.host);
        let bound: io::Result<()> = if self.is_udp {
            UdpSocket::bind(address).map(drop)
        } else {
            TcpListener::bind(address).map(drop)
        };
        bound
            .map_err(|error| nix::errno::Errno::from_raw(error.raw_os_error().unwrap_or(0)))
            .with_context(|| sentence("cannot publish %s", &[&self.to_string()]))
    }
}

impl fmt::Display for PublishedPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = self.protocol();
        write!(formatter, "{}:{}/{protocol}", self.address, self.host)
    }
}

/// Checks that the helper can publish these ports.
///
/// # Errors
/// That slirp4netns(1) cannot: an answer to a peer on loopback is one to the loopback of the machine, which is closed.
pub(crate) fn check_ports(network: &NetworkOption, ports: &[PublishedPort]) -> Result<()> {
    let is_refused = |port: &&PublishedPort| port.is_udp && port.address.is_loopback();
    match ports.iter().find(is_refused) {
        Some(port) if network.helper == HelperKind::Slirp4netns => {
            bail!(sentence(
                "slirp4netns cannot publish %s: give another address, or use pasta",
                &[&port.to_string()]
            ))
        }
        _ => Ok(()),
    }
}

/// Parses `[ADDRESS:]HOST:INSIDE[/tcp|/udp]`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse_publish(value: &OsStr) -> Result<PublishedPort, Message> {
    let invalid = |why: &str| sentence("invalid --publish argument '%s': %s", &[&value, &why]);
    let Some(text) = value.to_str() else {
        return Err(invalid("it is not text"));
    };
    let (ports, is_udp) = match text.split_once('/') {
        None | Some((_, "tcp")) => (text.strip_suffix("/tcp").unwrap_or(text), false),
        Some((ports, "udp")) => (ports, true),
        Some(_) => return Err(invalid("the protocol must be tcp or udp")),
    };
    let mut fields = ports.rsplit(':');
    let (Some(inside), Some(host)) = (fields.next(), fields.next()) else {
        return Err(invalid("expected [ADDRESS:]HOST:INSIDE[/udp]"));
    };
    let address = match fields.next() {
        None => Ipv4Addr::LOCALHOST,
        Some(address) if fields.next().is_none() => address
            .parse()
            .map_err(|_| invalid("ADDRESS must be an IPv4 address"))?,
        Some(_) => return Err(invalid("ADDRESS must be an IPv4 address")),
    };
    let port = |text: &str| {
        let port = parse_digits::<u16>(text.as_bytes()).filter(|port| *port != 0);
        port.ok_or_else(|| invalid("a port is a number from 1 to 65535"))
    };
    Ok(PublishedPort {
        address,
        host: port(host)?,
        inside: port(inside)?,
        is_udp,
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_port_is_published_on_loopback_unless_an_address_is_given() {
        let parse = |value: &str| {
            let port = parse_publish(value.as_ref()).map_err(|error| error.to_string())?;
            Ok::<_, String>(format!("{port} {}", port.inside))
        };
        for (value, expected) in [
            ("8080:80", "127.0.0.1:8080/tcp 80"),
            ("8080:80/tcp", "127.0.0.1:8080/tcp 80"),
            ("0.0.0.0:53:5353/udp", "0.0.0.0:53/udp 5353"),
        ] {
            assert_eq!(parse(value).as_deref(), Ok(expected));
        }
        for (value, why) in [
            ("", "expected [ADDRESS:]HOST:INSIDE[/udp]"),
            ("80", "expected [ADDRESS:]HOST:INSIDE[/udp]"),
            ("0:80", "a port is a number from 1 to 65535"),
            ("80:", "a port is a number from 1 to 65535"),
            ("80:+1", "a port is a number from 1 to 65535"),
            ("80:65536", "a port is a number from 1 to 65535"),
            ("::1:80:80", "ADDRESS must be an IPv4 address"),
            ("localhost:80:80", "ADDRESS must be an IPv4 address"),
            ("80:80/sctp", "the protocol must be tcp or udp"),
            ("80:80/", "the protocol must be tcp or udp"),
        ] {
            let expected = format!("invalid --publish argument '{value}': {why}");
            assert_eq!(parse(value), Err(expected));
        }
    }

    proptest! {
        #[test]
        fn any_value_is_answered(value in any::<Vec<u8>>()) {
            let _ = parse_publish(&OsString::from_vec(value));
        }
    }
}
