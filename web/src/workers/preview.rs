//! What a preview shows beyond words, described where the table is: distributions, balance of classes, pictures.
//!
//! In: a [`Table`], its columns. Out: [`Element`]s. Read next: `plan.rs`, which puts them into a preview.

use lnn_import::formats::png;
use lnn_import::{Column, ColumnValues, ImportPlan, Picture, Role, Table};

use crate::protocol::Element;

/// Bars of a histogram.
const N_BARS: usize = 24;
/// Its size, in the drawing's own unit.
const BAR_WIDTH: usize = 4;
const HEIGHT: f64 = 20.0;
/// A column with more different values has no balance.
const MAX_CLASSES: usize = 30;
/// Pictures of a grid.
const N_PICTURES: usize = 24;

/// How a column's values are distributed: a small picture.
pub fn distribution(column: &Column) -> Option<Element> {
    let (counts, words) = match &column.values {
        ColumnValues::Numeric(numbers) => {
            let summary = column.numbers?;
            let counts = histogram(numbers, summary.min, summary.max);
            (counts, format!("from {} to {}, mean {:.4}", summary.min, summary.max, summary.mean))
        }
        ColumnValues::Text { .. } => {
            let mut counts = column.counts();
            counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
            let (most, n) = counts.first()?.clone();
            let counts = counts.into_iter().map(|(_, n)| n).take(N_BARS).collect();
            (counts, format!("most frequent: {most}, {n} times"))
        }
        ColumnValues::TooManyTexts { .. } => return None,
    };
    let most = counts.iter().copied().max().filter(|most| *most > 0)?;
    let height = |n: usize| if n == 0 { 0.0 } else { (n as f64 / most as f64 * HEIGHT).max(1.0) };
    let bar = |(idx, n): (usize, &usize)| {
        let height = height(*n);
        format!("M{} {HEIGHT}v-{height:.1}h{}v{height:.1}z", idx * BAR_WIDTH, BAR_WIDTH - 1)
    };
    let path: String = counts.iter().enumerate().map(bar).collect();
    let label = format!("Distribution of {}: {words}", column.name);
    Some(
        Element::new("svg")
            .class("distribution")
            .with("viewBox", format!("0 0 {} {HEIGHT}", N_BARS * BAR_WIDTH))
            .with("role", "img")
            .with("aria-label", label)
            .holding([Element::new("path").with("d", path)]),
    )
}

fn histogram(numbers: &[f64], min: f64, max: f64) -> Vec<usize> {
    let mut counts = vec![0; N_BARS];
    // Halves, as the difference of two finite numbers may not be one.
    let span = max / 2.0 - min / 2.0;
    for number in numbers.iter().filter(|number| !number.is_nan()) {
        let share = if span > 0.0 { (number / 2.0 - min / 2.0) / span } else { 0.5 };
        if let Some(count) = counts.get_mut(((share * N_BARS as f64) as usize).min(N_BARS - 1)) {
            *count += 1;
        }
    }
    counts
}

/// How many rows each value has, where there are few enough to be classes.
pub fn balance(column: &Column) -> Option<Element> {
    if !(2..=MAX_CLASSES).contains(&column.n_distinct) {
        return None;
    }
    let counts = column.counts();
    let (most, all) = (counts.iter().map(|(_, n)| *n).max()?, counts.iter().map(|(_, n)| n).sum::<usize>());
    let line = |(name, n): (String, usize)| {
        let width = format!("{:.1}", 100.0 * n as f64 / most.max(1) as f64);
        let bar = Element::new("rect").with("width", width).with("height", "8").with("rx", "1.5");
        let share = 100.0 * n as f64 / all.max(1) as f64;
        Element::new("li").holding([
            Element::of("span", name),
            Element::new("svg")
                .with("viewBox", "0 0 100 8")
                .with("preserveAspectRatio", "none")
                .with("aria-hidden", "true")
                .holding([bar]),
            Element::of("span", format!("{n} · {share:.0} %")).class("number"),
        ])
    };
    Some(Element::new("ul").class("balance").holding(counts.into_iter().map(line)))
}

