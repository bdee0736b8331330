//! The id of a container in the path of a cgroup. Engines name the cgroup after the container, each in its own way:
//! `docker-ID.scope`, `libpod-ID.scope/container`, `/kubepods/podU/ID`, `slice:cri-containerd:ID`.

use super::form::is_hexadecimal;

/// How many digits an id has.
const WHOLE: usize = 64;

/// A cgroup that is named after a container.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// Its path. Anybody who may make cgroups can give one the name of any container, but none the same path.
    pub(super) cgroup: &'a str,
    /// The container's id.
    pub(super) id: &'a str,
}

/// The innermost container's in /proc/PID/cgroup, whose lines are `0::PATH`, `4:memory:PATH`.
pub(super) fn innermost(cgroups: &[u8]) -> Option<Named<'_>> {
    let lines = cgroups.split(|byte| *byte == b'\n');
    let lines = lines.filter_map(|line| std::str::from_utf8(line).ok());
    let mut paths = lines.filter_map(|line| line.splitn(3, ':').nth(2));
    paths.find_map(innermost_of)
}

fn innermost_of(path: &str) -> Option<Named<'_>> {
    let mut cgroup = path;
    loop {
        let (above, name) = cgroup.rsplit_once('/')?;
        if let Some(id) = in_name(name) {
            return Some(Named { cgroup, id });
        }
        cgroup = above;
    }
}

/// The id at the end of a cgroup's name, behind whatever tells the engine. What watches a container from outside has its
/// id behind `conmon`.
fn in_name(name: &str) -> Option<&str> {
    let name = name.strip_suffix(" (deleted)").unwrap_or(name);
    let name = name.strip_suffix(".scope").unwrap_or(name);
    let (engine, id) = name.split_at_checked(name.len().checked_sub(WHOLE)?)?;
    let is_marked = engine.is_empty() || engine.ends_with(['-', ':']);
    let watches = engine.trim_end_matches(['-', ':']).ends_with("conmon");
    (is_hexadecimal(id) && is_marked && !watches).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    fn found(cgroups: &str) -> Option<String> {
        let cgroups = cgroups.replace("ID", ID).replace("OTHER", OTHER);
        innermost(cgroups.as_bytes()).map(|named| named.id.to_owned())
    }

    #[test]
    fn every_engine_has_its_way_to_name_it() {
        for path in [
            "/docker/ID",
            "/system.slice/docker-ID.scope",
            "/system.slice/docker-ID.scope/init.scope",
            "/../../docker/ID",
            "/docker/ID (deleted)",
            "/machine.slice/libpod-ID.scope/container",
            "/libpod_parent/libpod-ID",
            "/kubepods/burstable/podU/ID",
            "/kubepods.slice/kubepods-podU.slice/cri-containerd-ID.scope",
            "/kubepods.slice/kubepods-podU.slice/crio-ID.scope",
            "/system.slice/containerd.service/kubepods-podU.slice:cri-containerd:ID",
            "/docker/OTHER/docker/ID",
        ] {
            assert_eq!(
                found(&format!("0::{path}\n")).as_deref(),
                Some(ID),
                "{path}"
            );
            let old = format!("9:memory:{path}\n1:name=systemd:{path}\n0::/\n");
            assert_eq!(found(&old).as_deref(), Some(ID), "{path}");
        }
    }

    #[test]
    fn what_is_inside_it_is_in_the_same_cgroup() {
        for (path, cgroup) in [
            ("/a/docker-ID.scope", "/a/docker-ID.scope"),
            ("/a/docker-ID.scope/init.scope/b", "/a/docker-ID.scope"),
            ("/ID", "/ID"),
            ("/OTHER/ID/x", "/OTHER/ID"),
        ] {
            let put_in = |text: &str| text.replace("ID", ID).replace("OTHER", OTHER);
            let line = put_in(&format!("0::{path}\n"));
            let named = innermost(line.as_bytes()).expect(path);
            assert_eq!(named.cgroup, put_in(cgroup));
        }
    }

    #[test]
    fn what_is_no_container_has_none() {
        for path in [
            "/",
            "/user.slice/user-1000.slice/session-2.scope",
            "/machine.slice/libpod-conmon-ID.scope",
            "/crio-conmon-ID.scope",
            "/machine.slice/machine-libpod_pod_ID.slice",
            "/docker/xID",
            "/docker/ID0",
            "/docker/0ID",
            "/vte-spawn-01234567-89ab-cdef-0123-456789abcdef.scope",
        ] {
            assert_eq!(found(&format!("0::{path}\n")), None, "{path}");
        }
        assert_eq!(found(""), None);
        assert_eq!(found("/docker/ID"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "[0-9a-f:/\\-é\n]{0,200}") {
            let _ = innermost(text.as_bytes());
        }
    }
}
