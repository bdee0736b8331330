//! `--holders --json`: an object for each holder, with a key for each fact; what does not apply has no key.

use nscore::ns_type::NsType;
use nscore::scan::{HoldKind, Holder, Snapshot, Task};
use smartcols::Json;

use crate::holders::holder_process;
use crate::process_info::{UserNames, command_line};

/// Returns what holds the namespace with this inode number and type.
pub(crate) fn holders_json(snapshot: &Snapshot, (inode, ns_type): (u32, NsType)) -> Json {
    let users = UserNames::default();
    let holders = snapshot.holders.iter();
    let holders = holders.map(|holder| holder_object(snapshot, &users, holder));
    Json::object([
        ("namespace", Some(namespace_object(inode, ns_type))),
        (
            "unreadable",
            Some(Json::Number(snapshot.unread.processes() as u64)),
        ),
        ("holders", Some(Json::Array(holders.collect()))),
    ])
}

/// Returns a namespace by its number and type.
pub(crate) fn namespace_object(inode: u32, ns_type: NsType) -> Json {
    Json::object([
        ("ns", Some(inode.into())),
        ("type", Some(ns_type.file().into())),
    ])
}

fn holder_object(snapshot: &Snapshot, users: &UserNames, holder: &Holder) -> Json {
    let process = holder_process(snapshot, holder);
    let uid = process.and_then(|process| Some(process.info.as_ref()?.uid));
    let (kind, thread, number) = match holder {
        Holder::Task(task, hold) => describe_task(*task, *hold),
        Holder::Mount { .. } => ("mount", None, None),
        Holder::Child(..) => ("child", None, None),
    };
    let (path, within) = match holder {
        Holder::Mount { within, path } => (Some(path).filter(|path| !path.is_empty()), *within),
        _ => (None, None),
    };
    let child = match holder {
        Holder::Child(ns_type, inode) => Some(namespace_object(*inode, *ns_type)),
        _ => None,
    };
    Json::object([
        ("kind", Some(kind.into())),
        ("pid", process.map(|process| process.pid.into())),
        ("tid", thread.map(Json::from)),
        ("fd", number.map(Json::from)),
        ("path", path.map(|path| Json::Text(path.clone()))),
        ("mnt", within.map(Json::from)),
        ("namespace", child),
        ("user", uid.map(|uid| Json::Text(users.name(uid)))),
        ("uid", uid.map(Json::from)),
        (
            "command",
            process.map(|process| Json::Text(command_line(process))),
        ),
    ])
}

/// Returns the kind of a hold, the thread and the number of the descriptor.
fn describe_task(task: Task, hold: HoldKind) -> (&'static str, Option<u32>, Option<u32>) {
    let (kind, number) = match hold {
        HoldKind::Member if task.thread.is_some() => ("thread", None),
        HoldKind::Member => ("process", None),
        HoldKind::Children => ("children", None),
        HoldKind::Descriptor(number) => ("fd", Some(number)),
        HoldKind::Socket(number) => ("socket", Some(number)),
    };
    (kind, task.thread, number)
}
