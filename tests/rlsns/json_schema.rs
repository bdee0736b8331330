//! The JSON of `--holders`, `--compare` and `--graph=json` has the keys, and the kinds of values, that rlsns(8)
//! promises, on a machine with the namespaces of fifty containers.

use std::collections::BTreeMap;

use testkit::{CloneFlags, NamespaceFixture, Tool, require};

use crate::json::is_valid;
use crate::scenario::RLSNS;

/// A JSON value.
#[derive(Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool,
    Number(u64),
    Text(String),
    Array(Vec<Value>),
    Object(BTreeMap<String, Value>),
}

/// A reader of JSON that is known to be valid, and has no number but whole ones.
struct Reader<'a>(std::iter::Peekable<std::str::Chars<'a>>);

impl Reader<'_> {
    fn next(&mut self) -> char {
        while self.0.next_if(|letter| letter.is_whitespace()).is_some() {}
        self.0.next().expect("the value goes on")
    }

    fn peek(&mut self) -> char {
        while self.0.next_if(|letter| letter.is_whitespace()).is_some() {}
        *self.0.peek().expect("the value goes on")
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        loop {
            match self.0.next().expect("the string goes on") {
                '"' => return text,
                '\\' => text.extend(['\\', self.0.next().expect("an escape")]),
                letter => text.push(letter),
            }
        }
    }

    fn value(&mut self) -> Value {
        match self.next() {
            '"' => Value::Text(self.text()),
            '[' => {
                let mut values = Vec::new();
                while self.peek() != ']' {
                    values.push(self.value());
                    if self.peek() == ',' {
                        self.next();
                    }
                }
                self.next();
                Value::Array(values)
            }
            '{' => {
                let mut members = BTreeMap::new();
                while self.peek() != '}' {
                    assert_eq!(self.next(), '"');
                    let key = self.text();
                    assert_eq!(self.next(), ':');
                    let known = members.insert(key, self.value());
                    assert_eq!(known, None, "a key stands there twice");
                    if self.peek() == ',' {
                        self.next();
                    }
                }
                self.next();
                Value::Object(members)
            }
            first => {
                let mut word = String::from(first);
                while let Some(letter) = self.0.next_if(char::is_ascii_alphanumeric) {
                    word.push(letter);
                }
                match &*word {
                    "null" => Value::Null,
                    "true" | "false" => Value::Bool,
                    number => Value::Number(number.parse().expect("a whole number")),
                }
            }
        }
    }
}

/// What `rlsns` writes with these words.
#[track_caller]
pub(crate) fn read_json(words: &[&str]) -> Value {
    let outcome = Tool::new(RLSNS).argv0("rlsns").args(words).run().ok();
    assert!(is_valid(&outcome.stdout), "{outcome}");
    Reader(outcome.out().chars().peekable()).value()
}

/// Checks a value against what represents it: `n` a number, `s` a string, `b` a truth value, each with `?` if it may be
/// null.
#[track_caller]
fn check(value: &Value, kind: &str) {
    let is_it = match value {
        Value::Null => kind.ends_with('?'),
        Value::Bool => kind.starts_with('b'),
        Value::Number(_) => kind.starts_with('n'),
        Value::Text(_) => kind.starts_with('s'),
        Value::Array(_) | Value::Object(_) => false,
    };
    assert!(is_it, "{value:?} is not {kind}");
}

/// The members of an object that has these keys, and at most those in `optional`, `key:kind` each; of kind `*` are
/// those that are checked by the caller.
#[track_caller]
pub(crate) fn members<'a>(
    value: &'a Value,
    required: &str,
    optional: &str,
) -> &'a BTreeMap<String, Value> {
    let Value::Object(members) = value else {
        panic!("{value:?} is not an object");
    };
    let mut known = 0;
    for (keys, must) in [(required, true), (optional, false)] {
        for key in keys.split_whitespace() {
            let (key, kind) = key.split_once(':').expect("KEY:KIND");
            match members.get(key) {
                Some(value) if kind != "*" => check(value, kind),
                Some(_) => {}
                None => assert!(!must, "{key} is missing: {members:?}"),
            }
            known += usize::from(members.contains_key(key));
        }
    }
    assert_eq!(
        known,
        members.len(),
        "a key is not in the schema: {members:?}"
    );
    members
}

pub(crate) fn array(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        other => panic!("{other:?} is not an array"),
    }
}

fn number(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::Number(number)) => *number,
        other => panic!("{other:?} is not a number"),
    }
}

/// The namespaces of fifty containers.
fn fifty() -> Option<Vec<NamespaceFixture>> {
    let flags = CloneFlags::CLONE_NEWUTS | CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWNET;
    require::root().then(|| (0..50).map(|_| NamespaceFixture::new(flags)).collect())
}

#[test]
fn holders_have_their_schema() {
    let Some(fixtures) = fifty() else { return };
    let mut targets: Vec<String> = fixtures
        .iter()
        .map(|it| format!("uts:[{}]", it.ns("uts")))
        .collect();
    // Whatever else the machine has, which holds more and in other ways.
    targets.extend(["user", "net", "mnt"].map(|name| format!("/proc/self/ns/{name}")));
    for target in &targets {
        let value = read_json(&["--holders", target, "--json"]);
        assert_ne!(check_holders(&value), 0, "{target}");
    }
}

