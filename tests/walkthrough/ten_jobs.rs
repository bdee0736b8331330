//! The ten jobs of README.md: our line and that of the other tool are run, and what their programs find is compared.
//!
//! `NSUTILS_OTHER_TOOLS` names a directory with more of those tools, first on PATH.

use std::env;

use testkit::{originals, require};

use crate::documents::document::Document;
use crate::documents::session_host::SessionHost;
use crate::fixture::is_root;

/// What stands above the table.
const MARK: &str = "<!-- ten jobs -->";

/// A job of the table, in its order.
struct Job {
    /// Whether only root can run one of the two lines.
    is_of_root: bool,
    /// What the shell does before.
    set_up: &'static str,
    /// The program, for `sh -c`.
    program: &'static str,
    /// What the shell looks at afterwards.
    after: &'static str,
}

const fn job(program: &'static str) -> Job {
    Job {
        is_of_root: false,
        set_up: "",
        program,
        after: ":",
    }
}

const fn of_root(program: &'static str) -> Job {
    let job = job(program);
    Job {
        is_of_root: true,
        ..job
    }
}

/// A machine with a default route that leads nowhere, in which an ordinary user runs a line.
const WITH_ROUTE: &str = r#"
as_user_with_route() {
    runshare --mount --net sh -c '
        mount -t tmpfs -o mode=755 none /dev/net && mknod -m 666 /dev/net/tun c 10 200
        ip link add outer type veth peer name wire; ip link set wire up
        ip address add 203.0.113.2/24 dev outer; ip link set outer up
        ip route add default via 203.0.113.1; cd /
        exec timeout 60 setpriv --reuid 1001 --regid 1001 --clear-groups "$@"' sh "$@"
}"#;

const JOBS: [Job; 10] = [
    Job {
        set_up: "mkdir -p src; echo source >src/in",
        after: "cat src/out; rm -r src; ls -d /srv/debian/new",
        ..job(
            "grep ^ID= /etc/os-release; cat /mnt/in; echo made >/mnt/out; grep -c : /proc/net/dev; \
             echo x >/tmp/x && cat /tmp/x; id -u; echo /etc/r*.d",
        )
    },
    Job {
        after: "[ -e /usr/new ] || echo nothing is changed",
        ..job(
            "ls -A /home; ls -A /run; grep -c : /proc/net/dev; echo x >/tmp/x && cat /tmp/x; id -u; \
             (echo x >/usr/new) 2>/dev/null; ls /usr/bin | wc -l; [ -e /dev/sda ] || echo no disk",
        )
    },
    Job {
        after: "grep -c /systems/root/ /proc/self/mountinfo",
        ..of_root(
            "stat -f -c '%n %T' /proc /sys /dev /dev/pts /dev/shm /run /tmp; ls /sys/firmware; \
             echo x >/dev/null; echo x >/dev/shm/x; cat /dev/shm/x; ls -d /dev/tty",
        )
    },
    Job {
        after: "[ -e /srv/debian/usr/new ] || echo nothing is changed",
        ..of_root(
            "echo x >/usr/new; cat /usr/new; dpkg --get-selections | wc -l; stat -f -c '%n %T' /proc /run /tmp",
        )
    },
    job("touch /tmp/mine; ls -A /tmp; id -u"),
    job(
        "grep -c : /proc/net/dev; python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 8000)); \
         socket.create_connection((\"127.0.0.1\", 8000)); print(s.accept()[0].getsockname())'",
    ),
    Job {
        set_up: "mkdir -p image; cp --parents --dereference /usr/bin/sleep \
                 $(ldd /usr/bin/sleep | grep -o '/[^ ]*') image
                 runshare --mount --uts --net --hostname web --root image /usr/bin/sleep 1000 & pid=$!
                 while kill -0 $pid && [ \"$(cat /proc/$pid/comm)\" != sleep ]; do :; done",
        after: "kill $pid; wait $pid; rm -r image",
        ..of_root("hostname; grep -c : /proc/net/dev; ls -A ${TARGET_ROOT:-/proc/$pid/root}")
    },
    job("tail -n 1 /proc/self/timens_offsets; id -u"),
    of_root("touch file; chown 5000:65533 file; stat -c %u:%g file; rm file; tail -n 1 /proc/self/uid_map | wc -l"),
    Job {
        set_up: WITH_ROUTE,
        ..of_root("ip -4 -brief address show up; ip -4 route")
    },
];

/// The row of a job: our line, the other one, and how many words stand before the program.
fn rows(path: &'static str) -> Vec<[String; 3]> {
    let document = Document::open(path);
    let after = document.lines().iter().skip_while(|line| *line != MARK);
    let rows = after.skip(3).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| {
        let mut cells = row.split('|').skip(2);
        [(); 3].map(|()| {
            cells
                .next()
                .unwrap_or_default()
                .trim()
                .trim_matches('`')
                .to_owned()
        })
    });
    cells.collect()
}

