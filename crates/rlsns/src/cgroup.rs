//! The cgroup of a process, `proc_pid_cgroup(5)`: the one line of several that says something.

/// The path of a process's cgroup. Of version 2 if it is not the root; else of systemd's hierarchy, which is named and
/// not counted; else of the first that is not the root. A machine may have all three kinds, and use one.
pub(crate) fn path(text: &[u8]) -> Option<&[u8]> {
    let rank = |(controllers, path): &(&[u8], &[u8])| {
        let kind = match *controllers {
            b"" => 0,
            b"name=systemd" => 1,
            _ => 2,
        };
        (*path == b"/", kind)
    };
    lines(text).min_by_key(rank).map(|(_, path)| path)
}

/// The paths of all its cgroups: that of version 2, and those of version 1.
pub(crate) fn paths(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines(text).map(|(_, path)| path)
}

/// The controllers and the path in each line: `0::/a`, `4:memory:/a`, `9:name=systemd:/a`.
fn lines(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line.splitn(3, |byte| *byte == b':').skip(1);
        Some((fields.next()?, fields.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        path(text.as_bytes()).map(|path| String::from_utf8_lossy(path).into_owned())
    }

    #[test]
    fn the_line_that_says_something_is_read() {
        for (text, path) in [
            ("0::/a b\n", "/a b"),
            ("0::/a:b\n", "/a:b"),
            ("0::/\n", "/"),
            ("1:cpu:/docker/1\n0::/a\n", "/a"),
            (
                "9:name=systemd:/init.scope\n8:pids:/a\n0::/\n",
                "/init.scope",
            ),
            ("8:pids:/a\n9:name=systemd:/init.scope\n", "/init.scope"),
            (
                "9:name=systemd:/\n8:pids:/a\n7:cpu,cpuacct:/b\n0::/\n",
                "/a",
            ),
            ("9:name=systemd:/\n8:pids:/\n", "/"),
        ] {
            assert_eq!(read(text).as_deref(), Some(path), "{text}");
        }
        assert_eq!(read(""), None);
        assert_eq!(read("0:"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = (path(&bytes), paths(&bytes).count());
        }
    }
}
