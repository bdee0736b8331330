//! A JSON value, for what is no table.

use std::borrow::Cow;

use crate::format::JsonStyle;
use crate::json::write_string;

/// A JSON value, RFC 8259.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// What is not known.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(u64),
    /// A string; bytes that are not UTF-8 become U+FFFD.
    Text(Vec<u8>),
    /// An array.
    Array(Vec<Json>),
    /// An object, its members in this order.
    Object(Vec<(Cow<'static, str>, Json)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.into())
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Json {
        Json::Number(number.into())
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Json {
        value.map_or(Json::Null, Into::into)
    }
}

impl Json {
    /// Returns the object with these members, without those that have no value.
    pub fn object<const N: usize>(members: [(&'static str, Option<Json>); N]) -> Json {
        let members = members.into_iter();
        Json::Object(
            members
                .filter_map(|(key, value)| Some((key.into(), value?)))
                .collect(),
        )
    }

    /// Writes the value and a line feed: indented, or on one line.
    pub fn render(&self, style: JsonStyle) -> Vec<u8> {
        let mut out = Vec::new();
        let level = (style == JsonStyle::Pretty).then_some(0);
        self.write(&mut out, level);
        out.push(b'\n');
        out
    }

    fn write(&self, out: &mut Vec<u8>, level: Option<usize>) {
        let inner = level.map(|level| level + 1);
        match self {
            Json::Null => out.extend_from_slice(b"null"),
            Json::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
            Json::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Json::Text(text) => write_string(out, text),
            Json::Array(values) => write_members(out, b"[]", level, values, |out, value| {
                value.write(out, inner);
            }),
            Json::Object(members) => write_members(out, b"{}", level, members, |out, member| {
                write_string(out, member.0.as_bytes());
                out.extend_from_slice(if level.is_some() { b": " } else { b":" });
                member.1.write(out, inner);
            }),
        }
    }
}

/// Writes the members of an array or an object between its brackets.
fn write_members<T>(
    out: &mut Vec<u8>,
    brackets: &[u8; 2],
    level: Option<usize>,
    members: &[T],
    write: impl Fn(&mut Vec<u8>, &T),
) {
    out.push(brackets[0]);
    for (place, member) in members.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        break_line(out, level.map(|level| level + 1));
        write(out, member);
    }
    if !members.is_empty() {
        break_line(out, level);
    }
    out.push(brackets[1]);
}

/// Begins a new line, indented to this level, where there are lines.
fn break_line(out: &mut Vec<u8>, level: Option<usize>) {
    if let Some(level) = level {
        out.push(b'\n');
        out.resize(out.len() + 3 * level, b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_indented_or_on_one_line() {
        let value = Json::object([
            ("a", Some(Json::Number(5))),
            ("gone", None),
            ("b", Some(Json::Array(vec![Json::Null, Json::Bool(true)]))),
            ("c", Some(Json::Array(Vec::new()))),
            ("d", Some(Json::Text(b"\"\n\xff\x7f".to_vec()))),
        ]);
        let line = value.render(JsonStyle::Lines);
        let expected = "{\"a\":5,\"b\":[null,true],\"c\":[],\"d\":\"\\\"\\n\u{fffd}\\u007f\"}\n";
        assert_eq!(String::from_utf8_lossy(&line), expected);
        let pretty = value.render(JsonStyle::Pretty);
        let start = "{\n   \"a\": 5,\n   \"b\": [\n      null,\n      true\n   ],\n   \"c\": [],\n";
        assert!(String::from_utf8_lossy(&pretty).starts_with(start));
    }
}
