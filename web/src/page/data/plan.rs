//! One change of a plan, and the plan after it.
//!
//! In: a preview, a plan and a [`PlanEdit`]. Out: a plan in which what depends on the change has changed with it: one
//! target, and for each column a way with missing values that its kind knows. Pure. Read next: `check.rs`.

use crate::protocol::{ColumnPreview, Kind, Missing, Normalise, Plan, PlanColumn, Preview, Role};

/// A column of whole numbers with at most so many different ones is taken for classes when it becomes the target.
const MAX_NUMBERED_CLASSES: usize = 20;
/// Texts with more different values are left out when their column is no longer the target.
const MAX_CATEGORIES_OF_AN_INPUT: usize = 200;

/// One change of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanEdit {
    /// What a column is for.
    Role(usize, Role),
    /// How its cells are read.
    Kind(usize, Kind),
    /// What becomes of its missing values.
    Missing(usize, Missing),
    /// What these columns are for; the target stays.
    Others(Vec<usize>, Role),
    /// How numeric inputs are scaled.
    Normalise(Normalise),
    /// Share of rows that is trained on.
    TrainShare(f64),
}

/// The plan after a change.
pub fn edited(preview: &Preview, plan: &Plan, edit: &PlanEdit) -> Plan {
    let mut next = plan.clone();
    match edit {
        PlanEdit::Role(idx, Role::Target) => make_target(preview, &mut next, *idx),
        PlanEdit::Role(idx, role) => change(&mut next, *idx, |column| column.role = *role),
        PlanEdit::Kind(idx, kind) => change(&mut next, *idx, |column| column.kind = *kind),
        PlanEdit::Missing(idx, missing) => change(&mut next, *idx, |column| column.missing = *missing),
        PlanEdit::Others(columns, role) => {
            for idx in columns {
                change(&mut next, *idx, |column| {
                    column.role = if column.role == Role::Target { Role::Target } else { *role };
                });
            }
        }
        PlanEdit::Normalise(normalise) => next.normalise = *normalise,
        PlanEdit::TrainShare(share) => (next.train_share, next.train_rows) = (*share, None),
    }
    next
}

fn change(plan: &mut Plan, idx: usize, change: impl Fn(&mut PlanColumn)) {
    if let Some(column) = plan.columns.get_mut(idx) {
        change(column);
        if column.role == Role::Target {
            column.missing = Missing::DropRow;
        } else if !Missing::choices(column.kind).contains(&column.missing) {
            column.missing = Missing::choices(column.kind).first().copied().unwrap_or(Missing::DropRow);
        }
    }
}

/// There is one target: the one before becomes an input again, unless it is free text.
fn make_target(preview: &Preview, plan: &mut Plan, target_idx: usize) {
    for idx in 0..plan.columns.len() {
        let Some(facts) = preview.columns.get(idx) else { continue };
        let is_target = plan.columns.get(idx).is_some_and(|column| column.role == Role::Target);
        if idx == target_idx {
            let kind = target_kind(facts, preview.n_rows);
            change(plan, idx, |column| {
                *column = PlanColumn { role: Role::Target, kind, missing: Missing::DropRow }
            });
        } else if is_target {
            let kind = if facts.is_numeric { Kind::Numeric } else { Kind::Categorical };
            let is_free_text = !facts.is_numeric && facts.n_distinct > MAX_CATEGORIES_OF_AN_INPUT;
            let role = if is_free_text { Role::Ignore } else { Role::Input };
            let missing = Missing::choices(kind).first().copied().unwrap_or(Missing::DropRow);
            change(plan, idx, |column| *column = PlanColumn { role, kind, missing });
        }
    }
}

/// Whether a target is a number to learn or a class.
fn target_kind(column: &ColumnPreview, n_rows: usize) -> Kind {
    let is_whole =
        |text: &String| text.is_empty() || text.parse::<f64>().is_ok_and(|value| value.fract() == 0.0);
    let is_numbered = column.sample.iter().all(is_whole)
        && column.range.is_some_and(|(min, _, max)| min.fract() == 0.0 && max.fract() == 0.0)
        && column.n_distinct <= MAX_NUMBERED_CLASSES.min((n_rows / 5).max(2));
    if column.is_numeric && !is_numbered { Kind::Numeric } else { Kind::Categorical }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::protocol::ReadChoice;

    /// A column of a preview, with `n_distinct` different values.
    pub fn column(name: &str, n_distinct: usize, range: Option<(f64, f64, f64)>) -> ColumnPreview {
        let (name, is_numeric) = (name.to_owned(), range.is_some());
        ColumnPreview {
            name,
            is_numeric,
            n_missing: 0,
            n_distinct,
            range,
            sample: Vec::new(),
            distribution: None,
            balance: None,
        }
    }

    /// 150 flowers: two lengths and the species, which is the target.
    pub fn flowers() -> Preview {
        let input = PlanColumn { role: Role::Input, kind: Kind::Numeric, missing: Missing::Mean };
        let target = PlanColumn { role: Role::Target, kind: Kind::Categorical, missing: Missing::DropRow };
        Preview {
            name: "iris.csv".to_owned(),
            n_rows: 150,
            format: "csv".to_owned(),
            choice: ReadChoice { separator: Some(','), has_header: Some(true), ..ReadChoice::default() },
            arrays: Vec::new(),
            pictures: None,
            notes: Vec::new(),
            columns: vec![
                column("length", 35, Some((4.3, 5.8, 7.9))),
                column("width", 22, Some((2.0, 3.1, 4.4))),
                column("species", 3, None),
            ],
            plan: Plan {
                columns: vec![input, input, target],
                normalise: Normalise::ZScore,
                pixel_scale: Normalise::None,
                train_share: 0.8,
                train_rows: None,
                seed: 1,
            },
        }
    }

    #[test]
    fn another_target_takes_the_role_from_the_one_before() {
        let preview = flowers();
        let plan = edited(&preview, &preview.plan, &PlanEdit::Role(0, Role::Target));
        let roles: Vec<Role> = plan.columns.iter().map(|column| column.role).collect();
        assert_eq!(roles, [Role::Target, Role::Input, Role::Input]);
        assert_eq!(plan.columns[0].kind, Kind::Numeric);
        assert_eq!(plan.columns[2].missing, Missing::OwnCategory);
    }

    #[test]
    fn whole_numbers_of_few_kinds_are_classes() {
        assert_eq!(target_kind(&column("digit", 10, Some((0.0, 4.5, 9.0))), 1797), Kind::Categorical);
        assert_eq!(target_kind(&column("digit", 10, Some((0.0, 4.5, 9.0))), 12), Kind::Numeric);
        assert_eq!(target_kind(&column("price", 10, Some((0.5, 4.5, 9.0))), 1797), Kind::Numeric);
    }

    #[test]
    fn a_kind_takes_a_way_with_missing_values_that_it_knows() {
        let preview = flowers();
        let plan = edited(&preview, &preview.plan, &PlanEdit::Kind(0, Kind::Categorical));
        assert_eq!(plan.columns[0].missing, Missing::OwnCategory);
    }

    #[test]
    fn the_target_stays_when_the_others_change() {
        let preview = flowers();
        let plan = edited(&preview, &preview.plan, &PlanEdit::Others(vec![0, 1, 2], Role::Ignore));
        let roles: Vec<Role> = plan.columns.iter().map(|column| column.role).collect();
        assert_eq!(roles, [Role::Ignore, Role::Ignore, Role::Target]);
    }
}
