//! A document and the sessions in it: Markdown, where a block marked `console` is one, and man pages in mdoc, where a
//! literal display that begins with a prompt is one.
//!
//! In Markdown the block below `<!-- its picture -->` is what the last line of the session before it writes. In mdoc
//! `.Dl` is a command that is run and must succeed, but what it writes is not shown.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use testkit::workspace;

use super::session::Session;

/// Stands above the block.
const PICTURE: &str = "<!-- its picture -->";

/// A file with sessions.
pub(crate) struct Document {
    path: &'static str,
    lines: Vec<String>,
}

/// A session, and the lines of the document in which the block is.
pub(crate) struct Found {
    pub(crate) session: Session,
    place: Range<usize>,
    /// Where what the last line writes is, if not below it.
    picture: Option<Range<usize>>,
}

impl Found {
    /// Whether it is in these lines.
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
        if line != "```console" {
            return None;
        }
        let place = self.block(number + 1, "```");
        let mut session = Session::parse(&self.lines[place.clone()], true)?;
        let picture = self.picture(place.end + 1);
        if let Some(picture) = &picture {
            session.lines.last_mut()?.shown = self.lines[picture.clone()].join("\n");
        }
        Some(Found {
            session,
            place,
            picture,
        })
    }

    /// The block of a picture that comes after this line and before the next session.
    fn picture(&self, begin: usize) -> Option<Range<usize>> {
        let next = self.lines[begin..]
            .iter()
            .position(|line| line.starts_with("```") || line == PICTURE)?;
        let is_one = self.lines[begin + next] == PICTURE;
        is_one.then(|| self.block(begin + next + 2, "```"))
    }

    fn mdoc_session(&self, number: usize, line: &str) -> Option<Found> {
        if let Some(command) = line.strip_prefix(".Dl ") {
            let session = Session::parse(&[plain(command)], false)?;
            let place = number..number + 1;
            return Some(Found {
                session,
                place,
                picture: None,
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
        let session = Session::parse(&block, true)?;
        Some(Found {
            session,
            place,
            picture: None,
        })
    }

    /// The lines from here to the one that ends the block.
    fn block(&self, begin: usize, end: &str) -> Range<usize> {
        let length = self.lines[begin..].iter().position(|line| line == end);
        begin..begin + length.unwrap_or_else(|| panic!("{}:{begin}: no {end}", self.path))
    }

    /// Writes the document with these sessions, all of [`Document::sessions`], in the place of those that it has.
    pub(crate) fn write(&mut self, sessions: Vec<Found>) {
        for mut found in sessions.into_iter().rev() {
            if !found.session.shows {
                continue;
            }
            if let (Some(picture), Some(line)) = (found.picture, found.session.lines.last_mut()) {
                let drawn = line.shown.lines().map(str::to_owned);
                self.lines.splice(picture, drawn);
                line.shown.clear();
            }
            let text = found.session.text();
            let lines: Vec<String> = text.lines().map(|line| self.escaped(line)).collect();
            self.lines.splice(found.place, lines);
        }
        self.save();
    }

    /// The displays of a man page.
    pub(crate) fn displays(&self) -> Vec<Range<usize>> {
        let lines = self.lines.iter().enumerate();
        let begins = lines.filter(|(_, line)| line.starts_with(".Bd"));
        begins
            .map(|(number, _)| self.block(number + 1, ".Ed"))
            .collect()
    }

    /// What is between each pair of fences, in Markdown.
    pub(crate) fn blocks(&self) -> Vec<Range<usize>> {
        let lines = self.lines.iter().enumerate();
        let fences = lines.filter(|(_, line)| line.starts_with("```"));
        let numbers: Vec<usize> = fences.map(|(number, _)| number).collect();
        let pairs = numbers.chunks_exact(2);
        pairs.map(|pair| pair[0] + 1..pair[1]).collect()
    }

    /// Writes the document with these lines in the place of those.
    pub(crate) fn replace(&mut self, blocks: Vec<(Range<usize>, Vec<String>)>) {
        for (place, lines) in blocks.into_iter().rev() {
            self.lines.splice(place, lines);
        }
        self.save();
    }

    fn save(&self) {
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
