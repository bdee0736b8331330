//! Messages in the reader's language: the catalogues that distributions install for the originals, and one of our own.
//!
//! A sentence is looked up by its msgid, the English format that is where the sentence is made, in the catalogue of
//! the original's domain and then in ours; what no catalogue has stays English. Nothing here runs without a message to
//! translate, and in the C locale nothing is opened.
//!
//! The C library's gettext is not used: it opens further catalogues when a sentence is missing, by then perhaps in
//! another root; it loads code for conversions; and its translations go to printf(3) as they are. Here a translation is
//! data of which nothing is believed ([`format`] says when one is accepted), and a catalogue of another root is never
//! read: whoever enters one calls [`load_all`] before.

mod catalogue;
mod choice;
mod file;
pub(crate) mod format;

#[cfg(test)]
mod tests;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use catalogue::Catalogue;
use choice::Choice;
#[cfg(test)]
pub(crate) use choice::{expand, fallbacks, is_installed};

/// Where a sentence is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// In the catalogue of util-linux.
    UtilLinux,
    /// In that of GNU coreutils.
    Coreutils,
    /// In that of the GNU portability library, which has sentences of coreutils.
    Gnulib,
    /// In the C library's: getopt(3), strerror(3).
    Libc,
    /// In ours alone.
    Nsutils,
    /// In none: `po/exceptions` lists what is English in every language.
    English,
}

impl Domain {
    const ALL: [Domain; 5] = [
        Domain::UtilLinux,
        Domain::Coreutils,
        Domain::Gnulib,
        Domain::Libc,
        Domain::Nsutils,
    ];

    /// Returns the name of its catalogues.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Domain::UtilLinux => "util-linux",
            Domain::Coreutils => "coreutils",
            Domain::Gnulib => "gnulib",
            Domain::Libc => "libc",
            Domain::Nsutils => "nsutils",
            Domain::English => "",
        }
    }
}

/// One directory name below the catalogues' directories, `zh_CN`, and what was read of it.
struct Language {
    name: String,
    catalogues: [OnceLock<Option<Catalogue>>; Domain::ALL.len()],
}

impl Language {
    fn new(name: String) -> Language {
        Language {
            name,
            catalogues: Default::default(),
        }
    }

    /// Returns `zh` of `zh_CN`.
    fn base(&self) -> &str {
        let end = self.name.find(['_', '@']);
        &self.name[..end.unwrap_or(self.name.len())]
    }

    /// Returns the catalogue of a domain, which is read the first time unless that is too late.
    fn catalogue(&self, domain: Domain) -> Option<&Catalogue> {
        let cell = &self.catalogues[domain as usize];
        if let Some(read) = cell.get() {
            return read.as_ref();
        }
        if IS_CLOSED.load(Ordering::Relaxed) {
            return None;
        }
        cell.get_or_init(|| file::load_catalogue(&self.name, domain))
            .as_ref()
    }
}

/// The languages of the reader, in the order in which they are tried; none in a locale that does not translate.
static LANGUAGES: OnceLock<Vec<Language>> = OnceLock::new();

/// Whether a root or a mount namespace was entered, the catalogues of which are somebody else's.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// What the environment says of them.
static CHOICE: OnceLock<Option<Choice>> = OnceLock::new();

fn languages() -> &'static [Language] {
    LANGUAGES.get_or_init(|| {
        let names = choice().map(Choice::languages).unwrap_or_default();
        names.into_iter().map(Language::new).collect()
    })
}

fn choice() -> Option<&'static Choice> {
    CHOICE.get_or_init(Choice::from_environment).as_ref()
}

/// Remembers what the environment says of the language. For whoever replaces the environment.
pub fn remember() {
    choice();
}

/// Returns whether the environment names a language. Nothing is opened for it.
pub fn is_wanted() -> bool {
    choice().is_some()
}

/// Reads the catalogues of these domains, and ours and the C library's. None is read afterwards. To be called before a
/// root or a mount namespace is entered.
pub fn load_all(domains: &[Domain]) {
    if choice().is_some() {
        load(domains);
    }
}

#[cold]
fn load(domains: &[Domain]) {
    for domain in [Domain::Libc, Domain::Nsutils].iter().chain(domains) {
        let mut found = "";
        for language in languages() {
            // What a catalogue of `zh_CN` lacks, one of `zh` will hardly have.
            let is_covered = !found.is_empty() && language.base() == found;
            if !is_covered && language.catalogue(*domain).is_some() {
                found = language.base();
            }
        }
    }
    IS_CLOSED.store(true, Ordering::Relaxed);
}

/// Returns the translation of `msgid` as it is in a catalogue, the first that is accepted; `None` where there is none.
pub fn translation(domain: Domain, msgid: &str) -> Option<&'static str> {
    let search = |domain| {
        let mut catalogues = languages()
            .iter()
            .filter_map(|language| language.catalogue(domain));
        catalogues.find_map(|catalogue| {
            let text = catalogue.find(msgid.as_bytes())?;
            format::accept(msgid, text)
        })
    };
    match domain {
        Domain::English => None,
        Domain::Nsutils => search(domain),
        _ => search(domain).or_else(|| search(Domain::Nsutils)),
    }
}

/// Returns whether a text can represent a sentence: it has the same arguments.
pub fn accepts(msgid: &str, translation: &str) -> bool {
    format::accept(msgid, translation.as_bytes()).is_some()
}

/// Returns a text of our own, without arguments, in the reader's language.
pub fn translate(text: &str) -> &str {
    translation(Domain::Nsutils, text).unwrap_or(text)
}
