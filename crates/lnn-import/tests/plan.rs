//! What is guessed of a table, and what is said about plans that can't be carried out.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test may fail; values are exact")]

mod common;

use common::{read, shipped, table};
use lnn_import::gallery::{GALLERY, Origin};
use lnn_import::{
    ColumnPlan, ImportError, ImportPlan, Kind, Missing, Normalise, Role, Split, Table, TargetChoice, Task,
    prepare,
};

/// `name:role/kind` for each column, then the task.
fn shown(plan: &ImportPlan) -> String {
    let column = |column: &ColumnPlan| {
        let role = match column.role {
            Role::Input => "in",
            Role::Target => "target",
            Role::Ignore => return format!("{}:-", column.name),
        };
        format!("{}:{role}/{}", column.name, if column.kind == Kind::Numeric { "num" } else { "cat" })
    };
    let columns: Vec<String> = plan.columns.iter().map(column).collect();
    format!("{} | {}", columns.join(" "), plan.task.as_str())
}

#[track_caller]
fn guesses(text: &str, expected: &str) {
    assert_eq!(shown(&ImportPlan::guess(&table(text))), expected);
}

/// A column after another, each given as its values.
fn columns(columns: &[(&str, Vec<String>)]) -> Table {
    let n_rows = columns[0].1.len();
    let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let rows = (0..n_rows)
        .map(|row| columns.iter().map(|(_, values)| values[row].clone()).collect::<Vec<_>>().join(","));
    table(&[header.join(",")].into_iter().chain(rows).collect::<Vec<_>>().join("\n"))
}

fn numbers(n: usize, value: impl Fn(usize) -> f64) -> Vec<String> {
    (0..n).map(|i| value(i).to_string()).collect()
}

#[test]
fn targets_are_guessed_by_name_then_by_place() {
    guesses("class,a,b\n1,2.5,3\n2,3.5,4\n", "class:target/cat a:in/num b:in/num | binary classification");
    guesses("Diagnosis,a\nx,2.5\ny,3.5\nz,1\nx,2\n", "Diagnosis:target/cat a:in/num | classification");
    guesses("a,b,c\n1,2.5,3.5\n2,3.5,4.5\n", "a:in/num b:in/num c:target/num | regression");
    guesses("a,b,passenger_id\n1.5,2.5,1\n2,3.5,2\n", "a:in/num b:target/num passenger_id:- | regression");
}

#[test]
fn whole_numbers_are_classes_if_few_and_often() {
    let guess = |n: usize, values: Vec<String>| {
        shown(&ImportPlan::guess(&columns(&[("a", numbers(n, |i| i as f64 / 3.0)), ("b", values)])))
    };
    assert!(
        guess(4, numbers(4, |i| f64::from(i == 1 || i == 2)))
            .ends_with("b:target/cat | binary classification")
    );
    assert!(guess(100, numbers(100, |i| (i % 20) as f64)).ends_with("b:target/cat | classification"));
    assert!(guess(105, numbers(105, |i| (i % 21) as f64)).ends_with("b:target/num | regression"));
    assert!(guess(50, numbers(50, |i| (i % 11) as f64)).ends_with("b:target/num | regression"));
    assert!(guess(100, numbers(100, |i| (i % 2) as f64 / 2.0)).ends_with("b:target/num | regression"));
}

#[test]
fn identifiers_and_free_texts_are_left_out() {
    let text = "id,name,note,b,y\n7,ann,,x,1.5\n9,bob,,y,2.5\n8,cid,,x,3.5\n";
    guesses(text, "id:- name:- note:- b:in/cat y:target/num | regression");
    guesses(",a,b\n0,1,2.5\n1,1,3.5\n", "column 1:- a:in/num b:target/num | regression");
}

#[test]
fn normalisation_follows_the_values() {
    let normalise = |text: &str| ImportPlan::guess(&table(text)).normalise;
    assert_eq!(normalise("a,b,y\n0.5,-1,3\n0.1,1,4\n"), Normalise::None);
    assert_eq!(normalise("a,b,y\n5,-1,3\n1,1,4\n"), Normalise::ZScore);
    let digits = ImportPlan::guess(&read(&shipped("digits.csv")).unwrap());
    assert_eq!(digits.normalise, Normalise::Factor(1.0 / 16.0));
}

#[test]
fn targets_can_be_chosen() {
    let table = table("a,b,c\n1,x,3.5\n2,y,4.5\n3,x,1\n");
    let with = |choice| ImportPlan::guess_with(&table, &choice).map(|plan| shown(&plan));
    assert_eq!(with(TargetChoice::Last).unwrap(), "a:in/num b:in/cat c:target/num | regression");
    let named = "a:in/num b:target/cat c:in/num | binary classification";
    assert_eq!(with(TargetChoice::Name("b".into())).unwrap(), named);
    let error = with(TargetChoice::Name("d".into())).unwrap_err().to_string();
    assert_eq!(error, "there is no column «d»: the columns are «a», «b», «c»");

    let mut plan = ImportPlan::guess(&table);
    plan.columns[0].role = Role::Ignore;
    plan.set_target(&table, 1);
    assert_eq!(shown(&plan), "a:- b:target/cat c:in/num | binary classification");
    plan.set_target(&table, 0);
    plan.set_target_kind(&table, Kind::Categorical);
    assert_eq!(shown(&plan), "a:target/cat b:in/cat c:in/num | classification");
}

