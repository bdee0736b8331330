//! `--groups`: a list of supplementary groups with commas between them.
//!
//! An item is a number if it reads as one, and a number is nevertheless tried as a name first unless it has a plus;
//! anything else is a name as it is, blanks included. The list is the kernel's as it is: in this order, with
//! whatever is twice, and with 4294967295, which the kernel refuses.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result};
use nscore::cli::number::decimal;
use nscore::cli::quote::Quotes;
use nscore::cli::{Diagnostics, Message, sentence};

use crate::lookup_order::Outside;
use crate::userdb::UserDatabase;
use crate::userspec::is_number_by_plus;

/// A list after the lookup outside.
pub(crate) struct GroupList<'a> {
    list: &'a OsStr,
    outside: Outside<Vec<u32>, InvalidGroups>,
}

/// The items of a list that are not groups; none if the list consists of commas.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidGroups(Vec<OsString>);

impl<'a> GroupList<'a> {
    /// Looks the list up outside, if that is needed.
    pub(crate) fn prefetch(
        outside: &dyn UserDatabase,
        old_root: bool,
        list: &'a OsStr,
    ) -> GroupList<'a> {
        let outside = Outside::prefetch(outside, old_root, |database| look_up(list, database));
        GroupList { list, outside }
    }

    /// The groups, after the lookup inside.
    ///
    /// # Errors
    /// The last of the items that are not groups; the others are reported here, one line each.
    pub(crate) fn resolve(
        self,
        inside: &dyn UserDatabase,
        quotes: &Quotes,
        diagnostics: &Diagnostics,
    ) -> Result<Vec<u32>> {
        let groups = self
            .outside
            .resolve(|| look_up(self.list, inside), |_| true);
        groups.map_err(|invalid| invalid.into_error(self.list, quotes, diagnostics))
    }
}

/// Reads a list by the database of one side. The empty one represents no groups.
pub(crate) fn look_up(
    list: &OsStr,
    database: &dyn UserDatabase,
) -> Result<Vec<u32>, InvalidGroups> {
    let items = list.as_bytes().split(|byte| *byte == b',');
    let items = items.filter(|item| !item.is_empty()).map(OsStr::from_bytes);
    let (mut groups, mut invalid) = (Vec::new(), Vec::new());
    for item in items {
        match group_id(item, database) {
            Some(gid) => groups.push(gid),
            None => invalid.push(item.to_owned()),
        }
    }
    let only_commas = groups.is_empty() && !list.is_empty();
    if only_commas || !invalid.is_empty() {
        return Err(InvalidGroups(invalid));
    }
    Ok(groups)
}

fn group_id(item: &OsStr, database: &dyn UserDatabase) -> Option<u32> {
    let number = decimal(item, false).ok();
    let Some(number) = number.and_then(|number| u32::try_from(number).ok()) else {
        return database.group(item);
    };
    // A number begins with blanks, then a plus or a digit.
    let start = item
        .as_bytes()
        .iter()
        .position(|byte| matches!(byte, b'+' | b'0'..=b'9'));
    let written = OsStr::from_bytes(&item.as_bytes()[start.unwrap_or_default()..]);
    if is_number_by_plus(written) {
        return Some(number);
    }
    database.group(written).or(Some(number))
}

impl InvalidGroups {
    /// Reports what is wrong with `list`, one line for each item; the last one is the error that ends the program.
    fn into_error(self, list: &OsStr, quotes: &Quotes, diagnostics: &Diagnostics) -> Error {
        let invalid = |item: &OsString| sentence("invalid group %s", &[&quotes.marked(item)]);
        let mut sentences: Vec<Message> = self.0.iter().map(invalid).collect();
        let Some(last) = sentences.pop() else {
            let list = quotes.marked(list);
            return Error::new(sentence("invalid group list %s", &[&list]));
        };
        for sentence in sentences {
            // If standard error cannot be written, the last line fails too.
            diagnostics.warn(&sentence);
        }
        Error::new(last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::userdb::Files;

    fn files() -> Files {
        Files::with_contents(
            "",
            "grp:x:5301:\n12:x:13:\n5 :x:9:\n+7:x:8:\n4294967296:x:10:\n",
        )
    }

    fn invalid(items: &[&str]) -> Result<Vec<u32>, InvalidGroups> {
        Err(InvalidGroups(items.iter().map(OsString::from).collect()))
    }

    #[test]
    fn an_item_is_a_name_or_a_number() {
        for (list, groups) in [
            ("", vec![]),
            ("5,6", vec![5, 6]),
            (",5,,6,", vec![5, 6]),
            ("5,5", vec![5, 5]),
            ("grp,12,+12,012", vec![5301, 13, 12, 12]),
            (" 12, +12,\x0b\t12", vec![13, 12, 13]),
            ("5 ,4294967295,4294967296", vec![9, u32::MAX, 10]),
        ] {
            assert_eq!(look_up(list.as_ref(), &files()), Ok(groups), "{list:?}");
        }
    }

    #[test]
    fn every_bad_item_is_reported() {
        for item in [
            " grp",
            "grp ",
            " 5 ",
            " ",
            "-1",
            "0x5",
            "++5",
            "+",
            "+7x",
            "4294967297",
        ] {
            assert_eq!(
                look_up(item.as_ref(), &files()),
                invalid(&[item]),
                "{item:?}"
            );
        }
        assert_eq!(look_up("a,5,b".as_ref(), &files()), invalid(&["a", "b"]));
        assert_eq!(look_up(",,".as_ref(), &files()), invalid(&[]));
    }

    proptest! {
        #[test]
        fn numbers_come_back_in_their_order(
            numbers in prop::collection::vec(any::<u32>(), 1..9), commas in ",{1,3}", zeros in "\\+?0{0,3}",
        ) {
            let items: Vec<String> = numbers.iter().map(|number| format!("{zeros}{number}")).collect();
            let list = items.join(&commas);
            prop_assert_eq!(look_up(list.as_ref(), &Files::with_contents("", "")), Ok(numbers));
        }

        #[test]
        fn what_is_good_and_what_is_bad_make_up_the_list(list in "[a,g rp+0-9-]{0,12}") {
            let items = list.split(',').filter(|item| !item.is_empty()).count();
            match look_up(list.as_ref(), &files()) {
                Ok(groups) => prop_assert_eq!(groups.len(), items),
                Err(InvalidGroups(bad)) => prop_assert!(bad.len() <= items && (bad.is_empty() == (items == 0))),
            }
        }
    }
}
