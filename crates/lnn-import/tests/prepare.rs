//! The numbers that a network sees, for tables small enough to check by eye.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test may fail; values are exact")]

mod common;

use common::{read, shipped, table};
use lnn_core::{DataSet, Real};
use lnn_import::{ImportPlan, Kind, Missing, Normalise, Prepared, Role, Split, Table, Task, prepare};
use ndarray::Array2;

/// All rows train, nothing is scaled, unless `change` says otherwise.
fn prepared(table: &Table, change: impl Fn(&mut ImportPlan)) -> Prepared<f64> {
    let mut plan = ImportPlan::guess(table);
    plan.split = Split::Fraction(1.0);
    plan.normalise = Normalise::None;
    plan.normalise_target = false;
    change(&mut plan);
    prepare(table, &plan).unwrap()
}

/// Rows of a matrix: `1 2 | 3 4`.
fn shown<T: Real>(matrix: &Array2<T>) -> String {
    let row =
        |row: ndarray::ArrayView1<'_, T>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    matrix.outer_iter().map(row).collect::<Vec<_>>().join(" | ")
}

#[track_caller]
fn inputs_are(data: &DataSet<f64>, expected: &str) {
    assert_eq!(shown(data.inputs()), expected);
}

#[test]
fn two_classes_are_one_output_and_the_second_is_1() {
    let data = prepared(&table("a,class\n1,yes\n2,no\n3,yes\n"), |_| ());
    assert_eq!(data.class_names(), ["no", "yes"]);
    assert_eq!(shown(data.train.targets()), "1 0 1");
    inputs_are(&data.train, "1 2 3");
    let numbers = prepared(&table("a,class\n1,10\n2,9\n3,10\n"), |_| ());
    assert_eq!(numbers.class_names(), ["9", "10"]);
    assert_eq!(shown(numbers.train.targets()), "1 0 1");
}

#[test]
fn more_classes_are_one_output_each() {
    let text = "a,class\n1,c\n2,a\n3,b\n4,a\n";
    let data = prepared(&table(text), |_| ());
    assert_eq!(data.class_names(), ["a", "b", "c"]);
    assert_eq!(shown(data.train.targets()), "0 1 0 1 | 0 0 1 0 | 1 0 0 0");
    let two = prepared(&table("a,class\n1,c\n2,a\n"), |plan| plan.task = Task::Classification);
    assert_eq!(shown(two.train.targets()), "0 1 | 1 0");
}

#[test]
fn categories_are_inputs_of_their_own() {
    let table = table("origin,cylinders,y\nusa,8,1.5\njapan,4,2.5\n,8,3.5\n");
    let data = prepared(&table, |plan| plan.columns[1].kind = Kind::Categorical);
    assert_eq!(
        data.input_names,
        ["origin=japan", "origin=usa", "origin missing", "cylinders=4", "cylinders=8"]
    );
    inputs_are(&data.train, "0 1 0 | 1 0 0 | 0 0 1 | 0 1 0 | 1 0 1");
    assert_eq!(data.input_ranges[0], (0.0, 1.0));
}

#[test]
fn gaps_are_filled_as_chosen() {
    let table = table("a,t,y\n1,x,1.5\n2,,2.5\n2,x,3.5\n7,z,4.5\n,z,5.5\n4,x,\n");
    let fill = |missing: Missing| {
        prepared(&table, |plan| {
            plan.columns[0].missing = missing;
            plan.columns[1].role = Role::Ignore;
        })
    };
    inputs_are(&fill(Missing::Mean).train, "1 2 2 7 3");
    inputs_are(&fill(Missing::Median).train, "1 2 2 7 2");
    inputs_are(&fill(Missing::MostFrequent).train, "1 2 2 7 2");
    inputs_are(&fill(Missing::OwnCategory).train, "1 2 2 7 3 | 0 0 0 0 1");
    inputs_are(&fill(Missing::DropRow).train, "1 2 2 7");
    assert_eq!((fill(Missing::Mean).n_rows_dropped, fill(Missing::DropRow).n_rows_dropped), (1, 2));
    let texts = prepared(&table, |plan| {
        plan.columns[1].missing = Missing::MostFrequent;
        plan.columns[0].role = Role::Ignore;
    });
    inputs_are(&texts.train, "1 1 1 0 0 | 0 0 0 1 1");
}

#[test]
fn scales_come_from_the_training_rows_alone() {
    let table = table("a,b,y\n1,5,1\n3,5,3\n9,7,8.5\n");
    let z = prepared(&table, |plan| {
        plan.split = Split::First(2);
        plan.normalise = Normalise::ZScore;
        plan.normalise_target = true;
    });
    inputs_are(&z.train, "-1 1 | 0 0");
    inputs_are(z.dev.as_ref().unwrap(), "7 | 2");
    assert_eq!(shown(z.dev.as_ref().unwrap().targets()), "6.5");
    let scaling = z.preparation.input_scalings()[0];
    assert_eq!((scaling.shift, scaling.scale, scaling.undo(7.0)), (2.0, 1.0, 9.0));
    let min_max = prepared(&table, |plan| plan.normalise = Normalise::MinMax);
    inputs_are(&min_max.train, "0 0.25 1 | 0 0 1");
    let factor = prepared(&table, |plan| plan.normalise = Normalise::Factor(0.5));
    inputs_are(&factor.train, "0.5 1.5 4.5 | 2.5 2.5 3.5");
}

