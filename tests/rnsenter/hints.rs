//! Hints: a second line with the cause of a failure, each cause made here as it comes about on a machine. What is not
//! asked for hints says what the original says, to the byte: [`Twin::hint`] sees to that every time.

use std::fmt::Display;
use std::fs::File;
use std::path::Path;

use nix::errno::Errno;
use nix::libc::{SYS_pidfd_open, SYS_setns};

use crate::stage::{Caller, Container, NOBODY, bind, original, rnsenter, twin, zombie};
use testkit::{Scratch, Tool, need};

/// The hint that ours gives when `caller` calls it so; none where the originals are missing.
#[track_caller]
fn hint(caller: Caller, args: &[&str]) -> Option<String> {
    let hint = twin()?.hint(|tool| caller.runs(tool).args(args));
    Some(hint.unwrap_or_else(|| panic!("there is a hint for {args:?}")))
}

/// The hint for this target and these options.
#[track_caller]
fn hint_for(caller: Caller, target: impl Display, options: &[&str]) -> Option<String> {
    let target = target.to_string();
    let words: Vec<&str> = ["-t", &target].iter().chain(options).copied().collect();
    hint(caller, &words)
}

#[test]
fn a_number_that_no_process_has_is_told_so() {
    for options in [
        &["-n", "true"][..],
        &["-a", "true"],
        &["-N", "5", "true"],
        &["-n", "-r", "true"],
    ] {
        let Some(hint) = hint_for(Caller::Whoever, NOBODY, options) else {
            return;
        };
        assert_eq!(hint, format!("there is no process {NOBODY}"));
    }
}

#[test]
fn a_zombie_is_told_from_a_process() {
    let zombie = zombie();
    for options in [&["-n", "true"][..], &["-n", "-r", "true"]] {
        let Some(hint) = hint_for(Caller::Whoever, zombie.pid(), options) else {
            return;
        };
        let start = format!(
            "process {} has ended and is a zombie: it has no namespaces any more, ",
            zombie.pid()
        );
        assert!(hint.starts_with(&start), "{hint}");
        assert!(
            hint.ends_with(&format!("process {}, to take note", std::process::id())),
            "{hint}"
        );
    }
}

#[test]
fn a_kernel_thread_is_told_from_a_process() {
    let name = std::fs::read_to_string("/proc/2/comm").unwrap_or_default();
    if !need::met(
        name.trim() == "kthreadd",
        "process 2 is no kernel thread here",
    ) {
        return;
    }
    for options in [&["-n", "true"][..], &["-a", "true"], &["-n", "-r", "true"]] {
        let Some(hint) = hint_for(Caller::ordinary(), 2, options) else {
            return;
        };
        assert!(
            hint.starts_with("process 2 is a kernel thread, which belongs to root "),
            "{hint}"
        );
    }
    if need::root() {
        let Some(hint) = hint_for(Caller::Whoever, 2, &["-n", "-e", "true"]) else {
            return;
        };
        assert_eq!(
            hint,
            "process 2 is a kernel thread: it has no program and no environment"
        );
    }
}

#[test]
fn the_process_of_another_user_is_told_with_its_owner() {
    for options in [
        &["-n", "true"][..],
        &["-U", "true"],
        &["-a", "true"],
        &["-n", "-w", "true"],
    ] {
        let Some(hint) = hint_for(Caller::ordinary(), 1, options) else {
            return;
        };
        assert!(
            hint.starts_with(
                "process 1 is user 0's, and to look into it takes being that user or "
            ),
            "{hint}"
        );
    }
}

#[test]
fn a_namespace_of_ones_own_user_namespace_is_entered_with_that() {
    let caller = Caller::ordinary();
    if !need::user_namespaces() {
        return;
    }
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    for (option, name) in [("-n", "net"), ("-m", "mount"), ("-u", "uts"), ("-p", "pid")] {
        let Some(hint) = hint_for(caller, container.pid(), &[option, "true"]) else {
            return;
        };
        let start = format!(
            "the {name} namespace of process {} belongs to a user namespace of your own: ",
            container.pid()
        );
        assert!(
            hint.starts_with(&start) && hint.contains("by --user"),
            "{hint}"
        );
        let pid = container.pid().to_string();
        let mended = caller
            .runs(rnsenter())
            .args(["-t", &pid, option, "--user", "true"]);
        mended.run().ok();
    }
}

/// A file on which this namespace of the container is mounted.
fn kept(container: &Container, name: &str, scratch: &Scratch) -> String {
    let file = scratch.file(name, "");
    bind(&container.proc(&format!("ns/{name}")), &file);
    file.display().to_string()
}

#[test]
fn whose_a_kept_namespace_is_and_what_is_missing_over_it_is_told() {
    if !need::root() {
        return;
    }
    let scratch = Scratch::new();
    let (Some(plain), Some(roots)) = (Container::plain(), Container::owned_by(Caller::Whoever))
    else {
        return;
    };
    let Some(own) = Container::owned_by(Caller::Tester) else {
        return;
    };
    let net = |container, name: &str| {
        let scratch_name = scratch.dir(name);
        let file = scratch_name.join("net");
        File::create(&file).unwrap();
        bind(&Container::proc(container, "ns/net"), &file);
        format!("--net={}", file.display())
    };
    let Some(told) = hint(Caller::Tester, &[&net(&plain, "plain"), "true"]) else {
        return;
    };
    let start = "this net namespace belongs to the user namespace that this process is in: this takes CAP_SYS_ADMIN, \
                 which user 1001 has not: be root";
    assert_eq!(told, start);
    let Some(told) = hint(Caller::Tester, &[&net(&roots, "roots"), "true"]) else {
        return;
    };
    assert!(told.starts_with("this net namespace belongs to a user namespace of user 0's: to enter it takes CAP_SYS_ADMIN "), "{told}");
    let Some(told) = hint(Caller::Tester, &[&net(&own, "own"), "true"]) else {
        return;
    };
    assert!(
        told.starts_with("this net namespace belongs to a user namespace of your own: "),
        "{told}"
    );
    let user = kept(&roots, "user", &scratch);
    let Some(told) = hint(Caller::Tester, &[&format!("--user={user}"), "true"]) else {
        return;
    };
    assert!(
        told.starts_with("this user namespace belongs to a user namespace of user 0's: "),
        "{told}"
    );
}

