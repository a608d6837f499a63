//! The benchmark's result as a picture: one row a contestant, its milliseconds an epoch on one logarithmic axis.
//!
//! The picture brings its own colours for light and dark surroundings; without a style sheet it would be black on clear.

use std::fmt::Write;

use serde_json::Value;

use super::{digits, number, peers, text};

const WIDTH: f64 = 760.0;
/// Names stand left of it.
const LEFT: f64 = 130.0;
/// Numbers stand right of the axis.
const RIGHT: f64 = 600.0;
const ROW: f64 = 20.0;
/// Above each workload.
const HEAD: f64 = 40.0;
const TOP: f64 = 46.0;

const STYLE: &str = "
    text { font: 13px system-ui, sans-serif; fill: #3b3b40 }
    .title { font-weight: 600; fill: #1b1b1f }
    .quiet { fill: #6b6b73; font-size: 12px }
    .grid { stroke: #dcdce2; stroke-width: 1 }
    .stem { stroke: #9a9aa4; stroke-width: 1.5 }
    .dot { fill: #9a9aa4 }
    .lnn .stem { stroke: #0b6bcb } .lnn .dot { fill: #0b6bcb } .lnn text { fill: #0b6bcb; font-weight: 600 }
    @media (prefers-color-scheme: dark) {
      text { fill: #c9c9d1 }
      .title { fill: #f2f2f5 }
      .quiet { fill: #9a9aa4 }
      .grid { stroke: #34343b }
      .stem { stroke: #75757f } .dot { fill: #75757f }
      .lnn .stem { stroke: #62aef7 } .lnn .dot { fill: #62aef7 } .lnn text { fill: #62aef7 }
    }
";

const HEADING: &str = r#"<text class="quiet" x="8" y="18">Milliseconds an epoch, logarithmic; × is times LNN's. Less is better.</text>
"#;

/// A row: who, milliseconds, times LNN's.
struct Row<'a> {
    name: &'a str,
    ms: f64,
    ratio: f64,
}

/// The decades that the axis shows.
struct Axis {
    first: i32,
    last: i32,
}

impl Axis {
    fn of(rows: &[(String, Vec<Row<'_>>)]) -> Self {
        let exponents = rows.iter().flat_map(|(_, rows)| rows).map(|row| row.ms.max(1e-6).log10());
        let (low, high) = exponents.fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(it), high.max(it)));
        if low > high {
            return Self { first: 0, last: 1 };
        }
        let first = low.floor() as i32;
        Self { first, last: (high.ceil() as i32).max(first + 1) }
    }

    fn x(&self, ms: f64) -> f64 {
        let share = (ms.max(1e-6).log10() - f64::from(self.first)) / f64::from(self.last - self.first);
        LEFT + share * (RIGHT - LEFT)
    }
}

/// The picture's text.
pub fn chart(result: &Value) -> String {
    let groups: Vec<_> = result["workloads"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| (title(it), rows(it, result)))
        .collect();
    let axis = Axis::of(&groups);
    let mut body = String::new();
    let mut y = TOP;
    for (title, rows) in &groups {
        y += HEAD;
        let _ = writeln!(body, r#"<text class="title" x="8" y="{}">{title}</text>"#, y - 14.0);
        for row in rows {
            add_row(&mut body, row, &axis, y);
            y += ROW;
        }
    }
    let height = y + 16.0;
    let grid = grid(&axis, height - 12.0);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label="Milliseconds an epoch of LNN and its peers on four workloads">
<style>{STYLE}</style>
{grid}{body}</svg>
"#
    )
}

fn title(workload: &Value) -> String {
    let [name, network] = ["name", "network"].map(|key| text(&workload[key]));
    format!("{name}: {network}, {} examples, batch {}", workload["examples"], workload["batch"])
}

fn rows<'a>(workload: &'a Value, result: &Value) -> Vec<Row<'a>> {
    let lnn_ms = number(&workload["lnn_ms"]);
    let mut rows = vec![Row { name: "LNN", ms: lnn_ms, ratio: 1.0 }];
    rows.extend(peers(workload).into_iter().map(|(name, ms)| Row { name, ms, ratio: ms / lnn_ms }));
    if let (true, Some(ms)) = (workload["name"] == "cat", result["numpy"]["ms"].as_f64()) {
        rows.push(Row { name: "NumPy, native", ms, ratio: ms / lnn_ms });
    }
    rows.sort_by(|a, b| a.ms.total_cmp(&b.ms));
    rows
}

fn add_row(out: &mut String, row: &Row<'_>, axis: &Axis, y: f64) {
    let Row { name, ms, ratio } = row;
    let (x, baseline) = (axis.x(*ms), y + 4.0);
    let is_lnn = *name == "LNN";
    let class = if is_lnn { r#" class="lnn""# } else { "" };
    let versus = if is_lnn { String::new() } else { format!(" · {}×", digits(*ratio)) };
    let _ = writeln!(
        out,
        r#"<g{class}><text x="{}" y="{baseline}" text-anchor="end">{name}</text><line class="stem" x1="{LEFT}" y1="{y}" x2="{x:.1}" y2="{y}"/><circle class="dot" cx="{x:.1}" cy="{y}" r="5"/><text x="{:.1}" y="{baseline}">{} ms{versus}</text></g>"#,
        LEFT - 10.0,
        x + 10.0,
        digits(*ms),
    );
}

fn grid(axis: &Axis, bottom: f64) -> String {
    let mut out = HEADING.to_owned();
    for exponent in axis.first..=axis.last {
        let ms = 10_f64.powi(exponent);
        let (x, y) = (axis.x(ms), TOP - 4.0);
        let label = if exponent < 0 { format!("{ms}") } else { format!("{ms:.0}") };
        let _ = writeln!(
            out,
            r#"<line class="grid" x1="{x:.1}" y1="{y}" x2="{x:.1}" y2="{bottom}"/><text class="quiet" x="{x:.1}" y="{}" text-anchor="middle">{label}</text>"#,
            y - 4.0
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn decades_are_equally_far_apart_and_the_fastest_comes_first() {
        let result = json!({ "workloads": [{
            "name": "cat", "network": "3-1", "examples": 5, "batch": 5, "lnn_ms": 20.0,
            "peers": { "slow": 2000.0, "quick": 2.0 }
        }], "numpy": { "ms": 30.0 } });
        let groups = vec![(String::new(), rows(&result["workloads"][0], &result))];
        let names: Vec<_> = groups[0].1.iter().map(|row| row.name).collect();
        assert_eq!(names, ["quick", "LNN", "NumPy, native", "slow"]);
        let axis = Axis::of(&groups);
        assert_eq!((axis.first, axis.last), (0, 4));
        assert!((axis.x(100.0) - f64::midpoint(LEFT, RIGHT)).abs() < 1e-9);
        let chart = chart(&result);
        assert!(chart.contains("2,000 ms · 100×"), "{chart}");
        assert_eq!(chart.matches("<g").count(), chart.matches("</g>").count());
    }
}
