//! The completions of `nsutils`, which has two options and hands over to the completion of the program that its first
//! word names. They are short enough to be templates; the names in them come from the tables.

use clap::{Arg, Command};
use clap_complete::Shell;

const BASH: &str = include_str!("multicall.bash");
const ZSH: &str = include_str!("multicall.zsh");
const FISH: &str = include_str!("multicall.fish");

/// The script for the multi-call program, whose command line is `table` and whose first word is one of `programs`.
pub(crate) fn script(table: &Command, programs: &[&str], shell: Shell) -> String {
    let programs = programs.join(" ");
    let options = table.get_arguments().filter(|arg| !arg.is_positional());
    let script = match shell {
        Shell::Bash => {
            let names: Vec<String> = options.filter_map(long).collect();
            BASH.replace("OPTIONS", &names.join(" "))
        }
        Shell::Fish => options.fold(FISH.to_owned(), |script, option| {
            let line = fish_line(option).unwrap_or_default();
            script + &line
        }),
        _ => {
            let lines: Vec<String> = options.filter_map(zsh_line).collect();
            ZSH.replace("OPTIONS", &lines.join(" \\\n    "))
        }
    };
    script.replace("PROGRAMS", &programs)
}

fn long(option: &Arg) -> Option<String> {
    Some(format!("--{}", option.get_long()?))
}

/// `'(- *)'{-h,--help}'[show this help and exit]'`: nothing is beside an option that prints a text.
fn zsh_line(option: &Arg) -> Option<String> {
    let (short, long) = (option.get_short()?, option.get_long()?);
    let help = option.get_help()?;
    Some(format!("'(- *)'{{-{short},--{long}}}'[{help}]'"))
}

fn fish_line(option: &Arg) -> Option<String> {
    let (short, long) = (option.get_short()?, option.get_long()?);
    let help = option.get_help()?;
    Some(format!(
        "complete -c nsutils -n __nsutils_names_program -s {short} -l {long} -d '{help}'\n"
    ))
}
