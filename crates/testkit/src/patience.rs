//! How long a test waits for what should have happened long ago: `NSUTILS_PATIENCE` times as long, a number, where the
//! machine is that much slower, an emulated one for example.

use std::env;
use std::sync::OnceLock;
use std::time::Duration;

/// This long on an ordinary machine.
pub(crate) fn patient(timeout: Duration) -> Duration {
    static FACTOR: OnceLock<u32> = OnceLock::new();
    let configured = || env::var("NSUTILS_PATIENCE").ok()?.parse().ok();
    timeout.saturating_mul(*FACTOR.get_or_init(|| configured().unwrap_or(1)))
}
