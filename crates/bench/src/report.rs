//! Tables and JSON.

use std::path::Path;

use serde::Serialize;

/// Median, smallest and largest of several runs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// Median.
    pub median: f64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Runs.
    pub runs: usize,
}

impl Spread {
    /// Of at least one value.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median =
            if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) };
        Some(Self { median, min, max, runs: sorted.len() })
    }
}

/// One measured figure.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What was measured under which load.
    pub what: String,
    /// "x floor (cycles/B)", "ms", ...
    pub unit: String,
    /// The value over all runs.
    pub value: Spread,
    /// The goal, where there is one.
    pub goal: Option<f64>,
    /// Larger is better; otherwise smaller is.
    pub at_least: bool,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, unit: &str, values: &[f64], goal: Option<f64>) -> Option<Self> {
        Some(Self { what: what.into(), unit: unit.to_owned(), value: Spread::of(values)?, goal, at_least: false })
    }

    /// Larger is better.
    pub(crate) fn at_least(self) -> Self {
        Self { at_least: true, ..self }
    }

    fn met(&self) -> Option<bool> {
        self.goal.map(|goal| if self.at_least { self.value.median >= goal } else { self.value.median <= goal })
    }
}

/// Prints a table and writes JSON.
#[expect(clippy::print_stdout, reason = "a benchmark prints its result")]
pub(crate) fn finish(rows: &[Row], json: Option<&Path>) -> anyhow::Result<()> {
    println!("| what | unit | median | min .. max | runs | goal | met |");
    println!("|---|---|---|---|---|---|---|");
    for row in rows {
        let Spread { median, min, max, runs } = row.value;
        let goal = row
            .goal
            .map_or_else(|| "-".to_owned(), |goal| format!("{} {goal}", if row.at_least { ">=" } else { "<=" }));
        let met = row.met().map_or("-", |met| if met { "yes" } else { "**no**" });
        println!(
            "| {} | {} | {} | {} .. {} | {runs} | {goal} | {met} |",
            row.what,
            row.unit,
            figure(median),
            figure(min),
            figure(max)
        );
    }
    match json {
        Some(path) => crate::write(path, &serde_json::to_string_pretty(rows)?),
        None => Ok(()),
    }
}

fn figure(value: f64) -> String {
    if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}

/// For figures.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub(crate) const fn count(value: usize) -> f64 {
    value as f64
}

/// The value below which `share` of the sorted values lie.
pub(crate) fn percentile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    let index = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}
