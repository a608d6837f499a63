//! Between the importer's types and the messages: previews, plans, data sets.
//!
//! In: a [`Table`], a [`Plan`]. Out: a [`Preview`], an [`ImportPlan`], [`DataArrays`].

use std::rc::Rc;

use lnn_import::arrays::{candidates, in_use};
use lnn_import::gallery::{GALLERY, Origin};
use lnn_import::{
    ArrayOptions, ArrayPart, ColumnPlan, CsvOptions, Every, Format, ImportPlan, Kind, OpenOptions, Picture,
    PictureOptions, Prepared, Role, Separator, Split, Table,
};

use super::preview;

use crate::protocol::{
    ArraySlot, ColumnPreview, DataArrays, DataPlace, Normalise, Plan, PlanColumn, Preview, ReadChoice,
};

/// Rows that a preview shows.
const N_SAMPLE_ROWS: usize = 8;

/// Columns whose distributions a preview shows.
const N_DRAWN: usize = 200;

/// Arrays that can be chosen from.
const N_ARRAYS_LISTED: usize = 200;

/// The importer's words for a choice.
pub fn options(choice: &ReadChoice) -> OpenOptions {
    let separator =
        choice.separator.and_then(|c| Separator::ALL.into_iter().find(|s| char::from(s.byte()) == c));
    let every = Every::nth(choice.every.unwrap_or(1));
    OpenOptions {
        csv: CsvOptions { separator, has_header: choice.has_header, every, ..CsvOptions::default() },
        pictures: PictureOptions { side: choice.side, has_colours: choice.has_colours },
        arrays: choice.arrays.clone(),
        every,
    }
}

/// What a table holds, and the plan guessed for it.
pub fn preview(name: &str, table: &Table, choice: &ReadChoice) -> Preview {
    let found = lnn_import::Preview::of(table, N_SAMPLE_ROWS);
    let guess = ImportPlan::guess(table);
    let shape = pictures_shape(table, &guess);
    let pictures = shape.and_then(|shape| preview::pictures(table, &guess, shape));
    let is_target = |idx: usize| guess.columns.get(idx).is_some_and(|column| column.role == Role::Target);
    let own = |idx: usize| table.columns.get(idx).filter(|_| idx < N_DRAWN || is_target(idx));
    let columns = found.columns.into_iter().enumerate().map(|(idx, column)| ColumnPreview {
        distribution: own(idx).and_then(preview::distribution).map(Rc::new),
        balance: own(idx).and_then(preview::balance).map(Rc::new),
        name: column.name,
        is_numeric: column.is_numeric,
        n_missing: column.n_missing,
        n_distinct: column.n_distinct,
        range: column.numbers.map(|numbers| (numbers.min, numbers.mean, numbers.max)),
        sample: column.first_values,
    });
    Preview {
        name: name.to_owned(),
        n_rows: found.n_rows,
        format: table.format.as_str().to_owned(),
        choice: match table.format {
            Format::Text => ReadChoice {
                separator: Some(char::from(found.separator.byte())),
                has_header: Some(found.has_header),
                ..choice.clone()
            },
            Format::Picture => ReadChoice {
                side: shape.map(|shape| shape.width),
                has_colours: shape.map(|shape| shape.channels == 3),
                ..choice.clone()
            },
            _ => choice.clone(),
        },
        arrays: slots(table),
        pictures: pictures.map(Rc::new),
        notes: found.warnings,
        columns: columns.collect(),
        plan: plan(&guess),
    }
}

