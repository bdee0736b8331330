//! The option headings of a man page, the `.It` lines of its OPTIONS section: order, spelling and values come from the
//! table of options, grouped under its help headings; the prose stays where it is, below the heading of its option.
//!
//! A group is `.Ss`, perhaps some prose, one `.Bl` of options up to its `.El`, and perhaps prose again. Nothing that a
//! person wrote is ever dropped: text whose option or group is gone is an error.

use anyhow::{Context, Result, ensure};
use clap::{Arg, Command};
use nscore::cli::{EXTENSIONS, Family};

/// Where the text of an option is still to be written; a test looks for it.
const MISSING: &str = ".Sy MISSING TEXT\n";
/// The title of the group of options without a help heading, where others have one.
const GENERAL: &str = "General";
const OPTIONS: &str = ".Sh OPTIONS\n";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A page for a program that has none yet, without options.
pub(crate) fn skeleton(command: &Command) -> String {
    let name = command.get_name();
    let title = name.to_uppercase();
    let about = command.get_about().map(ToString::to_string);
    let about = about.unwrap_or_default();
    let about = about.trim_end_matches('.');
    format!(
        ".Dd $Mdocdate$\n.ds doc-volume-operating-system\n.Dt {title} 1\n.Os nsutils {VERSION}\n.Sh NAME\n.Nm {name}\n.Nd {about}\n.Sh SYNOPSIS\n.Nm\n.Op Ar options\n.Sh DESCRIPTION\n{MISSING}{OPTIONS}"
    )
}

/// The page with its option headings as the table has them.
///
/// # Errors
/// That it has no OPTIONS, that an `.It` there is no option's, that text in it belongs to no option or group any more.
pub(crate) fn refreshed(page: &str, command: &Command, family: Family) -> Result<String> {
    let (before, rest) = page
        .split_once(OPTIONS)
        .with_context(|| format!("no line {OPTIONS:?}"))?;
    let end = rest
        .find("\n.Sh ")
        .map_or(rest.len(), |newline| newline + 1);
    let (section, after) = rest.split_at(end);
    let section = Section::parse(section)?.refreshed(command, family)?;
    Ok(format!("{before}{OPTIONS}{section}{after}"))
}

/// What is in an OPTIONS section besides the headings.
struct Section<'a> {
    /// The first has no title: what is before the first `.Ss`.
    groups: Vec<Group<'a>>,
    /// Each long option and its text, from all groups.
    texts: Vec<(&'a str, String)>,
}

/// The prose around a list of options.
#[derive(Default)]
struct Group<'a> {
    title: Option<&'a str>,
    before: String,
    has_list: bool,
    after: String,
}

impl<'a> Section<'a> {
    fn parse(section: &'a str) -> Result<Section<'a>> {
        let mut groups = vec![Group::default()];
        let mut texts: Vec<(&str, String)> = Vec::new();
        // How many lists deep a line is; the options are the first list of their group.
        let mut depth = 0;
        for line in section.split_inclusive('\n') {
            let (opens, closes) = (line.starts_with(".Bl"), line.starts_with(".El"));
            if let Some(title) = line.strip_prefix(".Ss ") {
                groups.push(Group {
                    title: Some(title.trim_end()),
                    ..Group::default()
                });
                continue;
            }
            let group = groups.last_mut().context("no group")?;
            match depth {
                0 if opens && !group.has_list => {
                    group.has_list = true;
                    depth = 1;
                }
                0 if group.has_list => group.after += line,
                0 => group.before += line,
                1 if closes => depth = 0,
                1 if line.starts_with(".It") => {
                    let named = long_option(line).with_context(|| format!("{line:?}"))?;
                    texts.push((named, String::new()));
                }
                _ => {
                    depth = depth + usize::from(opens) - usize::from(closes);
                    let (_, text) = texts.last_mut().context("text before the first .It")?;
                    *text += line;
                }
            }
        }
        Ok(Section { groups, texts })
    }

    /// The section anew.
    fn refreshed(mut self, command: &Command, family: Family) -> Result<String> {
        let groups = groups(command);
        let mut section = String::new();
        if groups.iter().all(|(title, _)| title.is_some()) {
            section += &self.take_group(None).before;
        }
        for (title, options) in groups {
            let Group { before, after, .. } = self.take_group(title);
            section.extend(title.map(|title| format!(".Ss {title}\n")));
            section += &format!("{before}.Bl -tag -width Ds\n");
            for option in options {
                section += &format!("{}\n{}", heading(option, family), self.take_text(option));
            }
            section += &format!(".El\n{after}");
        }
        for (option, text) in &self.texts {
            let gone = text.is_empty() || text == MISSING;
            ensure!(gone, "there is no --{option} any more: move its text");
        }
        for Group {
            title,
            before,
            after,
            ..
        } in self.groups
        {
            let gone = before.is_empty() && after.is_empty();
            ensure!(
                gone,
                "there are no {title:?} options any more: move the text"
            );
        }
        Ok(section)
    }

    fn take_group(&mut self, title: Option<&str>) -> Group<'a> {
        let found = self.groups.iter().position(|group| group.title == title);
        found.map_or_else(Group::default, |at| self.groups.remove(at))
    }

