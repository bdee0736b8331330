//! Waiting for what no descriptor tells: that another program's child is gone, that a process has stopped.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::patience::patient;

/// How long a condition may take to come true: a machine under load is slow, and only a failing test waits this long.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Waits until `condition` holds, and panics naming `what` if it does not within a minute.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    let timeout = patient(TIMEOUT);
    while !condition() {
        assert!(
            begun.elapsed() < timeout,
            "waited {timeout:?} in vain: {what}"
        );
        sleep(Duration::from_millis(5));
    }
}
