//! The report as a table and as JSON.

use nscore::cli::Message;
use nscore::language::Domain;

use super::row::{TypeCheck, Verdict};

/// Returns one line for each type, below a heading; the last column has no fixed width.
pub(super) fn format_table(rows: &[TypeCheck]) -> String {
    let mut text = format_line("TYPE", "KERNEL", "LIMIT", "HERE");
    for (index, row) in rows.iter().enumerate() {
        let limit = row
            .limit
            .map_or_else(|| "-".to_owned(), |limit| limit.to_string());
        let kernel = match row.kernel {
            Some(true) => "yes",
            Some(false) => "no",
            None => "-",
        };
        let here = match &row.verdict {
            Verdict::Possible => "yes",
            Verdict::WithUser => "yes, with --user",
            Verdict::Impossible(why) => {
                // A reason is given once.
                let above = rows[..index]
                    .iter()
                    .find(|above| above.verdict == row.verdict);
                match above {
                    Some(above) => &format!("no, as for {}", above.ns_type.option()),
                    None => &format!("no: {}", translated(why)),
                }
            }
        };
        text += &format_line(row.ns_type.option(), kernel, &limit, here);
    }
    text
}

/// Returns the reason in the reader's language: the catalogue of our own has it, and the C library's.
fn translated(why: &Message) -> String {
    why.translated(Domain::Nsutils)
        .to_string_lossy()
        .into_owned()
}

fn format_line(name: &str, kernel: &str, limit: &str, here: &str) -> String {
    format!("{name:<6}  {kernel:<6}  {limit:>10}  {here}\n")
}

/// Returns one object, with an array of one object for each type, each on a line of its own.
pub(super) fn format_json(rows: &[TypeCheck]) -> String {
    let rows: Vec<String> = rows.iter().map(format_object).collect();
    format!("{{\"namespaces\":[\n   {}\n]}}\n", rows.join(",\n   "))
}

fn format_object(row: &TypeCheck) -> String {
    let kernel = row
        .kernel
        .map_or("null", |has| if has { "true" } else { "false" });
    let limit = row
        .limit
        .map_or_else(|| "null".to_owned(), |limit| limit.to_string());
    let (possible, with_user, why) = match &row.verdict {
        Verdict::Possible => (true, false, "null".to_owned()),
        Verdict::WithUser => (true, true, "null".to_owned()),
        Verdict::Impossible(why) => (false, false, json_string(&why.to_string())),
    };
    format!(
        "{{\"type\":{}, \"kernel\":{kernel}, \"limit\":{limit}, \"possible\":{possible}, \
         \"with-user\":{with_user}, \"why\":{why}}}",
        json_string(row.ns_type.option())
    )
}

fn json_string(text: &str) -> String {
    let mut json = Vec::new();
    smartcols::json::write_string(&mut json, text.as_bytes());
    String::from_utf8_lossy(&json).into_owned()
}

#[cfg(test)]
mod tests {
    use nscore::cli::message;
    use nscore::ns_type::NsType;

    use super::*;

    fn impossible(why: &str) -> Verdict {
        Verdict::Impossible(message(&[&why]))
    }

    fn rows() -> Vec<TypeCheck> {
        let row = |ns_type, kernel, limit, verdict| TypeCheck {
            ns_type,
            kernel,
            limit,
            verdict,
        };
        vec![
            row(NsType::User, Some(true), Some(96365), Verdict::Possible),
            row(
                NsType::Net,
                Some(true),
                Some(i64::from(i32::MAX)),
                Verdict::WithUser,
            ),
            row(
                NsType::Time,
                Some(false),
                None,
                impossible("there \"is\" none"),
            ),
            row(NsType::Cgroup, None, Some(0), impossible("x")),
            row(NsType::Uts, Some(true), Some(0), impossible("x")),
        ]
    }

    #[test]
    fn the_table_is_aligned() {
        let expected = "TYPE    KERNEL       LIMIT  HERE
user    yes          96365  yes
net     yes     2147483647  yes, with --user
time    no               -  no: there \"is\" none
cgroup  -                0  no: x
uts     yes              0  no, as for cgroup
";
        assert_eq!(format_table(&rows()), expected);
    }

    #[test]
    fn the_object_has_an_object_for_each_type() {
        let expected = r#"{"namespaces":[
   {"type":"user", "kernel":true, "limit":96365, "possible":true, "with-user":false, "why":null},
   {"type":"net", "kernel":true, "limit":2147483647, "possible":true, "with-user":true, "why":null},
   {"type":"time", "kernel":false, "limit":null, "possible":false, "with-user":false, "why":"there \"is\" none"},
   {"type":"cgroup", "kernel":null, "limit":0, "possible":false, "with-user":false, "why":"x"},
   {"type":"uts", "kernel":true, "limit":0, "possible":false, "with-user":false, "why":"x"}
]}
"#;
        assert_eq!(format_json(&rows()), expected);
    }
}