/// How many words stand before the program.
fn count_words(line: &str) -> usize {
    line.split_whitespace().count() - 1
}

/// The line as a shell runs it.
fn command(line: &str) -> String {
    let originals = originals().join("bin");
    let words = line.split_whitespace().map(|word| match word {
        "P" => "sh -c \"$program\"".to_owned(),
        "DIR" => "/srv/debian".to_owned(),
        "PID" => "$pid".to_owned(),
        "unshare" | "nsenter" => originals.join(word).display().to_string(),
        // There may be no systemd(1) here.
        "systemd-nspawn" => "systemd-nspawn --quiet --register=no --keep-unit".to_owned(),
        _ => word.to_owned(),
    });
    let command = words.collect::<Vec<_>>().join(" ");
    match line.contains("pasta") {
        true => format!("as_user_with_route {command}"),
        false => command,
    }
}

/// What the program finds, and what is there afterwards.
fn outcome(host: &SessionHost, job: &Job, line: &str) -> String {
    let (set_up, program, after) = (job.set_up, job.program, job.after);
    let command = command(line);
    let tools = env::var("NSUTILS_OTHER_TOOLS").unwrap_or_default();
    let found = host.run(&format!(
        "export pid PATH=\"$PATH:{tools}\"\nread -r -d '' program <<'END'\n{program}\nEND\n{set_up}\n\
         {{ {command}; }} 2>/dev/null </dev/null\necho status $?\n{{ {after}\n}} 2>/dev/null\n"
    ));
    // systemd-nspawn gives the program a terminal.
    found.replace('\r', "")
}

/// Whether the tool of this line is here. CI has all but systemd-nspawn, which replaces the machine's systemd.
fn is_here(line: &str) -> bool {
    let name = line.split(' ').next().unwrap_or_default();
    let more = env::var_os("NSUTILS_OTHER_TOOLS").unwrap_or_default();
    if env::split_paths(&more).any(|directory| directory.join(name).exists()) {
        return true;
    }
    match name {
        "systemd-nspawn" => {
            let is_here = ["/usr/bin", "/bin"]
                .iter()
                .any(|directory| std::path::Path::new(directory).join(name).exists());
            require::machine_feature(is_here, "there is no systemd-nspawn")
        }
        "unshare" | "nsenter" => require::original(name).is_some(),
        _ => require::installed(name),
    }
}

#[test]
fn both_lines_of_each_job_have_the_same_result() {
    let Some(host) = SessionHost::at_home() else {
        return;
    };
    let rows = rows("README.md");
    assert_eq!(rows.len(), JOBS.len());
    for (job, [ours, other, _]) in JOBS.iter().zip(&rows) {
        if job.is_of_root && !is_root() || !is_here(other) {
            continue;
        }
        let found = outcome(&host, job, ours);
        assert!(found.contains("status 0\n"), "{ours}\n{found}");
        assert_eq!(found, outcome(&host, job, other), "{ours}\n{other}");
    }
}

#[test]
fn the_words_of_both_lines_are_counted_in_each_language() {
    let english = rows("README.md");
    for [ours, other, words] in &english {
        let counted = format!("{} : {}", count_words(ours), count_words(other));
        assert_eq!(*words, counted, "{ours}\n{other}");
    }
    assert_eq!(rows("README.zh-CN.md"), english);
}
