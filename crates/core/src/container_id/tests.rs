//! Paths as the engines make them, with `ID` for an id of 64 digits.

use super::*;
use proptest::prelude::*;

fn found(path: &str) -> Option<String> {
    let id = "0123456789abcdef".repeat(4);
    let path = path.replace("ID", &id);
    let container = containers_in(path.as_bytes()).next()?;
    Some(String::from_utf8_lossy(&container.short_name()).into_owned())
}

#[track_caller]
fn all(engine: &str, paths: &[&str]) {
    for path in paths {
        assert_eq!(
            found(path),
            Some(format!("{engine}:0123456789ab")),
            "{path}"
        );
    }
}

#[test]
fn a_container_is_known_by_its_engines_habits() {
    all(
        "docker",
        &[
            "/docker/ID",
            "/system.slice/docker-ID.scope",
            "/system.slice/docker-ID.scope/init.scope",
            "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-ID.scope",
            "/kubepods.slice/kubepods-pod5.slice/docker-ID.scope",
            "/moby/ID",
            "/docker/ID (deleted)",
            "/../../docker/ID",
        ],
    );
    all(
        "podman",
        &[
            "/machine.slice/libpod-ID.scope",
            "/machine.slice/libpod-ID.scope/container",
            "/machine.slice/machine-libpod_pod_ID.slice/libpod-ID.scope/container",
            "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope",
            "/libpod_parent/libpod-ID",
            "/system.slice/web.service/libpod-payload-ID",
        ],
    );
    all(
        "containerd",
        &[
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podU.slice/cri-containerd-ID.scope",
            "/system.slice/containerd.service/kubepods-burstable-podU.slice:cri-containerd:ID",
            "/system.slice/nerdctl-ID.scope",
            "/k8s.io/ID",
            "/default/ID",
        ],
    );
    all(
        "crio",
        &[
            "/kubepods.slice/kubepods-podU.slice/crio-ID.scope",
            "/kubepods/besteffort/podU/crio-ID",
        ],
    );
    all(
        "kubepods",
        &["/kubepods/burstable/podU/ID", "/kubepods/podU/ID"],
    );
    all(
        "container",
        &[
            "/ecs/task/ID",
            "/ID",
            "/new-engine-ID.scope",
            "/slice:new:ID",
        ],
    );
}

#[test]
fn a_whole_system_has_its_name() {
    for (path, container) in [
        ("/lxc/web1", "lxc:web1"),
        ("/lxc.payload.web1/system.slice/ssh.service", "lxc:web1"),
        ("/lxc.payload/web1", "lxc:web1"),
        (
            "/machine.slice/machine-debian.scope/payload/init.scope",
            "nspawn:debian",
        ),
        ("/machine.slice/machine-my\\x2dbox.scope", "nspawn:my-box"),
        (
            "/machine.slice/systemd-nspawn@my-box.service/payload",
            "nspawn:my-box",
        ),
        (
            "/machine.slice/machine-lxc\\x2d5\\x2dweb.scope",
            "libvirt:5-web",
        ),
    ] {
        assert_eq!(found(path).as_deref(), Some(container), "{path}");
    }
}

#[test]
fn the_innermost_container_counts() {
    let inside = found("/lxc.payload.web1/system.slice/docker-ID.scope");
    assert_eq!(inside.as_deref(), Some("docker:0123456789ab"));
    let outside = found("/docker/ID/lxc/web1");
    assert_eq!(outside.as_deref(), Some("lxc:web1"));
}

#[test]
fn every_cgroup_on_the_path_that_has_a_name_is_found_with_its_own_path() {
    let (one, other) = ("0".repeat(64), "f".repeat(64));
    let path = format!("/a/docker-{one}.scope/b/{other}/init.scope (deleted)");
    let containers: Vec<ContainerCgroup> = containers_in(path.as_bytes()).collect();
    let found = containers
        .iter()
        .map(|found| (found.path, &*found.container));
    let found: Vec<(&[u8], &[u8])> = found.collect();
    let inner = format!("/a/docker-{one}.scope/b/{other}");
    let outer = format!("/a/docker-{one}.scope");
    let expected = [
        (inner.as_bytes(), other.as_bytes()),
        (outer.as_bytes(), one.as_bytes()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_cgroup_without_a_container_id_is_not_a_container() {
    for path in [
        "",
        "/",
        "/init.scope",
        "/user.slice/user-1000.slice/session-1.scope",
        "/system.slice/docker.service",
        "/system.slice/docker-0123.scope",
        "/docker",
        "/docker/buildkit",
        "/machine.slice/libpod-conmon-ID.scope",
        "/kubepods.slice/crio-conmon-ID.scope",
        "/lxc.monitor.web1",
        "/machine.slice/machine-qemu\\x2d5\\x2dweb.scope",
        "/machine.slice",
        "/kubepods.slice/kubepods-podU.slice",
        "/system.slice/docker-ID.service",
        "/system.slice/ID.service",
        "/machine.slice/machine-libpod_pod_ID.slice",
        "/docker/xID",
        "/docker/ID0",
        "/docker/0ID",
        "/docker/ID (deleted)/x",
        "/lxc/",
        "docker-ID.scope",
    ] {
        assert_eq!(found(path), None, "{path}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = containers_in(&bytes).count();
    }

    #[test]
    fn any_path_of_words_is_answered(path in "(/(docker|lxc|machine-|libpod-|[0-9a-f]{64}|\\\\x2|:|\\.scope)*){0,4}") {
        let _ = containers_in(path.as_bytes()).count();
    }
}
