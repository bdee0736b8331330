//! Graphs are parsed again, as Graphviz and Mermaid parse them, by small parsers.

use super::*;
use proptest::prelude::*;

/// A graph with this text in each of its labels.
fn graph(text: &str) -> Graph {
    let label = |first: &str| format!("{first}\n{text}");
    let node = |inode, ns_type| Node {
        inode,
        ns_type,
        label: label("node"),
    };
    let cluster = |inode, body| Cluster {
        inode,
        label: label("cluster"),
        body,
    };
    let inner = ClusterBody {
        nodes: vec![node(4, NsType::Pid), node(5, NsType::Net)],
        clusters: vec![cluster(6, ClusterBody::default())],
    };
    Graph {
        root: ClusterBody {
            nodes: vec![node(2, NsType::Pid)],
            clusters: vec![cluster(3, inner)],
        },
        edges: vec![(2, 4)],
    }
}

/// Returns what is between quotes, and the text with each such string replaced by `@`; `None` if a quote is left open.
fn strings(text: &str, escapes: bool) -> Option<(Vec<String>, String)> {
    let (mut found, mut rest, mut open) = (Vec::new(), String::new(), None::<String>);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, &mut open) {
            ('"', None) => open = Some(String::new()),
            ('"', Some(_)) => {
                found.extend(open.take());
                rest.push('@');
            }
            ('\\', Some(string)) if escapes => string.extend(['\\', characters.next()?]),
            (other, Some(string)) => string.push(other),
            (other, None) => rest.push(other),
        }
    }
    open.is_none().then_some((found, rest))
}

/// Returns what Graphviz shows of a label.
fn shown_by_dot(string: &str) -> Option<String> {
    let mut shown = String::new();
    let mut characters = string.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => shown.push(match characters.next()? {
                'n' => '\n',
                same @ ('\\' | '"') => same,
                _ => return None,
            }),
            '&' => {
                let name: String = characters
                    .by_ref()
                    .take_while(|next| *next != ';')
                    .collect();
                shown.push((name == "amp").then_some('&')?);
            }
            other => shown.push(other),
        }
    }
    Some(shown)
}

/// Returns what Mermaid shows of a label.
fn shown_by_mermaid(string: &str) -> Option<String> {
    let mut shown = String::new();
    let mut rest = string;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("<br/>") {
            shown.push('\n');
            rest = after;
        } else if let Some(entity) = rest.strip_prefix('#') {
            let (number, after) = entity.split_once(';')?;
            shown.push(char::from_u32(number.parse().ok()?)?);
            rest = after;
        } else {
            shown.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    Some(shown)
}

const DOT: &str = "digraph namespaces {
\tgraph [rankdir=LR, nodesep=0.1, fontname=@, fontsize=11, labeljust=l, style=rounded, color=@];
\tnode [shape=box, style=@, color=@, fontname=@, fontsize=10];
\tedge [color=@];
\tns2 [label=@, fillcolor=@];
\tsubgraph cluster_3 {
\t\tlabel=@;
\t\tns4 [label=@, fillcolor=@];
\t\tns5 [label=@, fillcolor=@];
\t\tsubgraph cluster_6 {
\t\t\tlabel=@;
\t\t\tin6 [shape=point, style=invis];
\t\t}
\t}
\tns2 -> ns4;
}
";

const MERMAID: &str = "flowchart LR
    ns2[@]:::pid
    subgraph ns3[@]
        ns4[@]:::pid
        ns5[@]:::net
        subgraph ns6[@]
            in6[@]:::none
        end
    end
    ns2 --> ns4
";

/// Asserts that a text in a label is read as itself, and that all around it stays what it is.
fn is_safe(text: &str) {
    let labels =
        ["node", "cluster", "node", "node", "cluster"].map(|first| format!("{first}\n{text}"));
    let (found, rest) = strings(&dot::render(&graph(text)), true).expect("quotes are closed");
    assert_eq!(rest, DOT);
    // The other strings say how things look.
    let is_label = |string: &&String| string.contains("\\n");
    let shown = found
        .iter()
        .filter(is_label)
        .map(|string| shown_by_dot(string));
    assert_eq!(shown.collect::<Vec<_>>(), labels.clone().map(Some));
    let (found, rest) = strings(&mermaid::render(&graph(text)), false).expect("quotes are closed");
    assert!(rest.starts_with(MERMAID), "{rest}");
    let shown = found
        .iter()
        .filter(|string| *string != " ")
        .map(|string| shown_by_mermaid(string));
    assert_eq!(shown.collect::<Vec<_>>(), labels.map(Some));
}

#[test]
fn characters_special_to_the_languages_are_escaped() {
    for text in [
        "plain",
        "\"]; evil [label=\"",
        "\\",
        "\\\\\" \\N \\G \\L \\n \\l",
        "&lt; &amp; &#38; <b>",
        "#35; #quot; %% %%{init}%% `a` $$x$$ fa:fa-x",
        "]:::x end --> ns1",
        "style a:b#c; classDef x:#d;",
        "漢字 é 👩\u{200d}👩",
        "ﬂ°lt¶ß",
        "www.example.com WWW.x _a_ **b** 1. c",
        "{}[]()<>|/\\",
    ] {
        is_safe(text);
    }
}

proptest! {
    #[test]
    fn any_text_is_escaped(text in "\\PC{0,40}") {
        is_safe(&text);
    }

    #[test]
    fn any_text_of_the_languages_characters_is_escaped(text in "[\"\\\\&#;%`$<>\\[\\]{}:a-n ]{0,30}") {
        is_safe(&text);
    }
}

#[test]
fn mermaid_meets_nothing_in_a_label_that_could_mean_something() {
    let text: String = (' '..='~').chain("ﬂ°¶ß…\u{a0}".chars()).collect();
    let written = mermaid::render(&graph(&text));
    let (found, _) = strings(&written, false).expect("quotes are closed");
    for string in found {
        let known =
            |character: char| character.is_ascii_alphanumeric() || " .,-/#;<>".contains(character);
        assert!(string.chars().all(known), "{string}");
    }
}

#[test]
fn the_same_picture_is_the_same_text() {
    assert_eq!(dot::render(&graph("a")), dot::render(&graph("a")));
    assert_eq!(mermaid::render(&graph("a")), mermaid::render(&graph("a")));
}