#[test]
fn a_factor_of_one_255th_divides_by_255() {
    let rows = (0..=255).map(|i| format!("{i},{}\n", f64::from(i) / 2.0)).collect::<Vec<_>>().concat();
    let data = prepared(&table(&rows), |plan| plan.normalise = Normalise::Factor(0.003_921_568_627_450_98));
    for (i, value) in data.train.inputs().iter().enumerate() {
        assert_eq!(value.to_bits(), (i as f64 / 255.0).to_bits());
    }
}

#[test]
fn rows_are_split_in_order_or_by_seed() {
    let rows = (0..10).map(|i| format!("{i},{}.5\n", i * i)).collect::<Vec<_>>().concat();
    let table = table(&rows);
    let first = prepared(&table, |plan| plan.split = Split::First(7));
    inputs_are(&first.train, "0 1 2 3 4 5 6");
    inputs_are(first.dev.as_ref().unwrap(), "7 8 9");
    assert_eq!((first.train_rows.len(), first.dev_rows), (7, vec![7, 8, 9]));
    assert!(prepared(&table, |plan| plan.split = Split::First(10)).dev.is_none());

    let all = prepared(&table, |_| ()).train;
    for seed in 0..5 {
        let split = prepared(&table, |plan| (plan.split, plan.seed) = (Split::Fraction(0.8), seed));
        assert_eq!((split.train_rows.clone(), split.dev_rows.clone()), all.split_fraction(0.8, seed));
        assert_eq!(split.train, all.select(&split.train_rows));
    }
}

#[test]
fn later_files_are_prepared_alike() {
    let data = prepared(&table("a,t,y\n1,x,no\n,z,yes\n5,x,no\n"), |plan| plan.normalise = Normalise::ZScore);
    let later = table("y,extra,t,a\nyes,1,z,5\nno,2,q,\n");
    let encoded = data.preparation.encode::<f64>(&later).unwrap();
    assert_eq!(shown(&encoded.inputs), "1 0 | 0 0 | 1 0");
    assert_eq!(shown(&encoded.targets.unwrap()), "1 0");
    assert_eq!((encoded.rows, encoded.n_unknown), (vec![0, 1], 1));
    let again = data.preparation.encode::<f64>(&table("a,t\n1,x\n3,z\n")).unwrap();
    assert!(again.targets.is_none());
    let error = data.preparation.encode::<f64>(&table("a,u\n1,x\n")).unwrap_err().to_string();
    assert_eq!(error, "column «t» of the training data is missing: this file has «a», «u»");
    let error = data.preparation.encode::<f64>(&table("a,t\nn,x\n1,x\n")).unwrap_err().to_string();
    assert!(error.starts_with("column «a» holds text («n» in line 2)"), "{error}");
}

#[test]
fn rows_that_nothing_fills_are_left_out_of_later_files() {
    let data =
        prepared(&table("a,b,y\n1,2,1.5\n2,4,2.5\n"), |plan| plan.columns[0].missing = Missing::DropRow);
    let encoded = data.preparation.encode::<f64>(&table("a,b\n,1\n7,\n")).unwrap();
    assert_eq!((encoded.rows, shown(&encoded.inputs)), (vec![1], "7 | 3".into()));
}

#[test]
fn what_only_the_rows_show_is_said() {
    let all_dropped = table("a,b,y\n1,,1\n,2,2\n");
    let mut plan = ImportPlan::guess(&all_dropped);
    plan.columns.iter_mut().for_each(|column| column.missing = Missing::DropRow);
    let error = prepare::<f64>(&all_dropped, &plan).unwrap_err().to_string();
    let sentence =
        "no row is left for training: 2 rows had missing values; fill them in, or choose a value for them";
    assert_eq!(error, sentence);

    let late = table("a,b,y\n,1,1.5\n,1,2.5\n3,1,3.5\n");
    let mut plan = ImportPlan::guess(&late);
    plan.split = Split::First(2);
    let error = prepare::<f64>(&late, &plan).unwrap_err().to_string();
    assert_eq!(error, "column «a» has no value in the training rows: leave it out");

    let wide = table("a,b,y\n1e300,1,1.5\n2,1,2.5\n");
    let mut plan = ImportPlan::guess(&wide);
    plan.normalise = Normalise::None;
    plan.split = Split::Fraction(1.0);
    let error = prepare::<f32>(&wide, &plan).unwrap_err().to_string();
    assert_eq!(error, "«a» has a number beyond the range of f32: normalise it, or compute in f64");
}

#[test]
fn digits_are_pictures_and_iris_is_none() {
    let picture = |file_name: &str| {
        let table = read(&shipped(file_name)).unwrap();
        let data: Prepared<f32> = prepare(&table, &ImportPlan::guess(&table)).unwrap();
        (
            data.picture.map(|picture| (picture.height, picture.width, picture.channels)),
            data.train.n_examples(),
        )
    };
    assert_eq!(picture("digits.csv"), (Some((8, 8, 1)), 1_438));
    assert_eq!(picture("iris.csv"), (None, 120));
}

#[cfg(feature = "serde")]
#[test]
fn preparations_and_plans_survive_json() {
    let table = table("a,t,y\n1,x,no\n,z,yes\n0.1,x,no\n");
    let plan = ImportPlan::guess(&table);
    let data: Prepared<f64> = prepare(&table, &plan).unwrap();
    let json = serde_json::to_string(&(&plan, &data.preparation)).unwrap();
    assert_eq!(
        serde_json::from_str::<(ImportPlan, lnn_import::Preparation)>(&json).unwrap(),
        (plan, data.preparation)
    );
    let preview = lnn_import::Preview::of(&table, 2);
    assert_eq!(preview.columns[0].first_values, ["1", ""]);
    assert!(serde_json::to_string(&preview).unwrap().contains("\"separator\":\"comma\""));
}
