//! `--graph`: a picture that Graphviz draws without a complaint, whatever processes call themselves, and that shows
//! what the kernel says.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use testkit::{Outcome, Running, Tool, require};

use crate::differences::shown;
use crate::fixture::Fixture;
use crate::processes::{asleep, inode, namespace, unshared};
use crate::scenario::Scenario;

/// Names that would break out of a label, change the terminal or be no text at all.
const HOSTILE: [&[u8]; 8] = [
    b"\"]; evil [label=\"",
    b"\\\" -> x; }",
    b"<b>&amp; &lt;</b>",
    b"\x1b]0;title\x07\x1b[31m\x7f",
    b"\xff\xfe \xed\xa0\x80 caf\xe9",
    "\u{202e}evil\u{2066}\u{feff}".as_bytes(),
    b"#quot;]:::x end %%{init: {}}%% `a` $$x$$",
    b"line\nsubgraph evil\nend",
];

fn picture(fixture: &Fixture, line: &[&str]) -> Outcome {
    let tool = fixture.ours().env("LC_ALL", "C.UTF-8");
    let outcome = tool.args(line).run().ok();
    assert!(outcome.stderr.is_empty(), "{outcome}");
    outcome
}

/// A process of each hostile name.
fn hostile() -> Vec<Running> {
    let names = HOSTILE.into_iter().map(<[u8]>::to_vec);
    names.map(|name| shown(OsString::from_vec(name))).collect()
}

#[test]
fn graphviz_draws_it() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User, Scenario::OtherUser])
    else {
        return;
    };
    if !require::installed("dot") {
        return;
    }
    let _hostile = hostile();
    let nested = asleep(unshared(&["-r", "-n", "sleep", "1000"]));
    for line in [
        &["--graph"][..],
        &["--graph=dot", "-u"],
        &["--graph", "-t", "pid", "-P"],
    ] {
        let text = picture(&fixture, line).stdout;
        let drawn = Tool::new("/usr/bin/dot")
            .arg("-Tsvg")
            .stdin(text)
            .run()
            .ok();
        assert!(drawn.stderr.is_empty(), "{drawn}");
        let svg = drawn.out();
        assert!(
            svg.contains("</svg>") && !svg.contains("<title>evil</title>"),
            "{svg}"
        );
        let net = format!("net {}<", namespace(&nested, "net"));
        assert_eq!(svg.contains(&net), line.len() < 3, "{svg}");
    }
}

#[test]
fn nothing_in_it_is_more_than_text() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let hostile = hostile();
    for language in ["dot", "mermaid"] {
        let graph = format!("--graph={language}");
        let outcome = picture(&fixture, &[&graph, "-u"]);
        let text = std::str::from_utf8(&outcome.stdout).expect("it is UTF-8");
        let control = |character: char| character.is_control() && !"\n\t".contains(character);
        assert!(
            !text.contains(control) && !text.contains('\u{202e}'),
            "{outcome}"
        );
        assert!(text.lines().all(is_known), "{outcome}");
        // A box for each of them, a line each.
        for process in &hostile {
            let uts = format!("ns{}[", namespace(process, "uts")).replace(
                '[',
                match language {
                    "dot" => " [label=\"",
                    _ => "[\"",
                },
            );
            assert_eq!(text.matches(&uts).count(), 1, "{uts}\n{outcome}");
        }
    }
}

/// Whether a line is one of those that the two languages' pictures are made of, its strings whatever they hold.
fn is_known(line: &str) -> bool {
    let line = line.trim_start();
    let words = [
        "digraph namespaces {",
        "graph [",
        "node [",
        "edge [",
        "subgraph cluster_",
        "label=\"",
        "}",
        "flowchart LR",
        "subgraph ns",
        "end",
        "classDef ",
    ];
    let number = |name: &str| {
        let rest = line.strip_prefix(name)?;
        let digits = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        (digits.len() < rest.len()).then_some(digits)
    };
    let boxed = number("ns").or(number("in")).is_some_and(|rest| {
        [" [label=\"", "[\"", " -> ns", " --> ns", " [shape=point"]
            .iter()
            .any(|next| rest.starts_with(next))
    });
    boxed || words.iter().any(|word| line.starts_with(word)) && !line.contains("evil")
}