/// What can be chosen of a table's arrays; nothing where there is only one.
fn slots(table: &Table) -> Vec<ArraySlot> {
    let arrays = table.arrays.as_slice();
    let slot = |part: ArrayPart| {
        let in_use = in_use(arrays, part).map(|array| array.name.as_str());
        let mut lines = match part {
            ArrayPart::Inputs if in_use.is_none() => {
                vec![("each array a column".to_owned(), ArrayOptions::default())]
            }
            ArrayPart::Inputs if table.reading.arrays.is_default() => Vec::new(),
            ArrayPart::Inputs => vec![("as guessed".to_owned(), ArrayOptions::default())],
            // Where there are test inputs, there have to be targets of them.
            ArrayPart::TestTargets => Vec::new(),
            _ => vec![("none".to_owned(), ArrayOptions::correcting(arrays, part, None))],
        };
        let mut chosen = 0;
        for array in candidates(arrays, part) {
            if in_use == Some(array.name.as_str()) {
                chosen = lines.len();
            } else if lines.len() >= N_ARRAYS_LISTED {
                continue;
            }
            lines.push((array.described(), ArrayOptions::correcting(arrays, part, Some(&array.name))));
        }
        ArraySlot { label: label(part).to_owned(), lines, chosen }
    };
    let is_choice = |slot: &ArraySlot| slot.lines.len() > 1;
    let parts = ArrayPart::CHOSEN.into_iter().filter(|_| arrays.len() > 1);
    parts.map(slot).filter(is_choice).collect()
}

const fn label(part: ArrayPart) -> &'static str {
    match part {
        ArrayPart::Inputs => "Inputs",
        ArrayPart::Targets => "Targets",
        ArrayPart::TestInputs => "Test inputs",
        ArrayPart::TestTargets => "Test targets",
        ArrayPart::Classes | ArrayPart::Column => "",
    }
}

fn pictures_shape(table: &Table, guess: &ImportPlan) -> Option<Picture> {
    let inputs = table.columns.iter().zip(&guess.columns).filter(|(_, plan)| plan.role == Role::Input);
    Picture::guess(&inputs.map(|(column, _)| column.name.clone()).collect::<Vec<_>>())
}

fn plan(guess: &ImportPlan) -> Plan {
    Plan {
        columns: guess
            .columns
            .iter()
            .map(|column| PlanColumn { role: column.role, kind: column.kind, missing: column.missing })
            .collect(),
        normalise: guess.normalise,
        pixel_scale: match guess.normalise {
            Normalise::Factor(_) => guess.normalise,
            _ => Normalise::None,
        },
        train_share: match guess.split {
            Split::Fraction(share) => share,
            Split::First(_) => 0.8,
        },
        train_rows: match guess.split {
            Split::Fraction(_) => None,
            Split::First(n) => Some(n),
        },
        seed: guess.seed,
    }
}

/// The importer's plan for the user's choices.
pub fn import_plan(table: &Table, choice: &Plan) -> ImportPlan {
    let mut plan = ImportPlan::guess(table);
    if let Some(target_idx) = choice.columns.iter().position(|column| column.role == Role::Target) {
        plan.set_target(table, target_idx);
        let kind = choice.columns.get(target_idx).map_or(Kind::Numeric, |column| column.kind);
        plan.set_target_kind(table, kind);
    }
    plan.columns = table
        .columns
        .iter()
        .zip(&choice.columns)
        .map(|(column, choice)| ColumnPlan {
            name: column.name.clone(),
            role: choice.role,
            kind: choice.kind,
            missing: choice.missing,
        })
        .collect();
    plan.normalise = choice.normalise;
    plan.normalise_target = choice.normalise != Normalise::None;
    plan.split = choice.train_rows.map_or(Split::Fraction(choice.train_share), Split::First);
    plan.seed = choice.seed;
    plan
}

/// Where a data set may be had again: a file of the user's, or one that is shipped, by its address.
pub fn place(name: &str, url: Option<&str>, plan: &ImportPlan) -> DataPlace {
    let shipped = GALLERY.iter().find(|entry| match entry.origin {
        Origin::File { file_name, .. } => url.is_some_and(|url| url.ends_with(file_name)),
        Origin::Synthetic { .. } => false,
    });
    DataPlace {
        name: shipped.map_or(name, |entry| entry.id).to_owned(),
        is_builtin: shipped.is_some(),
        plan: serde_json::to_string(plan).unwrap_or_default(),
    }
}

/// A prepared data set on its way to the trainer.
pub fn arrays(name: &str, prepared: &Prepared<f32>, place: DataPlace) -> DataArrays {
    let info = prepared.info(name);
    let preparation = serde_json::to_string(&prepared.preparation).unwrap_or_default();
    DataArrays::of(info, &prepared.train, prepared.dev.as_ref(), Some(place), preparation)
}