    fn take_text(&mut self, option: &Arg) -> String {
        let mut texts = self.texts.iter();
        let found = texts.position(|(name, _)| option.get_long() == Some(name));
        let text = found.map(|at| self.texts.remove(at).1).unwrap_or_default();
        if text.is_empty() {
            MISSING.to_owned()
        } else {
            text
        }
    }
}

/// The options by the title of their group, in the order of `--help`: ours after the original's, those of every
/// program last. A table without help headings is one group without a title.
fn groups(command: &Command) -> Vec<(Option<&str>, Vec<&Arg>)> {
    let mut groups: Vec<(Option<&str>, Vec<&Arg>)> = Vec::new();
    for option in command.get_arguments() {
        if option.get_long().is_none() || option.is_hide_set() {
            continue;
        }
        let title = option.get_help_heading();
        match groups.iter_mut().find(|(known, _)| *known == title) {
            Some((_, options)) => options.push(option),
            None => groups.push((title, vec![option])),
        }
    }
    groups.sort_by_key(|(title, _)| (title.is_none(), *title == Some(EXTENSIONS)));
    if let [_, .., (title @ None, _)] = &mut groups[..] {
        *title = Some(GENERAL);
    }
    groups
}

/// `.It Fl m , Fl -mount Ns Op = Ns Ar FILE`. As in the help, GNU's joins a value that must be there by `=`.
fn heading(option: &Arg, family: Family) -> String {
    let long = option.get_long().unwrap_or_default();
    let mut line = match option.get_short() {
        Some(short) => format!(".It Fl {short} , Fl -{long}"),
        None => format!(".It Fl -{long}"),
    };
    if option.get_action().takes_values() {
        let optional = option
            .get_num_args()
            .is_some_and(|count| count.min_values() == 0);
        line += match family {
            _ if optional => " Ns Op = Ns ",
            Family::UtilLinux => " ",
            Family::Coreutils => " Ns = Ns ",
        };
        let names = option.get_value_names().unwrap_or_default();
        let values = names.iter().flat_map(|name| name.split('|')).map(value);
        line += &values.collect::<Vec<_>>().join(" Ns | Ns ");
    }
    line
}

/// Capitals represent a value; anything else is to be typed as it is.
fn value(name: &str) -> String {
    let stands_for_one = name.chars().any(char::is_uppercase);
    format!("{} {name}", if stands_for_one { "Ar" } else { "Cm" })
}

/// The long option of a [`heading`].
fn long_option(heading: &str) -> Option<&str> {
    let mut words = heading.split_ascii_whitespace();
    words.find_map(|word| word.strip_prefix('-'))
}

#[cfg(test)]
mod tests {
    use clap::ArgAction;

