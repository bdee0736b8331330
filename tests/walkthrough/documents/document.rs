//! A document and the sessions in it: Markdown, where a block marked `console` is one, and man pages in mdoc, where a
//! literal display that begins with a prompt is one.
//!
//! In Markdown the block below a comment `<!-- $ COMMAND -->` is what that command writes: a picture, say. In mdoc `.Dl`
//! is a command that is run and must succeed, but what it writes is not shown.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use testkit::workspace;

use super::session::Session;

/// A file with sessions.
pub(crate) struct Document {
    path: &'static str,
    lines: Vec<String>,
}

/// A session, and the lines of the document in which the block stands.
pub(crate) struct Found {
    pub(crate) session: Session,
    place: Range<usize>,
    /// Whether the command stands above the block and not in it.
    above: bool,
}

impl Found {
    /// Whether it stands in these lines.
    pub(crate) fn is_within(&self, lines: Range<usize>) -> bool {
        lines.contains(&self.place.start)
    }
}

impl Document {
    /// Reads the file at this path of the workspace.
    pub(crate) fn open(path: &'static str) -> Document {
        let text = fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let lines = text.lines().map(str::to_owned).collect();
        Document { path, lines }
    }

    /// The file's name.
    pub(crate) fn name(&self) -> &'static str {
        self.path
    }

    fn is_man_page(&self) -> bool {
        self.path.starts_with("man/")
    }

    /// Its lines.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Its sessions in their order.
    pub(crate) fn sessions(&self) -> Vec<Found> {
        let lines = self.lines.iter().enumerate();
        let found = lines.filter_map(|(number, line)| match self.is_man_page() {
            true => self.mdoc_session(number, line),
            false => self.markdown_session(number, line),
        });
        found.collect()
    }

    fn markdown_session(&self, number: usize, line: &str) -> Option<Found> {
        if line == "```console" {
            let place = self.block(number + 1, "```");
            let session = Session::read(&self.lines[place.clone()], true)?;
            return Some(Found {
                session,
                place,
                above: false,
            });
        }
        let command = line.strip_prefix("<!-- $ ")?.strip_suffix(" -->")?;
        let place = self.block(number + 2, "```");
        let mut block = vec![format!("$ {command}")];
        block.extend_from_slice(&self.lines[place.clone()]);
        let session = Session::read(&block, true)?;
        Some(Found {
            session,
            place,
            above: true,
        })
    }

    fn mdoc_session(&self, number: usize, line: &str) -> Option<Found> {
        if let Some(command) = line.strip_prefix(".Dl ") {
            let session = Session::read(&[plain(command)], false)?;
            let place = number..number + 1;
            return Some(Found {
                session,
                place,
                above: false,
            });
        }
        if !line.starts_with(".Bd -literal") {
            return None;
        }
        let place = self.block(number + 1, ".Ed");
        let block: Vec<String> = self.lines[place.clone()]
            .iter()
            .map(|line| plain(line))
            .collect();
        let session = Session::read(&block, true)?;
        Some(Found {
            session,
            place,
            above: false,
        })
    }

    /// The lines from here to the one that ends the block.
    fn block(&self, begin: usize, end: &str) -> Range<usize> {
        let length = self.lines[begin..].iter().position(|line| line == end);
        begin..begin + length.unwrap_or_else(|| panic!("{}:{begin}: no {end}", self.path))
    }

    /// Writes the document with these sessions, all of [`Document::sessions`], in the place of those that it has.
    pub(crate) fn write(&mut self, sessions: Vec<Found>) {
        for Found {
            session,
            place,
            above,
        } in sessions.into_iter().rev()
        {
            if session.shows {
                let text = session.text();
                let lines = text.lines().skip(usize::from(above));
                let lines: Vec<String> = lines.map(|line| self.escaped(line)).collect();
                self.lines.splice(place, lines);
            }
        }
        let text = self.lines.join("\n") + "\n";
        fs::write(file(self.path), text).unwrap_or_else(|error| panic!("{}: {error}", self.path));
    }

    /// A line as the document's language has it.
    fn escaped(&self, line: &str) -> String {
        if !self.is_man_page() {
            return line.to_owned();
        }
        let escaped = line.replace('\\', "\\e");
        match escaped.starts_with(['.', '\'']) {
            true => format!("\\&{escaped}"),
            false => escaped,
        }
    }
}

/// A line of mdoc as a reader sees it.
fn plain(line: &str) -> String {
    line.replace("\\&", "")
        .replace("\\-", "-")
        .replace("\\(dq", "\"")
        .replace("\\e", "\\")
}

fn file(path: &str) -> PathBuf {
    workspace().join(path)
}
