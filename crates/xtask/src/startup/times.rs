//! What many runs of one program took, and the numbers that represent them.

use std::time::Duration;

/// The microseconds of every run, the shortest first.
pub(super) struct Times(Vec<f64>);

impl Times {
    /// Of one run or more.
    pub(super) fn from_runs(runs: &[Duration]) -> Times {
        Times::sorted(runs.iter().map(|run| run.as_secs_f64() * 1e6).collect())
    }

    fn sorted(mut times: Vec<f64>) -> Times {
        times.sort_by(f64::total_cmp);
        Times(times)
    }

    pub(super) fn median(&self) -> f64 {
        self.nth(self.0.len() / 2)
    }

    fn nth(&self, place: usize) -> f64 {
        self.0.get(place).copied().unwrap_or(f64::NAN)
    }

    /// Ours to the original's: of the medians, the means, the fastest runs.
    pub(super) fn ratios(ours: &Times, original: &Times) -> [f64; 3] {
        let mean = |times: &Times| mean(times.0.iter().copied());
        [
            ours.median() / original.median(),
            mean(ours) / mean(original),
            ours.nth(0) / original.nth(0),
        ]
    }
}

/// The median of times; not a number if there is none.
pub(crate) fn median(times: Vec<f64>) -> f64 {
    Times::sorted(times).median()
}

/// The mean of numbers; not a number if there is none.
pub(super) fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = numbers.fold((0.0, 0.0), |(count, sum), number| {
        (count + 1.0, sum + number)
    });
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(micros: &[u64]) -> Times {
        let runs: Vec<_> = micros
            .iter()
            .map(|time| Duration::from_micros(*time))
            .collect();
        Times::from_runs(&runs)
    }

    #[test]
    fn one_slow_run_moves_the_mean_alone() {
        let ratios = Times::ratios(&times(&[200, 9400, 200, 100, 100]), &times(&[400; 5]));
        assert_eq!(
            ratios.map(|ratio| format!("{ratio:.2}")),
            ["0.50", "5.00", "0.25"]
        );
    }
}