#[test]
fn every_shipped_set_gets_the_right_plan() {
    for entry in &GALLERY {
        if let Origin::File { file_name, target, .. } = entry.origin {
            let table = read(&shipped(file_name)).unwrap();
            let plan = ImportPlan::guess(&table);
            assert_eq!(plan.target_idx().map(|at| plan.columns[at].name.as_str()), Some(target));
            assert!(plan.columns.iter().all(|column| column.role != Role::Ignore));
            let expected = match entry.id {
                "breast_cancer" => Task::BinaryClassification,
                "diabetes" => Task::Regression,
                _ => Task::Classification,
            };
            assert_eq!(plan.task, expected, "{}", entry.id);
            assert!(table.warnings.is_empty() && plan.check(&table).is_empty());
        }
    }
}

/// The only problem of a plan, which `prepare` reports too.
#[track_caller]
fn refuses(table: &Table, change: impl Fn(&mut ImportPlan), sentence: &str) {
    let mut plan = ImportPlan::guess(table);
    change(&mut plan);
    let problems: Vec<String> = plan.check(table).iter().map(ToString::to_string).collect();
    assert_eq!(problems, [sentence]);
    assert_eq!(prepare::<f64>(table, &plan).unwrap_err().to_string(), sentence);
}

#[test]
fn plans_that_can_not_be_carried_out_say_why() {
    let small = table("a,b,y\n1,x,0\n2,y,1\n3,x,1\n");
    let no_target = "no column is the target: choose the one the network shall learn to predict";
    refuses(&small, |plan| plan.columns[2].role = Role::Ignore, no_target);
    refuses(&small, |plan| plan.columns[1].role = Role::Target, "«b» and «y» are both the target: keep one");
    let no_input =
        "no column is an input: choose at least one numeric or categorical column besides the target";
    let ignore_inputs =
        |plan: &mut ImportPlan| plan.columns.iter_mut().take(2).for_each(|c| c.role = Role::Ignore);
    refuses(&small, ignore_inputs, no_input);
    let text = "column «b» holds text («x» in line 2): treat it as categories, or leave it out";
    refuses(&small, |plan| plan.columns[1].kind = Kind::Numeric, text);
    let mismatch = "the plan has 2 columns, the table has 3: make the plan for this table";
    refuses(&small, |plan| drop(plan.columns.pop()), mismatch);
    let fraction = "the split of 1.5 is not between 0 and 1: 0.8 trains on 80 % of the rows";
    refuses(&small, |plan| plan.split = Split::Fraction(1.5), fraction);
    let first = "the first 4 rows can't be the training split of a file with 3 rows";
    refuses(&small, |plan| plan.split = Split::First(4), first);
    let factor = "the factor NaN can't scale inputs: it must be a finite number and not 0";
    refuses(&small, |plan| plan.normalise = Normalise::Factor(f64::NAN), factor);
    let regression =
        "column «b» holds text and the task is regression: choose classification or a numeric target";
    let regress_b = |plan: &mut ImportPlan| {
        plan.set_target(&small, 1);
        plan.task = Task::Regression;
    };
    refuses(&small, regress_b, regression);
    let three = "column «a» has 3 classes, two are needed: choose classification";
    let binary_a = |plan: &mut ImportPlan| {
        plan.set_target(&small, 0);
        plan.task = Task::BinaryClassification;
    };
    refuses(&small, binary_a, three);
    let constant = table("a,y\n1,x\n2,x\n");
    let one = "column «y» is «x» in every row: there is nothing to learn, choose another target";
    refuses(&constant, |_| (), one);
}

#[test]
fn ten_thousand_texts_are_no_classes() {
    let names = (0..10_000).map(|i| format!("k{i}")).collect();
    let table = columns(&[("a", numbers(10_000, |i| i as f64)), ("id", names)]);
    let sentence = "column «id» has 10,000 different texts, a target can have 200 classes: choose another target or \
                    leave it out";
    refuses(&table, |plan| plan.set_target(&table, 1), sentence);
    assert_eq!(ImportPlan::guess(&table).target_idx(), Some(0));
}

#[test]
fn too_many_categories_name_the_largest_column() {
    let names: Vec<String> = (0..20_001).map(|i| format!("k{i}")).collect();
    let table = columns(&[("a", names), ("y", numbers(20_001, |i| i as f64))]);
    let change = |plan: &mut ImportPlan| plan.columns[0].role = Role::Input;
    let mut plan = ImportPlan::guess(&table);
    change(&mut plan);
    let errors: Vec<ImportError> = plan.check(&table).into_iter().map(|problem| problem.error).collect();
    let expected = ImportError::TooManyInputs { found: 20_001, limit: 20_000, largest: "a".into() };
    assert_eq!(errors, [expected]);
}

#[test]
fn choices_for_gaps_fit_the_kind() {
    assert!(!Missing::choices(Kind::Categorical).contains(&Missing::Mean));
    assert_eq!(Missing::choices(Kind::Numeric).len(), 5);
}
