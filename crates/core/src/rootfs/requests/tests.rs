use proptest::prelude::*;

use super::*;

fn bind(value: &str, is_read_only: bool) -> Result<BindRequest, String> {
    let mut requests = Requests::default();
    let added = requests.add_bind(value.as_ref(), is_read_only);
    added.map_err(|error| error.to_string())?;
    match requests.mounts.pop() {
        Some(MountRequest::Bind(bind)) => Ok(bind),
        other => Err(format!("{other:?}")),
    }
}

#[test]
fn a_bind_has_up_to_three_fields() {
    let expected = |source: &str, target: &str, attributes| {
        Ok(BindRequest {
            source: source.into(),
            target: target.into(),
            attributes,
            maps_ids: false,
        })
    };
    assert_eq!(bind("/a", false), expected("/a", "/a", 0));
    assert_eq!(
        bind("/a:/b", true),
        expected("/a", "/b", libc::MOUNT_ATTR_RDONLY)
    );
    assert_eq!(
        bind(r"/a\:b:/c\\d\e", false),
        expected("/a:b", r"/c\d\e", 0)
    );
    let set = libc::MOUNT_ATTR_NOEXEC | libc::MOUNT_ATTR_NODEV;
    assert_eq!(bind("a:/b:noexec,nodev", false), expected("a", "/b", set));
    let mapped = bind("/a:/b:noexec,idmap", false).expect("both are known");
    assert_eq!(
        (mapped.attributes, mapped.maps_ids),
        (libc::MOUNT_ATTR_NOEXEC, true)
    );
    for (value, why) in [
        ("", "SRC must not be empty or begin with '+'"),
        (":/b", "SRC must not be empty or begin with '+'"),
        ("+/a", "SRC must not be empty or begin with '+'"),
        ("/a:", "DST must not be empty"),
        ("/a:/b:rw", "unknown option 'rw'"),
        (
            "/a:/b:nodev:x",
            "it has more than three fields; write a colon in a path as '\\:'",
        ),
    ] {
        assert_eq!(
            bind(value, false),
            Err(format!("invalid --bind argument '{value}': {why}"))
        );
    }
}

#[test]
fn a_tmpfs_is_writable_only_by_its_owner_unless_its_mode_is_given() {
    let one = |value: &str| {
        let mut requests = Requests::default();
        requests
            .add_tmpfs(value.as_ref())
            .map_err(|error| error.to_string())?;
        match requests.mounts.pop() {
            Some(MountRequest::Tmpfs(path, tmpfs)) => Ok((path, tmpfs)),
            other => Err(format!("{other:?}")),
        }
    };
    let plain = NewFilesystem::new(c"tmpfs", NO_PRIVILEGE);
    let expected = plain.clone().with(c"mode", c"0755");
    assert_eq!(one("/a"), Ok(("/a".into(), expected)));
    let mut expected = plain.with(c"size", c"1m").with(c"mode", c"1777");
    expected.attributes |= libc::MOUNT_ATTR_NOEXEC;
    assert_eq!(
        one("/a:size=1m,noexec,mode=1777"),
        Ok(("/a".into(), expected))
    );
    for value in ["", ":size=1m", "/a:=1", "/a:b:c"] {
        assert!(one(value).is_err(), "{value}");
    }
}

#[test]
fn resolv_conf_comes_with_the_api_unless_it_is_refused() {
    let mut requests = Requests::default();
    assert!(requests.is_empty());
    requests
        .set_resolv_conf("off".as_ref())
        .expect("a word that is known");
    assert!(requests.is_empty());
    assert_eq!(requests.option_for_root(), Some("--resolv-conf"));
    requests.set_api(None).expect("no mode is one");
    assert!(!requests.wants_resolv_conf() && !requests.is_empty());
    requests
        .set_resolv_conf("auto".as_ref())
        .expect("a word that is known");
    assert!(requests.wants_resolv_conf());
    assert!(requests.set_api(Some("hots".as_ref())).is_err());
    assert!(requests.set_resolv_conf("".as_ref()).is_err());
}

proptest! {
    #[test]
    fn any_value_is_answered(value in any::<Vec<u8>>()) {
        let value = OsString::from_vec(value);
        let mut requests = Requests::default();
        let _ = requests.add_bind(&value, true);
        let _ = requests.add_tmpfs(&value);
    }
}