/// Some of the examples, evenly over the file, where the inputs are pixels.
pub fn pictures(table: &Table, plan: &ImportPlan, shape: Picture) -> Option<Element> {
    let of = |role: Role| {
        table.columns.iter().zip(&plan.columns).filter(move |(_, plan)| plan.role == role).map(|(it, _)| it)
    };
    let Picture { width, height, channels } = shape;
    let columns: Option<Vec<&Vec<f64>>> = of(Role::Input)
        .map(|column| match &column.values {
            ColumnValues::Numeric(numbers) => Some(numbers),
            _ => None,
        })
        .collect();
    let columns = columns?;
    let n_shown = table.n_rows.min(N_PICTURES);
    let rows: Vec<usize> = (0..n_shown).map(|idx| idx * table.n_rows / n_shown.max(1)).collect();
    let value =
        |row: usize, column: &&Vec<f64>| column.get(row).copied().filter(|it| !it.is_nan()).unwrap_or(0.0);
    let all = || rows.iter().flat_map(|row| columns.iter().map(|column| value(*row, column)));
    let (min, max) =
        all().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), it| (min.min(it), max.max(it)));
    let span = (max - min).max(f64::MIN_POSITIVE);
    let target = of(Role::Target).next();
    let figure = |row: &usize| {
        let byte = |column: &&Vec<f64>| (255.0 * (value(*row, column) - min) / span) as u8;
        let pixels: Vec<u8> = columns.iter().map(byte).collect();
        let bytes = png(&pixels, width, height, channels)?;
        let class = target.map(|column| column.cell_text(*row)).unwrap_or_default();
        let address = format!("data:image/png;base64,{}", data_encoding::BASE64.encode(&bytes));
        let words = format!("Example {} {class}", row + 1);
        let picture = Element::new("img").with("src", address).with("alt", words.trim_end());
        Some(Element::new("figure").holding([picture, Element::of("figcaption", class)]))
    };
    let figures: Option<Vec<Element>> = rows.iter().map(figure).collect();
    Some(Element::new("div").class("pictures").holding(figures?))
}

#[cfg(test)]
mod tests {
    use lnn_import::{CsvImporter, ImportLimits};

    use super::*;

    fn table(csv: &str) -> Table {
        let mut importer = CsvImporter::new(ImportLimits::default());
        importer.push(csv.as_bytes()).unwrap();
        importer.finish().unwrap()
    }

    #[test]
    fn a_histogram_has_its_bars_where_the_numbers_are() {
        assert_eq!(histogram(&[0.0, 0.0, 1.0], 0.0, 1.0)[0], 2);
        assert_eq!(histogram(&[0.0, 0.0, 1.0], 0.0, 1.0)[N_BARS - 1], 1);
        assert_eq!(histogram(&[5.0, f64::NAN], 5.0, 5.0).iter().sum::<usize>(), 1);
        assert_eq!(histogram(&[f64::MIN, f64::MAX], f64::MIN, f64::MAX).iter().sum::<usize>(), 2);
    }

    #[test]
    fn classes_are_counted_in_their_order_and_rare_ones_are_seen() {
        let table = table("x,y\n1,b\n2,a\n3,b\n4,b\n");
        let balance = balance(&table.columns[1]).unwrap();
        assert_eq!(balance.words(), "a 1 · 25 % b 3 · 75 %");
        let label = distribution(&table.columns[1]).unwrap().attributes[3].1.clone();
        assert_eq!(label, "Distribution of y: most frequent: b, 3 times");
    }

    #[test]
    fn rows_of_pixels_become_pictures_with_their_class() {
        let header: Vec<String> = (0..36).map(|idx| format!("p{idx}")).collect();
        let row =
            |first: u32| (0..36).map(|idx| (first * 100 + idx).to_string()).collect::<Vec<_>>().join(",");
        let table = table(&format!("{},digit\n{},one\n{},two\n", header.join(","), row(0), row(1)));
        let shape = Picture { width: 6, height: 6, channels: 1 };
        let pictures = pictures(&table, &ImportPlan::guess(&table), shape).unwrap();
        assert_eq!((pictures.children.len(), pictures.words()), (2, "one two".to_owned()));
        let image = &pictures.children[0].children[0];
        assert!(image.attributes[0].1.starts_with("data:image/png;base64,iVBOR"), "{image:?}");
    }
}
