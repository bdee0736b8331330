//! The lines of /proc/PID/mountinfo, `proc_pid_mountinfo(5)`, that keep a namespace alive.

use crate::ns_type::NsType;

use super::nslink;
use crate::procfs::unescape;

/// A namespace that is mounted, and where: its type, its inode number, the path.
pub(crate) type MountedNamespace = ((NsType, u32), Vec<u8>);

/// Returns the namespaces that are mounted, in the order of mounting. A namespace's file has no name of its own: its
/// root is `net:[4026531840]`, while that of a file with such a name begins with a slash.
pub(crate) fn mounted_namespaces(text: &[u8]) -> impl Iterator<Item = MountedNamespace> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b' ');
        let root = fields.nth(3)?;
        Some((nslink::parse_link(root)?, unescape(fields.next()?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mounted_namespaces_are_found() {
        let text = b"47 46 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
            90 47 0:4 net:[4026532361] /run/a\\040b\\134\\012 rw shared:3 - nsfs nsfs rw\n\
            91 47 254:0 /net:[4026532361] /tmp/x rw - ext4 /dev/vda rw\n\
            92 47 0:4 mnt:[5] /\\9\\777 rw - nsfs nsfs rw";
        let found: Vec<MountedNamespace> = mounted_namespaces(text).collect();
        let net = ((NsType::Net, 4_026_532_361), b"/run/a b\\\n".to_vec());
        let mount = ((NsType::Mount, 5), b"/\\9\\777".to_vec());
        assert_eq!(found, [net, mount]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = mounted_namespaces(&bytes).count();
        }
    }
}
