//! Options of our own that the original does not know, nor any beginning of them.

use crate::fixture::differential_test;
use testkit::{Tool, require};

#[test]
fn the_original_knows_none_of_these_options() {
    let Some(diff) = differential_test() else {
        return;
    };
    if !require::user_namespaces() {
        return;
    }
    for option in [
        "--all",
        "--al",
        "--reset-env",
        "--rese",
        "--cap-drop=all",
        "--cap=all",
        "--limit=core=0",
        "--li=core=0",
    ] {
        let unknown = format!(
            "unshare: unrecognized option '{option}'\nTry 'unshare --help' for more information.\n"
        );
        let line = |tool: Tool| tool.args(["-r", option, "true"]);
        diff.assert_differ(line, (0, ""), (1, &unknown));
    }
}