    use super::*;

    fn flag(name: &'static str) -> Arg {
        Arg::new(name).long(name).action(ArgAction::SetTrue)
    }

    fn refreshed_options(section: &str, options: impl IntoIterator<Item = Arg>) -> Result<String> {
        let page = format!(".Sh OPTIONS\n{section}.Sh FILES\n");
        let page = refreshed(
            &page,
            &Command::new("tool").args(options),
            Family::UtilLinux,
        )?;
        let section = page.strip_prefix(".Sh OPTIONS\n").context("lost")?;
        let section = section.strip_suffix(".Sh FILES\n").context("lost")?;
        Ok(section.to_owned())
    }

    #[test]
    fn a_heading_shows_both_names_and_the_value() {
        let valued = |name: &'static str| flag("long").action(ArgAction::Append).value_name(name);
        for (option, line) in [
            (flag("long"), ".It Fl -long"),
            (flag("long").short('l'), ".It Fl l , Fl -long"),
            (valued("DIR").short('l'), ".It Fl l , Fl -long Ar DIR"),
            (valued("UID|NAME"), ".It Fl -long Ar UID Ns | Ns Ar NAME"),
            (
                valued("allow|deny"),
                ".It Fl -long Cm allow Ns | Ns Cm deny",
            ),
            (
                valued("DIR").num_args(0..=1),
                ".It Fl -long Ns Op = Ns Ar DIR",
            ),
        ] {
            assert_eq!(heading(&option, Family::UtilLinux), line);
        }
        assert_eq!(
            heading(&valued("DIR"), Family::Coreutils),
            ".It Fl -long Ns = Ns Ar DIR"
        );
    }

    #[test]
    fn the_order_is_the_tables_and_the_prose_stays() -> Result<()> {
        let old = "Before.\n.Bl -tag\n.It Fl -b\nText b.\n.Bl -bullet\n.It\nx\n.El\n.It Fl -a Ar OLD\nText a.\n.El\nAfter.\n";
        let new = refreshed_options(old, [flag("a"), flag("b")])?;
        assert_eq!(
            new,
            "Before.\n.Bl -tag -width Ds\n.It Fl -a\nText a.\n.It Fl -b\nText b.\n.Bl -bullet\n.It\nx\n.El\n.El\nAfter.\n"
        );
        Ok(())
    }

    #[test]
    fn options_stand_under_their_headings_extensions_after_those_of_the_original() -> Result<()> {
        let options = [
            flag("help"),
            flag("ours").help_heading(EXTENSIONS),
            flag("net").help_heading("Namespaces"),
        ];
        let old = "Preface.\n.Ss Namespaces\nBefore.\n.Bl -tag\n.It Fl -ours\nText.\n.El\nAfter.\n";
        let list = ".Bl -tag -width Ds\n.It Fl -";
        assert_eq!(
            refreshed_options(old, options)?,
            format!(
                "Preface.\n.Ss Namespaces\nBefore.\n{list}net\n{MISSING}.El\nAfter.\n\
                 .Ss {EXTENSIONS}\n{list}ours\nText.\n.El\n.Ss General\n{list}help\n{MISSING}.El\n"
            )
        );
        Ok(())
    }

    #[test]
    fn text_written_by_hand_is_not_dropped() {
        let orphan = ".Bl -tag\n.It Fl -gone\nText.\n.El\n";
        assert!(refreshed_options(orphan, [flag("a")]).is_err());
        let orphan = ".Ss Gone\nText.\n";
        assert!(refreshed_options(orphan, [flag("a")]).is_err());
    }

    #[test]
    fn a_skeleton_can_be_filled() -> Result<()> {
        let command = Command::new("tool").about("Do it.").arg(flag("a"));
        let page = refreshed(&skeleton(&command), &command, Family::UtilLinux)?;
        assert!(page.ends_with(".It Fl -a\n.Sy MISSING TEXT\n.El\n"));
        Ok(())
    }
}
