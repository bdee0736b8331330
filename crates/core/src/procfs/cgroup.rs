//! The cgroups of a process, /proc/PID/cgroup, `cgroups(7)`: a line for each hierarchy, of version 2 and of version 1.

/// A hierarchy, and where in it a process is: `0::/a`, `4:memory:/a`, `9:name=systemd:/a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CgroupLine<'a> {
    /// The controllers of version 1, with commas between them, or its name; empty is version 2.
    pub hierarchy: &'a [u8],
    /// The path of the cgroup below the root of the hierarchy, as the reader's cgroup namespace has it.
    pub path: &'a [u8],
}

/// Returns the lines of the file; those that are not in its format are skipped.
pub fn cgroup_lines(text: &[u8]) -> impl Iterator<Item = CgroupLine<'_>> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line.splitn(3, |byte| *byte == b':').skip(1);
        let (hierarchy, path) = (fields.next()?, fields.next()?);
        Some(CgroupLine { hierarchy, path })
    })
}

/// Returns the path that is most specific to a process: that of version 2 if it is not the root; else that of systemd's
/// hierarchy, which has a name and no controllers; else the first that is not the root. A machine may have all three
/// kinds and use one.
pub fn main_cgroup(text: &[u8]) -> Option<&[u8]> {
    let rank = |line: &CgroupLine| {
        let kind = match line.hierarchy {
            b"" => 0,
            b"name=systemd" => 1,
            _ => 2,
        };
        (line.path == b"/", kind)
    };
    cgroup_lines(text).min_by_key(rank).map(|line| line.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn main_cgroup_text(text: &str) -> Option<String> {
        main_cgroup(text.as_bytes()).map(|path| String::from_utf8_lossy(path).into_owned())
    }

    #[test]
    fn the_informative_line_is_read() {
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
            assert_eq!(main_cgroup_text(text).as_deref(), Some(path), "{text}");
        }
        assert_eq!(main_cgroup_text(""), None);
        assert_eq!(main_cgroup_text("0:"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = (main_cgroup(&bytes), cgroup_lines(&bytes).count());
        }
    }
}