#[test]
fn frames_are_owners_and_arrows_parents() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let maker = asleep(unshared(&[
        "-r",
        "-n",
        "-p",
        "sh",
        "-c",
        "/bin/true; exec sleep 1000",
    ]));
    let (user, net) = (namespace(&maker, "user"), namespace(&maker, "net"));
    let pid = namespace(&maker, "pid_for_children");
    let outer = inode("/proc/1/ns/pid");
    let text = picture(&fixture, &["--graph"]).out();
    let frame = text
        .split_once(&format!("subgraph cluster_{user} {{\n"))
        .unwrap()
        .1;
    let frame = frame.split_once('}').unwrap().0;
    assert!(
        frame.contains(&format!(
            "ns{net} [label=\"net {net}\\n{} sleep 1000\"",
            maker.pid()
        )),
        "{text}"
    );
    assert!(
        frame.contains(&format!("ns{pid} [label=\"pid {pid}\\nheld by children\"")),
        "{text}"
    );
    assert!(
        text.contains(&format!("\tns{outer} -> ns{pid};\n")),
        "{text}"
    );
    let text = picture(&fixture, &["--graph=mermaid"]).out();
    let frame = text
        .split_once(&format!("subgraph ns{user}[\"user {user}<br/>"))
        .unwrap()
        .1;
    let frame = frame.split_once(" end\n").unwrap().0;
    assert!(
        frame.contains(&format!("ns{net}[\"net {net}<br/>")),
        "{text}"
    );
    assert!(
        text.contains(&format!("    ns{outer} --> ns{pid}\n")),
        "{text}"
    );
}

#[test]
fn what_is_drawn_can_be_chosen() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let one = asleep(unshared(&["-u", "-n", "sleep", "1000"]));
    let other = asleep(unshared(&["-r", "-u", "sleep", "1000"]));
    let [first, net] = ["uts", "net"].map(|name| namespace(&one, name).to_string());
    let [second, user] = ["uts", "user"].map(|name| namespace(&other, name).to_string());
    let (pid, filter) = (one.pid().to_string(), format!("NS == {second}"));
    // The frame around what is chosen is drawn as well.
    for (line, drawn) in [
        (&["--graph", "-t", "uts"][..], [true, false, true, true]),
        (&["--graph", "-p", &pid], [true, true, false, false]),
        (&["--graph", "-Q", &filter], [false, false, true, true]),
        (&["--graph", "-P"], [false, false, false, false]),
        (
            &["--graph", "-t", "net", "-t", "user"],
            [false, true, false, true],
        ),
    ] {
        let text = picture(&fixture, line).out();
        let seen = [&first, &net, &second, &user].map(|number| text.contains(number.as_str()));
        assert_eq!(seen, drawn, "{line:?}\n{text}");
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for (line, sentence) in [
        (&["--graph=svg"][..], "unknown graph type: svg"),
        (&["--graph="], "unknown graph type: "),
        (&["--graph", "dot"], "invalid namespace argument: 'dot'"),
        (
            &["--graph", "5"],
            "--graph is mutually exclusive with <namespace>",
        ),
        (
            &["--graph", "-J"],
            "options --graph and --json cannot be combined",
        ),
        (
            &["-r", "--graph"],
            "options --raw and --graph cannot be combined",
        ),
        (
            &["--graph", "-n"],
            "options --graph and --noheadings cannot be combined",
        ),
        (
            &["-o", "NS", "--graph"],
            "options --output and --graph cannot be combined",
        ),
        (
            &["--graph", "-T"],
            "options --graph and --tree cannot be combined",
        ),
        (&["--graph", "-Q", "NS =="], "failed to parse \"NS ==\": "),
    ] {
        let outcome = fixture.ours().args(line).run();
        assert_eq!(outcome.code(), 1, "{outcome}");
        let message = outcome.err();
        assert!(
            message.starts_with(&format!("lsns: {sentence}")),
            "{outcome}"
        );
        assert!(
            outcome.stdout.is_empty() && message.matches('\n').count() == 1,
            "{outcome}"
        );
    }
    let outcome = fixture.ours().args(["--graph", "-Q", "FOO"]).run();
    outcome.fails(
        1,
        "lsns: unknown column: FOO\nlsns: failed to initialize filter\n",
    );
}
