//! A session: what a user types, and what is written under each line of it.
//!
//! `$` begins a command for the shell, `#` a line typed into the program that runs then, which is a shell as well; all
//! else is what they write, both standard output and errors. The commands of one session are typed into one shell. A
//! session whose first line begins with `#` is one of root's: there `#` begins a command.
//!
//! The shell gets all of it as one script. Behind each line it prints a mark, by which the output is cut into pieces:
//! so each is known to belong to its line.

/// Printed behind a typed line, and behind a command, with its status.
const TYPED: char = '\u{1e}';
const ENDED: char = '\u{1d}';

/// What is behind a command that stays in the background: until its program runs, which is
/// none of ours and prepares nothing. That one has
/// its name a moment before its command line.
const WAIT_FOR_BACKGROUND: &str = r#"
arrived() {
    local pid name words
    for pid; do
        read -r name 2>/dev/null </proc/$pid/comm || return 0
        case $name in
            bash | sh | mount | runshare | rnsenter | rchroot | slirp4netns) ;;
            *) IFS= read -r -d '' words 2>/dev/null </proc/$pid/cmdline; [ "$words" ] && return ;;
        esac
        arrived $(cat /proc/$pid/task/*/children 2>/dev/null) && return
    done
    return 1
}
export -f arrived
"#;

/// The line to add behind these words.
fn wait(words: &str) -> &'static str {
    match words.ends_with('&') {
        true => "until arrived $!; do :; done\n",
        false => "",
    }
}

/// A line that was typed, prompt and all, and what it shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// With the lines that continue it, each behind a backslash.
    pub(crate) words: String,
    pub(crate) shown: String,
    /// Whether it is typed into the program of the command above.
    typed: bool,
}

/// A session as a document has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Session {
    pub(crate) lines: Vec<Line>,
    /// Whether it is one for root alone.
    pub(crate) of_root: bool,
    /// Whether the document shows what it writes.
    pub(crate) shows: bool,
}

impl Session {
    /// Reads the lines of a block; none if it begins with no prompt.
    pub(crate) fn parse(block: &[String], shows: bool) -> Option<Session> {
        let of_root = block.first()?.starts_with("# ");
        let mut lines: Vec<Line> = Vec::new();
        for text in block {
            let prompted = text.starts_with("$ ") || text.starts_with("# ");
            match lines.last_mut() {
                Some(line) if line.words.ends_with('\\') => line.words += &format!("\n{text}"),
                _ if prompted => lines.push(Line {
                    words: text.clone(),
                    shown: String::new(),
                    typed: !of_root && text.starts_with("# "),
                }),
                Some(line) => line.shown += &format!("{text}\n"),
                None => return None,
            }
        }
        Some(Session {
            lines,
            of_root,
            shows,
        })
    }

    /// The script for the shell.
    pub(crate) fn script(&self) -> String {
        let mut script = WAIT_FOR_BACKGROUND.to_owned();
        let mut lines = self.lines.iter().peekable();
        while let Some(command) = lines.next() {
            let words = &command.words[2..];
            script += &format!("{{ {words}\n}} 2>&1 <<'END OF SESSION'\n");
            while let Some(typed) = lines.next_if(|line| line.typed) {
                script += &format!("{}\n", &typed.words[2..]);
                script += wait(&typed.words);
                script += "printf '\\036'\n";
            }
            script += "END OF SESSION\nstatus=$?\n";
            script += wait(words);
            script += "printf '\\035%d\\035' $status\n";
        }
        script
    }

    /// The same session with what its script has written, and the exit statuses of its commands.
    pub(crate) fn with(&self, written: &str) -> (Session, Vec<String>) {
        let mut session = self.clone();
        let mut pieces = written.split(ENDED);
        let mut statuses = Vec::new();
        let mut lines = session.lines.iter_mut().peekable();
        while let Some(command) = lines.next() {
            let mut typed = Vec::new();
            while let Some(line) = lines.next_if(|line| line.typed) {
                typed.push(line);
            }
            if typed.is_empty() {
                typed.push(command);
            }
            let last = typed.len() - 1;
            let piece = pieces.next().unwrap_or_default();
            for line in &mut typed {
                line.shown.clear();
            }
            for (place, shown) in piece.split(TYPED).enumerate() {
                typed[place.min(last)].shown += shown;
            }
            statuses.push(pieces.next().unwrap_or("none").to_owned());
        }
        (session, statuses)
    }

    /// The lines of the block.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text += &format!("{}\n{}", line.words, line.shown);
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        text
    }
}

#[test]
fn output_is_distinguished_from_what_is_typed() {
    let block = ["$ bash", "# hostname", "inside", "# true \\", "  b", "$ ls"];
    let session = Session::parse(&block.map(str::to_owned), true).expect("a session");
    assert!(!session.of_root);
    assert_eq!(session.text(), block.join("\n") + "\n");
    let (run, statuses) = session.with("x\n\u{1e}\u{1e}\u{1d}0\u{1d}y\n\u{1d}1\u{1d}");
    assert_eq!(
        run.text(),
        "$ bash\n# hostname\nx\n# true \\\n  b\n$ ls\ny\n"
    );
    assert_eq!(statuses, ["0", "1"]);
}