/// Checks a list of holders, and returns how many there are.
#[track_caller]
pub(crate) fn check_holders(value: &Value) -> usize {
    let all = members(value, "namespace:* unreadable:n holders:*", "");
    members(&all["namespace"], "ns:n type:s", "");
    for holder in array(&all["holders"]) {
        let optional = "pid:n tid:n fd:n path:s mnt:n namespace:* user:s uid:n command:s?";
        let holder = members(holder, "kind:s", optional);
        let Value::Text(kind) = &holder["kind"] else {
            unreachable!()
        };
        let has = |key: &str| holder.contains_key(key);
        match &**kind {
            "process" | "children" => assert!(has("pid")),
            "thread" => assert!(has("pid") && has("tid")),
            "fd" | "socket" => assert!(has("pid") && has("fd")),
            "mount" => assert!(!has("fd")),
            "child" => drop(members(&holder["namespace"], "ns:n type:s", "")),
            other => panic!("{other} is not a kind"),
        }
    }
    array(&all["holders"]).len()
}

#[test]
fn comparisons_have_their_schema() {
    let Some(fixtures) = fifty() else { return };
    let pids: Vec<String> = fixtures.iter().map(|it| it.pid().to_string()).collect();
    let list = format!("{},net:[{}]", pids.join(","), fixtures[0].ns("net"));
    for (list, columns) in [(pids.join(","), 50), (list, 51), (pids[0].clone(), 2)] {
        let value = read_json(&["--compare", &list, "--json"]);
        assert_eq!(check_comparison(&value), columns);
    }
}

/// Checks a comparison, and returns how many are compared.
#[track_caller]
pub(crate) fn check_comparison(value: &Value) -> usize {
    let all = members(value, "unreadable:n processes:* types:*", "");
    let types = array(&all["types"]);
    for process in array(&all["processes"]) {
        let process = members(process, "name:s namespaces:*", "pid:n");
        let kinds = "cgroup:n? ipc:n? mnt:n? net:n? pid:n? time:n? user:n? uts:n?";
        let namespaces = members(&process["namespaces"], "", kinds);
        assert_eq!(namespaces.len(), types.len());
    }
    for compared in types {
        members(compared, "type:s same:b?", "");
    }
    array(&all["processes"]).len()
}

#[test]
fn graphs_have_their_schema() {
    let Some(fixtures) = fifty() else { return };
    let known = check_graph(&read_json(&["--graph=json"]));
    for fixture in &fixtures {
        assert!(known.contains(&fixture.ns("uts")));
    }
}

/// Checks a graph, and returns the namespaces that are its nodes.
#[track_caller]
pub(crate) fn check_graph(value: &Value) -> Vec<u64> {
    let all = members(value, "unreadable:n nodes:* edges:*", "");
    let mut known = Vec::new();
    for node in array(&all["nodes"]) {
        let node = members(node, "ns:n type:s processes:n held:*", "pid:n command:s?");
        array(&node["held"])
            .iter()
            .for_each(|word| check(word, "s"));
        known.push(number(node.get("ns")));
    }
    assert!(!array(&all["edges"]).is_empty());
    for edge in array(&all["edges"]) {
        let edge = members(edge, "from:n to:n kind:s", "");
        assert!(["owner", "parent"].contains(&match &edge["kind"] {
            Value::Text(kind) => &**kind,
            _ => unreachable!(),
        }));
        for end in ["from", "to"] {
            assert!(known.contains(&number(edge.get(end))), "{edge:?}");
        }
    }
    known
}

#[test]
fn a_list_has_the_shape_of_the_original_with_our_columns() {
    let Some(_fixtures) = fifty() else { return };
    let value = read_json(&["--json", "-l", "-o", "+CONTAINER,HELD"]);
    let all = members(&value, "namespaces:*", "");
    for row in array(&all["namespaces"]) {
        let columns = "ns:n type:s nprocs:n pid:n? user:s? container:s? held:s? command:s?";
        members(row, columns, "");
    }
    let text = Tool::new(RLSNS)
        .argv0("rlsns")
        .args(["-l", "-o", "+CONTAINER,HELD"])
        .run()
        .ok();
    let heading = text.out().lines().next().unwrap_or_default().to_owned();
    let words: Vec<&str> = heading.split_whitespace().collect();
    assert_eq!(
        words,
        [
            "NS",
            "TYPE",
            "NPROCS",
            "PID",
            "USER",
            "CONTAINER",
            "HELD",
            "COMMAND"
        ]
    );
}

#[test]
fn messages_have_their_schema() {
    let lines = |words: &[&str]| {
        let tool = Tool::new(RLSNS)
            .argv0("/bin/rlsns")
            .env("NSUTILS_ERRORS", "json");
        let outcome = tool.args(words).run();
        assert_eq!(outcome.code(), 1, "{outcome}");
        outcome.err()
    };
    let hint = "\"hint\":\"a target is a PID, PID:INODE, ";
    for (words, start, hint) in [
        (
            &["nosuch"][..],
            "{\"program\":\"rlsns\",\"message\":\"invalid namespace argument: 'nosuch'\"",
            hint,
        ),
        (
            &["--tpye"],
            "{\"program\":\"rlsns\",\"message\":\"unrecognized option '--tpye'\"",
            "\"hint\":\"did you mean `--type`?\"",
        ),
        (
            &["--compare", "999999"],
            "{\"program\":\"rlsns\",\"message\":\"failed to compare process 999999: No such process\"",
            "\"errno\":3",
        ),
    ] {
        let message = lines(words);
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(is_valid(message.as_bytes()), "{message}");
        assert!(
            message.starts_with(start) && message.contains(hint),
            "{message}"
        );
        let value = Reader(message.chars().peekable()).value();
        members(
            &value,
            "program:s message:s",
            "msgid:s errno:n hint:s hint_code:s translation:s",
        );
    }
}