#[test]
fn from_inside_nothing_outside_can_be_entered() {
    if !need::user_namespaces() {
        return;
    }
    let Some(twin) = twin() else { return };
    let scratch = Scratch::new();
    let caller = Caller::ordinary();
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let pid = container.pid().to_string();
    let uts = File::open("/proc/self/ns/uts").unwrap();
    let hint = twin.hint_in(|program: &Path| {
        // The file is open outside; inside it is reached by its number.
        let tool = caller
            .runs(original())
            .args(["-t", &pid, "-U", "--preserve-credentials"]);
        tool.arg(program)
            .args(["--uts=/proc/self/fd/5", "true"])
            .fd(5, uts.try_clone().unwrap())
    });
    let hint = hint.expect("it can be told");
    assert!(
        hint.starts_with(
            "this uts namespace belongs to a user namespace that is not below the one "
        ),
        "{hint}"
    );
    drop(scratch);
}

#[test]
fn what_nobody_can_enter_is_told_so() {
    let Some(own) = hint_for(Caller::Whoever, std::process::id(), &["-U", "true"]) else {
        return;
    };
    let end =
        "is the one that this process is in already, which nobody can enter: leave --user out";
    assert!(own.ends_with(end), "{own}");
    let Some(none) = hint(Caller::Whoever, &["--net=/etc/passwd", "true"]) else {
        return;
    };
    assert!(none.starts_with("the file is no namespace: "), "{none}");
    let Some(other) = hint(Caller::Whoever, &["--net=/proc/self/ns/uts", "true"]) else {
        return;
    };
    assert_eq!(
        other,
        "the file is a uts namespace, and no net namespace: --uts enters it"
    );
}

#[test]
fn there_is_no_way_out_of_a_pid_namespace() {
    if !need::root() {
        return;
    }
    let Some(twin) = twin() else { return };
    let Some(container) = Container::plain() else {
        return;
    };
    let pid = container.pid().to_string();
    let outside = File::open("/proc/self/ns/pid").unwrap();
    let hint = twin.hint_in(|program: &Path| {
        let tool = original().args(["-t", &pid, "-p"]).arg(program);
        tool.args(["--pid=/proc/thread-self/fd/5", "true"])
            .fd(5, outside.try_clone().unwrap())
    });
    let hint = hint.expect("it can be told");
    assert!(
        hint.starts_with("this pid namespace is not below the one that this process is in, "),
        "{hint}"
    );
}

#[test]
fn a_filter_that_refuses_the_call_is_named() {
    if !need::root() {
        return;
    }
    let Some(twin) = twin() else { return };
    let Some(container) = Container::plain() else {
        return;
    };
    let pid = container.pid().to_string();
    let refused = |tool: Tool| tool.refusing(SYS_setns, Errno::EPERM);
    let hint = twin.hint(|tool| refused(tool).args(["-t", &pid, "-n", "true"]));
    let hint = hint.expect("it can be told");
    assert!(
        hint.starts_with("a seccomp filter refuses setns(2) (Seccomp: 2 in /proc/self/status), "),
        "{hint}"
    );
    // Without a pidfd there is none to ask; by their files the namespaces are refused all the same.
    let older = |tool: Tool| refused(tool).refusing(SYS_pidfd_open, Errno::ENOSYS);
    let outcome = older(rnsenter())
        .env("NSUTILS_HINTS", "always")
        .args(["-t", &pid, "-n", "true"])
        .run();
    assert!(
        outcome
            .err()
            .contains("hint: a seccomp filter refuses setns(2)"),
        "{outcome}"
    );
}

#[test]
fn a_hidden_process_is_told_from_one_that_is_not_there() {
    if !need::root() || !need::user_namespaces() {
        return;
    }
    let Some(twin) = twin() else { return };
    let script = "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid 1001 --regid 1001 --clear-groups \
                  \"$1\" -t 1 -n true";
    let hint = twin.hint_in(|program: &Path| {
        let unshare = Tool::new(testkit::originals().join("bin/unshare"));
        unshare
            .args(["-mpf", "sh", "-c", &format!("({script})"), "sh"])
            .arg(program)
    });
    let hint = hint.expect("it can be told");
    let hidden = "process 1 is another user's, and /proc, which is mounted with hidepid=";
    assert!(hint.starts_with(hidden), "{hint}");
}

#[test]
fn a_program_that_is_not_inside_is_told_so() {
    if !need::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let options = ["-U", "--preserve-credentials", "-m", "/no/such/program"];
    let Some(hint) = hint_for(caller, container.pid(), &options) else {
        return;
    };
    assert_eq!(hint, "there is no /no");
}

#[test]
fn on_a_terminal_a_hint_is_the_second_line() {
    let tool = rnsenter().args(["-t", NOBODY, "-n", "true"]);
    let outcome = tool.terminal(80, 24).run();
    let told = format!(
        "rnsenter: cannot open /proc/{NOBODY}/ns/net: No such file or directory\n\
         rnsenter: hint: there is no process {NOBODY}\n"
    );
    assert_eq!((outcome.code(), outcome.out()), (1, told));
}
