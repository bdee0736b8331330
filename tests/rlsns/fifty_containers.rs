//! A machine with fifty containers: small ones of runshare, in cgroups that are called as the engines call theirs, and
//! three of a real dockerd. Each is found by its id, and all JSON has its schema.

use std::fs;
use std::path::PathBuf;

use nix::mount::{MsFlags, mount};
use nix::unistd::gettid;
use testkit::{Docker, Running, Scratch, Tool, eventually, require};

use crate::json_schema::{
    Value, array, check_comparison, check_graph, check_holders, members, read_json,
};
use crate::processes::{asleep, namespace};

/// How engines call the cgroup of a container.
const NAMES: [&str; 6] = [
    "docker-ID.scope",
    "libpod-ID.scope",
    "cri-containerd-ID.scope",
    "crio-ID.scope",
    "libpod-ID",
    "ID",
];

const SMALL: usize = 47;
const REAL: usize = 3;

/// The machine. Its fields are dropped in this order.
struct Machine {
    ids: Vec<String>,
    small: Vec<Running>,
    cgroups: PathBuf,
    _scratch: Scratch,
    _docker: Docker,
}

impl Machine {
    fn new() -> Option<Machine> {
        let docker = Docker::start()?;
        let runshare = require::workspace_program("runshare")?;
        let scratch = Scratch::new();
        let (none, point) = (None::<&str>, scratch.dir("cgroups"));
        let mounted = mount(none, &point, Some("cgroup2"), MsFlags::empty(), none);
        if !require::machine_feature(mounted.is_ok(), "cgroups cannot be mounted here") {
            return None;
        }
        let cgroups = point.join(format!("nsutils-fifty-{}", gettid()));
        fs::create_dir(&cgroups).unwrap();
        let mut ids: Vec<String> = (0..SMALL).map(id).collect();
        let mut small = Vec::new();
        for (number, id) in ids.iter().enumerate() {
            let tool = Tool::new(&runshare).args(["-m", "-u", "-n", "-i", "sleep", "1000"]);
            let process = asleep(tool);
            let name = NAMES[number % NAMES.len()].replace("ID", id);
            let cgroup = cgroups.join(name);
            fs::create_dir(&cgroup).unwrap();
            fs::write(cgroup.join("cgroup.procs"), process.pid().to_string()).unwrap();
            small.push(process);
        }
        ids.extend((0..REAL).map(|_| docker.run(&[], &["/sleep", "1000"])));
        Some(Machine {
            ids,
            small,
            cgroups,
            _scratch: scratch,
            _docker: docker,
        })
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.small.clear();
        let entries = fs::read_dir(&self.cgroups).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.path().is_dir()) {
            eventually("the cgroup is empty", || {
                fs::remove_dir(entry.path()).is_ok()
            });
        }
        let _ = fs::remove_dir(&self.cgroups);
    }
}

/// The id of a container, no two of which share twelve digits.
fn id(number: usize) -> String {
    let id = format!(
        "{:07x}ab{number:03x}{}",
        gettid().as_raw(),
        "0123456789abcdef".repeat(4)
    );
    id[..64].to_owned()
}

#[test]
fn each_of_fifty_containers_is_found_by_its_id_and_all_json_has_its_schema() {
    let Some(machine) = Machine::new() else {
        return;
    };
    let list = read_json(&[
        "--json",
        "-l",
        "-t",
        "uts",
        "-o",
        "NS,TYPE,NPROCS,PID,USER,CONTAINER,HELD,COMMAND",
    ]);
    let rows = array(&members(&list, "namespaces:*", "")["namespaces"]);
    let columns = "ns:n type:s nprocs:n pid:n? user:s? container:s? held:s? command:s?";
    let containers: Vec<&str> = rows
        .iter()
        .filter_map(|row| match &members(row, columns, "")["container"] {
            Value::Text(container) => Some(container.as_str()),
            _ => None,
        })
        .collect();
    for id in &machine.ids {
        let is_listed = containers.iter().filter(|shown| shown.ends_with(&id[..12]));
        assert_eq!(is_listed.count(), 1, "{id}: {containers:?}");
        let held = read_json(&["--holders", &id[..12], "-t", "uts", "--json"]);
        assert!(check_holders(&held) >= 1, "{id}");
    }
    assert_eq!(machine.ids.len(), 50);
    let all = machine.ids.join(",");
    assert_eq!(
        check_comparison(&read_json(&["--compare", &all, "--json"])),
        50
    );
    let nodes = check_graph(&read_json(&["--graph=json"]));
    for process in &machine.small {
        assert!(nodes.contains(&namespace(process, "uts")), "{nodes:?}");
    }
}
