//! The system calls of a scan for each process that there is: how many more there are in a larger farm, by as many
//! processes as it is larger.

use std::path::Path;

use anyhow::Result;

use super::Cost;
use crate::scan::{Farm, Shape, Tools, count, words};

/// The two farms: processes with ten descriptors each, two of them sockets.
const FARMS: [&str; 2] = ["100x10:2", "300x10:2"];

/// What is asked for.
const VIEWS: [&[&str]; 3] = [&[], &["-t", "uts"], &["-p", "2"]];

/// Measures every view.
///
/// # Errors
/// That strace is missing, that the program fails.
pub(super) fn measure(tools: &Tools, rlsns: &Path) -> Result<Vec<Cost>> {
    let mut counted: Vec<(f64, Vec<f64>)> = Vec::new();
    for farm in FARMS {
        let shape = Shape::parse(farm)?;
        let mut farm = Farm::plant(tools, &shape)?;
        let mut calls = Vec::new();
        for view in VIEWS {
            calls.push(count(&mut farm, tools, &words(rlsns, view))?);
        }
        counted.push((shape.processes(), calls));
    }
    let [(few, fewer_calls), (many, more_calls)] = &counted[..] else {
        return Ok(Vec::new());
    };
    let pairs = fewer_calls.iter().zip(more_calls).zip(VIEWS);
    let cost = |((fewer, more), view): ((&f64, &f64), &[&str])| {
        let slope = (more - fewer) / (many - few);
        Cost {
            name: format!(
                "calls a process `rlsns{}`",
                view.iter()
                    .map(|word| format!(" {word}"))
                    .collect::<String>()
            ),
            value: (slope * 100.0).round() / 100.0,
            note: format!("{fewer} for {few} processes, {more} for {many}"),
        }
    };
    Ok(pairs.map(cost).collect())
}
