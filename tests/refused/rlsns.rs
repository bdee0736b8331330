//! What lists namespaces, and every form of a target.

use testkit::require;

use crate::case::Case;
use crate::fixture::Fixture;
use crate::{can_refuse, refuse_all};

#[test]
fn rlsns_lists_everything_or_fails() {
    if !require::user_namespaces() || !can_refuse("rlsns") {
        return;
    }
    let fixture = Fixture::new();
    let lines = [
        "-o NS,TYPE,NPROCS,PID,PPID,UID",
        "-t uts -t net -o NS,TYPE,NPROCS,PID,NETNSID,NSFS",
        "-T -o NS,TYPE,PNS,ONS,NPROCS",
        "-J -o NS,TYPE,NPROCS,PID,COMMAND",
        "-r -n -o NS,NSID,HELD,OWNER,CGROUP",
        "-P -o NS,TYPE,NPROCS,HELD",
        "-p {pid} -o NS,TYPE,NPROCS,PID",
        "-n -o PID,PPID,USER {uts}",
        "-Q NPROCS==1 -o NS,TYPE,NPROCS",
        "--holders {uts}",
        "--holders {open} -J",
        "--compare {pid}",
        "--compare {pid},{pid2} -J",
        "--graph",
        "--graph=mermaid -t uts",
        "--graph=json -t net",
        "--holders uts:[{uts}] -J",
        "--holders /proc/{pid}/ns/net",
        "-p net:[{net}] -o NS,TYPE,NPROCS,PID",
        "-J -p {pid2} -o NS,TYPE,NPROCS,PID",
        "--compare /proc/{pid}/ns/uts,{pid2}",
    ];
    let cases = lines.map(|line| Case::of_rlsns(line, &fixture));
    refuse_all("rlsns", &cases);
}
