//! What an array is, as its name says: `x_train`, `train_set_y`, `t10k-images-idx3-ubyte`, `x` in a group `test`.
//!
//! In: a name with the groups it is in. Out: an [`ArrayPart`], or nothing. Read next: `assign.rs`, which tells arrays apart by it.

use crate::ArrayPart;

/// What a name says, if anything.
pub(super) fn meaning(name: &str) -> Option<ArrayPart> {
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
    if has(&["classes"]) {
        Some(ArrayPart::Classes)
    } else if has(&["y", "labels", "label", "targets", "target", "ytrain", "ytest"]) {
        Some(if is_test { ArrayPart::TestTargets } else { ArrayPart::Targets })
    } else if has(&["x", "images", "image", "data", "inputs", "features", "pixels", "xtrain", "xtest"]) {
        Some(if is_test { ArrayPart::TestInputs } else { ArrayPart::Inputs })
    } else {
        None
    }
}

fn has_word(name: &str, wanted: &[&str]) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| wanted.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_the_groups_they_are_in_tell() {
        for (name, expected) in [
            ("X", ArrayPart::Inputs),
            ("train_set_y", ArrayPart::Targets),
            ("t10k-images-idx3-ubyte", ArrayPart::TestInputs),
            ("ytest", ArrayPart::TestTargets),
            ("list_classes", ArrayPart::Classes),
            ("data/Validation/x", ArrayPart::TestInputs),
            ("test_of_mine/x_train", ArrayPart::Inputs),
            ("train/test/y", ArrayPart::TestTargets),
        ] {
            assert_eq!(meaning(name), Some(expected), "{name}");
        }
        assert_eq!(meaning("arr_0"), None);
    }
}
