//! `--groups`: a list of supplementary groups with commas between them.
//!
//! An item is a number if it reads as one, and a number is nevertheless tried as a name first unless it has a plus;
//! anything else is a name as it stands, blanks included. The list is the kernel's as it is: in this order, with
//! whatever stands twice, and with 4294967295, which the kernel refuses.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result};
use nscore::cli::number::decimal;
use nscore::cli::quote::Quotes;
use nscore::cli::{Diagnostics, Message, message};

use crate::accounts::Accounts;
use crate::sides::Outside;

/// A list of which the outside has been asked.
pub(crate) struct List<'a> {
    list: &'a OsStr,
    outside: Outside<Vec<u32>, Bad>,
}

/// The items of a list that are no groups; none where the list is nothing but commas.
#[derive(Debug, PartialEq, Eq)]
struct Bad(Vec<OsString>);

impl<'a> List<'a> {
    /// Asks the outside, if it needs to be asked.
    pub(crate) fn ask_outside(list: &'a OsStr, old_root: bool) -> List<'a> {
        let outside = Outside::ask(old_root, |accounts| read(list, accounts));
        List { list, outside }
    }

    /// The groups that both sides together give.
    ///
    /// # Errors
    /// The last of the items that are no groups; the others are told here, one line each.
    pub(crate) fn settle(
        self,
        inside: &dyn Accounts,
        quotes: &Quotes,
        diagnostics: &Diagnostics,
    ) -> Result<Vec<u32>> {
        let groups = self.outside.settle(|| read(self.list, inside), |_| true);
        groups.map_err(|bad| bad.tell(self.list, quotes, diagnostics))
    }
}

/// Reads a list by the accounts of one side. The empty one stands for no groups.
fn read(list: &OsStr, accounts: &dyn Accounts) -> Result<Vec<u32>, Bad> {
    let items = list.as_bytes().split(|byte| *byte == b',');
    let items = items.filter(|item| !item.is_empty()).map(OsStr::from_bytes);
    let (mut groups, mut bad) = (Vec::new(), Vec::new());
    for item in items {
        match group_id(item, accounts) {
            Some(gid) => groups.push(gid),
            None => bad.push(item.to_owned()),
        }
    }
    let only_commas = groups.is_empty() && !list.is_empty();
    if only_commas || !bad.is_empty() {
        return Err(Bad(bad));
    }
    Ok(groups)
}

fn group_id(item: &OsStr, accounts: &dyn Accounts) -> Option<u32> {
    let number = decimal(item, false).ok();
    let Some(number) = number.and_then(|number| u32::try_from(number).ok()) else {
        return accounts.group(item);
    };
    let written = item.as_bytes().trim_ascii_start();
    let is_name = written.first().is_some_and(u8::is_ascii_digit);
    let named = is_name.then(|| accounts.group(OsStr::from_bytes(written)));
    named.flatten().or(Some(number))
}

impl Bad {
    /// Says what is wrong with `list`, one line for each item; the last is the error that ends the program.
    fn tell(self, list: &OsStr, quotes: &Quotes, diagnostics: &Diagnostics) -> Error {
        let sentence = |item: &OsString| message(&[&"invalid group ", &quotes.marked(item)]);
        let mut sentences: Vec<Message> = self.0.iter().map(sentence).collect();
        let Some(last) = sentences.pop() else {
            let list = quotes.marked(list);
            return Error::new(message(&[&"invalid group list ", &list]));
        };
        for sentence in sentences {
            // If standard error cannot be written, the last line will find that out too.
            diagnostics.warn(&sentence);
        }
        Error::new(last)
    }
}
