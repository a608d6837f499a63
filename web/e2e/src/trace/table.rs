//! Milliseconds a frame by name, as a table: which parts there are, and which make the slow frames.

use std::collections::BTreeMap;
use std::fmt;

use super::frames::percentile;

/// For each name its milliseconds in each frame.
#[derive(Debug, Clone, Default)]
pub struct ByName {
    n_frames: usize,
    names: BTreeMap<String, Vec<f64>>,
}

impl ByName {
    pub fn new(n_frames: usize) -> Self {
        Self { n_frames, names: BTreeMap::new() }
    }

    /// Adds milliseconds to a name in a frame.
    pub fn add(&mut self, name: &str, frame_idx: usize, ms: f64) {
        if !self.names.contains_key(name) {
            self.names.insert(name.to_owned(), vec![0.0; self.n_frames]);
        }
        if let Some(frame) = self.names.get_mut(name).and_then(|frames| frames.get_mut(frame_idx)) {
            *frame += ms;
        }
    }

    /// Frames from the slowest twentieth, by the sum over all names.
    fn slow(&self) -> Vec<usize> {
        let total = |idx: usize| self.names.values().map(|frames| frames[idx]).sum::<f64>();
        let totals: Vec<f64> = (0..self.n_frames).map(total).collect();
        let bound = percentile(&totals, 95.0);
        (0..self.n_frames).filter(|idx| totals[*idx] >= bound).collect()
    }

    /// The `n_rows` names that take most, one a line.
    pub fn rows(&self, n_rows: usize) -> String {
        let slow = self.slow();
        let mean_of = |frames: &[f64], indices: &mut dyn Iterator<Item = usize>| {
            let picked: Vec<f64> = indices.map(|idx| frames[idx]).collect();
            picked.iter().sum::<f64>() / picked.len().max(1) as f64
        };
        let mut rows: Vec<(&str, f64, f64, f64)> = Vec::new();
        for (name, frames) in &self.names {
            let mean = mean_of(frames, &mut (0..self.n_frames));
            rows.push((name, mean, percentile(frames, 95.0), mean_of(frames, &mut slow.iter().copied())));
        }
        rows.sort_by(|a, b| b.1.total_cmp(&a.1));
        let line = |(name, mean, p95, slow): &(&str, f64, f64, f64)| {
            format!("    {:<60} {mean:>8.2} {p95:>8.2} {slow:>8.2}\n", shortened(name))
        };
        rows.iter().take(n_rows).map(line).collect()
    }
}

impl fmt::Display for ByName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rows(usize::MAX))
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= 60 { name.to_owned() } else { name.chars().take(59).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_take_most_come_first() {
        let mut by_name = ByName::new(2);
        by_name.add("paint", 0, 1.0);
        by_name.add("script", 0, 2.0);
        by_name.add("script", 1, 4.0);
        by_name.add("elsewhere", 9, 99.0);
        let text = by_name.to_string();
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["script", "3.00", "4.00", "4.00"]);
        assert_eq!(rows[1], ["paint", "0.50", "1.00", "0.00"]);
    }
}
