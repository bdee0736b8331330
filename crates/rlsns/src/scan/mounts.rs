//! (see below)
use super::{Snapshot, Wanted};
use nscore::sys::directory::Directory;
pub(super) fn read(_proc: &Directory, _wanted: &Wanted, _snapshot: &mut Snapshot) {}
