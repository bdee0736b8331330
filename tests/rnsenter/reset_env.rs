//! `--reset-env`: the environment of a login of whoever the program is, which no variable of the caller's gets into.

use std::path::Path;

use testkit::{Scratch, Tool, require};

use crate::fixture::{Caller, Container, rnsenter};

const ROOT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const USER_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A container of root's with a tmpfs on /etc, whose passwd knows other users than the machine's.
fn container(scratch: &Scratch) -> Option<Container> {
    let passwd = scratch.file(
        "passwd",
        "root:x:0:0::/inside:/bin/inside\nuser:x:1001:1001::/home/inside:\n",
    );
    let set = |tool: Tool| tool.bind_over(&passwd, "/etc/passwd");
    Container::unshared_as(set, &["-mup", "-f"])
}

/// What the program gets, sorted.
#[track_caller]
fn environment(tool: Tool, options: &[&str]) -> Vec<String> {
    let tool = tool
        .no_env()
        .env("TERM", "vt100")
        .env("A", "1")
        .env("HOME", "/nosuch")
        .env("LD_LIBRARY_PATH", "/nosuch");
    let out = tool.args(options).arg("/usr/bin/env").run().ok().out();
    let mut lines: Vec<String> = out.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn login(home: &str, name: &str, shell: &str, path: &str) -> Vec<String> {
    let mut lines = vec![
        format!("HOME={home}"),
        format!("SHELL={shell}"),
        format!("PATH={path}"),
        "TERM=vt100".to_owned(),
    ];
    if !name.is_empty() {
        lines.extend([format!("LOGNAME={name}"), format!("USER={name}")]);
    }
    lines.sort();
    lines
}

/// A machine on which root and the tester are known by these names.
fn machine(scratch: &Scratch) -> impl Fn() -> Tool {
    let lines = "root:x:0:0::/outside:/bin/outside\ntester:x:1001:1001::/home/tester:\n";
    let passwd = scratch.file("outside", lines);
    move || rnsenter().bind_over(&passwd, "/etc/passwd")
}

#[test]
fn it_is_that_of_the_programs_user_where_the_program_is() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::shared();
    let Some(container) = container(&scratch) else {
        return;
    };
    let outside = machine(&scratch);
    let pid = container.pid().to_string();
    let shown = |options: &[&str]| {
        let words = [&["-t", &pid, "--reset-env"], options].concat();
        environment(outside(), &words)
    };
    // Without the target's mounts the files are the machine's.
    let root = login("/outside", "root", "/bin/outside", ROOT_PATH);
    assert_eq!(shown(&["-u"]), root);
    assert_eq!(shown(&["-u", "-p"]), root);
    let tester = login("/home/tester", "tester", "/bin/sh", USER_PATH);
    assert_eq!(shown(&["-u", "-S", "1001", "-G", "1001"]), tester);
    let inside = login("/inside", "root", "/bin/inside", ROOT_PATH);
    assert_eq!(shown(&["-m"]), inside);
    assert_eq!(shown(&["-a"]), inside);
    let user = login("/home/inside", "user", "/bin/sh", USER_PATH);
    assert_eq!(shown(&["-m", "-S", "1001"]), user);
    let nobody = login("/", "", "/bin/sh", USER_PATH);
    assert_eq!(shown(&["-m", "-S", "31000"]), nobody);
}

#[test]
fn a_user_in_a_container_of_his_own_is_who_he_is_inside() {
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return;
    }
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let pid = container.pid().to_string();
    let way = ["-t", &pid, "-U", "-u", "--preserve-credentials"];
    let words = [&way[..], &["--reset-env"]].concat();
    let shown = environment(caller.runs(rnsenter()), &words);
    let id = caller.runs(rnsenter()).args(way).args(["id", "-u"]);
    let path = match id.run().ok().out().trim() {
        "0" => ROOT_PATH,
        _ => USER_PATH,
    };
    assert!(shown.contains(&format!("PATH={path}")), "{shown:?}");
    assert!(
        !shown.iter().any(|line| line.starts_with("A=")),
        "{shown:?}"
    );
}

#[test]
fn beside_other_options_of_the_environment_the_last_counts_but_the_targets_comes_first() {
    let container = Container::none(|tool| tool.no_env().env("OF", "target"));
    let pid = container.pid().to_string();
    let shown = |options: &[&str]| {
        let words = [&["-t", &pid, "-u"], options].concat();
        environment(rnsenter(), &words)
    };
    if !require::root() {
        return;
    }
    let login = shown(&["--reset-env"]);
    assert!(login.contains(&"TERM=vt100".to_owned()), "{login:?}");
    assert_eq!(shown(&["--clear-env", "--reset-env"]), login);
    assert_eq!(shown(&["--reset-env", "--clear-env"]), Vec::<String>::new());
    for both in [["-e", "--reset-env"], ["--reset-env", "-e"]] {
        assert_eq!(shown(&both), ["OF=target"]);
    }
    // As for --clear-env, what is said of the environment itself counts.
    assert_eq!(shown(&["--as-target"]), ["OF=target"]);
    assert_eq!(shown(&["--as-target", "--reset-env"]), login);
    assert_eq!(shown(&["--as-target", "-S", "0", "--reset-env"]), login);
}

#[test]
fn the_variables_of_tools_are_there_too() {
    if !require::root() {
        return;
    }
    let Some(container) = Container::unshared_as(|tool| tool, &["-mn", "-f"]) else {
        return;
    };
    let pid = container.pid().to_string();
    let words = ["-t", &pid, "--tools", "--reset-env"];
    let shown = environment(rnsenter(), &words);
    assert!(shown.contains(&"TARGET_ROOT=/mnt".to_owned()), "{shown:?}");
    assert!(!shown.contains(&"A=1".to_owned()), "{shown:?}");
}

#[test]
fn without_a_program_the_shell_of_the_login_runs() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::shared();
    let shell = scratch.program("shell", "#!/bin/sh\necho the login shell: $0\n");
    let passwd = scratch.file("passwd", format!("root:x:0:0::/:{}\n", shell.display()));
    let container = Container::none(|tool| tool);
    let pid = container.pid().to_string();
    let tool = rnsenter().bind_over(Path::new(&passwd), "/etc/passwd");
    let tool = tool.env("SHELL", "/bin/false").args(["-t", &pid, "-u"]);
    let outcome = tool.arg("--reset-env").run().ok();
    assert!(outcome.out().starts_with("the login shell"), "{outcome}");
}
