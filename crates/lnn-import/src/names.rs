//! Names that come twice. In: names as a file has them. Out: the same, the second of one name with a number. Used by columns and arrays.

use std::collections::{HashMap, HashSet};

use crate::ImportWarning;

/// Names, each once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unique {
    /// In the order of the file: `a`, `a (2)`.
    pub names: Vec<String>,
    /// Which were changed, and to what.
    pub renamed: Vec<(String, String)>,
}

impl Unique {
    /// As many names as came in, in linear time.
    pub fn of(names: impl Iterator<Item = String>) -> Self {
        let mut used = HashSet::new();
        // The number that a name got last.
        let mut given: HashMap<String, usize> = HashMap::new();
        let mut unique = Self { names: Vec::new(), renamed: Vec::new() };
        for name in names {
            let mut own = name.clone();
            while !used.insert(own.clone()) {
                let n = given.entry(name.clone()).or_insert(1);
                *n += 1;
                own = format!("{name} ({n})");
            }
            unique.names.push(own.clone());
            if own != name {
                unique.renamed.push((name, own));
            }
        }
        unique
    }

    /// What to say of columns that were renamed.
    pub fn warnings(&self) -> impl Iterator<Item = ImportWarning> {
        let warning = |(name, renamed): &(String, String)| ImportWarning::DuplicateName {
            name: name.clone(),
            renamed: renamed.clone(),
        };
        self.renamed.iter().map(warning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_a_name_gets_a_number_that_is_free() {
        let unique = Unique::of(["a", "a (2)", "a", "b", "a"].into_iter().map(str::to_owned));
        assert_eq!(unique.names, ["a", "a (2)", "a (3)", "b", "a (4)"]);
        let renamed = [("a", "a (3)"), ("a", "a (4)")].map(|(from, to)| (from.to_owned(), to.to_owned()));
        assert_eq!(unique.renamed, renamed);
        let many = Unique::of((0..20_000).map(|_| "x".to_owned()));
        assert_eq!(many.names.last().unwrap(), "x (20000)");
    }
}
