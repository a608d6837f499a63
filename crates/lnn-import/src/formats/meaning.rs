//! What an array is, as its name says: `x_train`, `train_set_y`, `t10k-images-idx3-ubyte`, `x` in a group `test`.
//!
//! In: a name with the groups it is in. Out: a [`Meaning`], or nothing. Read next: `join.rs`, which joins arrays by it.

/// What an array's name says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub part: Part,
    /// Of the examples to test on.
    pub is_test: bool,
}

/// What of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Inputs,
    Targets,
    Classes,
}

/// What a name says, if anything.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let path = name.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let has = |wanted: &[&str]| has_word(name, wanted);
    // `x_test`, and `x` in a group `test`; the innermost word counts.
    let is_test = path.rsplit('/').find_map(|part| {
        let is_test =
            has_word(part, &["test", "t10k", "dev", "val", "valid", "validation", "xtest", "ytest"]);
        (is_test || has_word(part, &["train", "training", "xtrain", "ytrain"])).then_some(is_test)
    });
    let is_test = is_test.unwrap_or(false);
    let part = if has(&["classes"]) {
        Part::Classes
    } else if has(&["y", "labels", "label", "targets", "target", "ytrain", "ytest"]) {
        Part::Targets
    } else if has(&["x", "images", "image", "data", "inputs", "features", "pixels", "xtrain", "xtest"]) {
        Part::Inputs
    } else {
        return None;
    };
    Some(Meaning { part, is_test })
}

fn has_word(name: &str, wanted: &[&str]) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| wanted.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, part: Part, is_test: bool) {
        assert_eq!(meaning(name), Some(Meaning { part, is_test }), "{name}");
    }

    #[test]
    fn names_and_the_groups_they_are_in_tell() {
        check("X", Part::Inputs, false);
        check("train_set_y", Part::Targets, false);
        check("t10k-images-idx3-ubyte", Part::Inputs, true);
        check("ytest", Part::Targets, true);
        check("list_classes", Part::Classes, false);
        check("data/Validation/x", Part::Inputs, true);
        check("test_of_mine/x_train", Part::Inputs, false);
        check("train/test/y", Part::Targets, true);
        assert_eq!(meaning("arr_0"), None);
    }
}
