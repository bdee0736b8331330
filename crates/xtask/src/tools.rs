//! The programs of this repository: whoever adds one adds its line here, and it gets completions, the option headings
//! of its man page, and their tests.

use nscore::cli::Tool;

/// Every program, in the order of the README.
pub const TOOLS: &[&Tool] = &[&runshare_cli::TOOL, &rnsenter_cli::TOOL, &rchroot_cli::TOOL];
