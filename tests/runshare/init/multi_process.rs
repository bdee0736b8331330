//! A program that is not alone at the terminal: it shares the group of a script or a pipeline, or begins in the
//! background. The others keep their terminal and their keys, and nobody is left hanging.

use nix::unistd::getpgid;

use super::terminal::{BASH, PROMPT, child_named, each_shell, shell_does};
use testkit::{Scratch, Signal, children_of, eventually, is_stopped, lives, require};

#[test]
fn a_job_in_the_background_asks_for_the_terminal_and_gets_it_from_fg() {
    each_shell(|shell, command| {
        let script = r#"read line; echo "<$line>"; read line; echo "<$line>""#;
        shell_does(shell, &format!("{command} sh -c '{script}' &"));
        let tool = children_of(shell.pid())[0];
        eventually("it waits for the terminal", || is_stopped(tool));
        let program = children_of(children_of(tool)[0])[0];
        assert!(is_stopped(program));
        assert!(shell_does(shell, "jobs").contains("Stopped"));
        shell.type_in("fg\n");
        shell.type_in("one\n");
        shell.read_until("<one>\n");
        shell.type_in("\u{1a}");
        shell.read_until("Stopped");
        shell.read_until(PROMPT);
        // Until then it may still take what is typed.
        eventually("it is stopped", || is_stopped(program));
        shell_does(shell, "bg");
        // In the background it asks once more.
        eventually("the shell knows", || {
            shell_does(shell, "jobs").contains("Stopped")
        });
        shell.type_in("fg\n");
        shell.type_in("two\n");
        shell.read_until("<two>\n");
        shell.read_until(PROMPT);
    });
}

#[test]
fn the_rest_of_a_pipeline_keeps_the_terminal() {
    each_shell(|shell, command| {
        let reader = r#"sh -c 'read data; read key </dev/tty; echo "<$data $key>"'"#;
        shell.type_in(&format!(
            "{command} sh -c 'echo data; exec sleep 1000' | {reader}\n"
        ));
        shell.type_in("key\n");
        shell.read_until("<data key>\n");
        shell.type_in("\u{3}");
        shell.read_until(PROMPT);
    });
}

#[test]
fn ctrl_c_ends_the_script_that_runs_it_too() {
    let scratch = Scratch::new();
    each_shell(|shell, command| {
        let line = format!("{command} sh -c 'echo up $0; exec sleep 1000' $i");
        let script = format!("for i in 1 2 3; do {line}; done; echo through\n");
        let script = scratch.file("script", script);
        shell.type_in(&format!("sh {}\n", script.display()));
        shell.read_until("up 1\n");
        shell.type_in("\u{3}");
        let rest = shell.read_until(PROMPT);
        assert!(!rest.contains("up") && !rest.contains("through"), "{rest}");
    });
}

#[test]
fn ctrl_z_stops_the_script_that_runs_it_too() {
    let scratch = Scratch::new();
    each_shell(|shell, command| {
        let script =
            format!("{command} sh -c 'echo up; read line; echo \"<$line>\"'; echo through\n");
        let script = scratch.file("script", script);
        shell.type_in(&format!("sh {}\n", script.display()));
        shell.read_until("up\n");
        let tool = children_of(children_of(shell.pid())[0])[0];
        let program = children_of(children_of(tool)[0])[0];
        for _ in 0..5 {
            shell.type_in("\u{1a}");
            shell.read_until("Stopped");
            shell.read_until(PROMPT);
            // Until then it may still take what is typed.
            eventually("all are stopped", || {
                is_stopped(program) && is_stopped(tool)
            });
            shell.type_in("fg\n");
            // Only then does the next key stop it.
            eventually("all go on", || !is_stopped(program) && !is_stopped(tool));
        }
        shell.type_in("word\n");
        shell.read_until("<word>\n");
        shell.read_until("through\n");
        shell.read_until(PROMPT);
    });
}

#[test]
fn a_script_gets_the_terminal_back_from_a_shell_inside() {
    let scratch = Scratch::new();
    let script = |command: &str| {
        let bash = BASH.join(" ");
        let text = format!("{command} {bash}; read line </dev/tty; echo \"<$line>\"\n");
        scratch.file("script", text)
    };
    each_shell(|shell, command| {
        shell.type_in(&format!("sh {}\n", script(command).display()));
        shell.read_until(PROMPT);
        shell.type_in("exit\n");
        shell.read_until("exit\n");
        shell.type_in("word\n");
        shell.read_until("<word>\n");
        shell.read_until(PROMPT);
    });
    // The original leaves it to a group that is no more, and the script is stopped when it reads.
    if let Some(original) = require::original("unshare") {
        each_shell(|shell, _| {
            let command = format!("{} -rpf", original.display());
            shell.type_in(&format!("sh {}\n", script(&command).display()));
            shell.read_until(PROMPT);
            shell.type_in("exit\n");
            shell.read_until("Stopped");
        });
    }
}

#[test]
fn a_stopped_job_ends_with_its_shell() {
    // In the foreground and so alone, and in the background.
    for end in ["", "&"] {
        each_shell(|shell, command| {
            shell.type_in(&format!("{command} sh -c 'read line' {end}\n"));
            let tool = child_named(shell.pid(), "runshare");
            let init = child_named(tool, "runshare-init");
            let program = child_named(init, "sh");
            if end.is_empty() {
                eventually("it has the terminal", || {
                    getpgid(Some(program)) == Ok(program)
                });
                shell.type_in("\u{1a}");
            }
            eventually("it is stopped", || is_stopped(tool) && is_stopped(program));
            // Nothing that a shell could do for its jobs: it is up to the kernel.
            shell.signal(Signal::SIGKILL);
            shell.wait();
            eventually("all are gone", || {
                [tool, init, program].into_iter().all(|pid| !lives(pid))
            });
        });
    }
}
