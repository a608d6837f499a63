//! Rows of a table in, matrices out, exactly as a [`Preparation`] says. Columns of the matrices are examples.
//!
//! Used for the training and dev rows by `mod.rs`, and for any later file through [`Preparation::encode`].
//! Read next: `preparation.rs`.

use std::collections::HashMap;

use lnn_core::Real;
use ndarray::Array2;

use super::preparation::{Encoding, Preparation, Scaling};
use crate::plan::require_numbers;
use crate::table::MISSING_CODE;
use crate::{Column, ColumnValues, ImportError, Table, Task};

/// A later file, prepared as the training rows were.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded<T> {
    /// (`n_inputs`, `n_examples`)
    pub inputs: Array2<T>,
    /// (`n_outputs`, `n_examples`), if the file has the target column and a known value in each of the rows.
    pub targets: Option<Array2<T>>,
    /// The row of the table that each example is; rows with a gap that nothing fills are left out.
    pub rows: Vec<usize>,
    /// Categories met that the training rows did not have: all their inputs are 0.
    pub n_unknown: usize,
}

impl Preparation {
    /// Prepares another table: columns are found by name, further ones are ignored.
    ///
    /// # Errors
    ///
    /// A missing column, texts where numbers are due, a number beyond the range of `T`, or more numbers than
    /// [`crate::ImportLimits`] allows.
    pub fn encode<T: Real>(&self, table: &Table) -> Result<Encoded<T>, ImportError> {
        let by_name: HashMap<&str, &Column> =
            table.columns.iter().map(|column| (column.name.as_str(), column)).collect();
        let mut sources = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let Some(&column) = by_name.get(input.name.as_str()) else {
                return Err(ImportError::MissingColumn {
                    name: input.name.clone(),
                    available: table.column_names(),
                });
            };
            sources.push(Source::new(column, &input.encoding)?);
        }
        let rows: Vec<usize> =
            (0..table.n_rows).filter(|&row| sources.iter().all(|source| source.is_usable(row))).collect();
        let (n_inputs, n_rows, limit) = (self.n_inputs(), rows.len(), table.limits.n_cells);
        if n_inputs.saturating_mul(n_rows) > limit {
            let every = table.every_fitting(n_inputs);
            return Err(ImportError::DataSetTooLarge { n_inputs, n_rows, limit, every });
        }
        let inputs = self.inputs_of(&sources, &rows)?;
        let target = by_name.get(self.target.name.as_str());
        let targets = target.and_then(|column| self.targets_of(column, &rows).ok());
        let n_unknown = sources.iter().map(|source| source.n_unknown(&rows)).sum();
        Ok(Encoded { inputs, targets, rows, n_unknown })
    }

    /// (`n_inputs`, `rows.len()`)
    pub(super) fn inputs_of<T: Real>(
        &self,
        sources: &[Source<'_>],
        rows: &[usize],
    ) -> Result<Array2<T>, ImportError> {
        let mut values = Vec::with_capacity(self.n_inputs() * rows.len());
        for source in sources {
            source.write(rows, &mut values);
        }
        let name = |row: usize| self.input_names().get(row).cloned().unwrap_or_default();
        matrix(self.n_inputs(), rows.len(), values, name)
    }

    /// (`n_outputs`, `rows.len()`): 0/1, one-hot, or scaled numbers.
    pub(super) fn targets_of<T: Real>(
        &self,
        column: &Column,
        rows: &[usize],
    ) -> Result<Array2<T>, ImportError> {
        let unknown = || ImportError::NoValues { column: self.target.name.clone() };
        let mut values = Vec::with_capacity(self.n_outputs() * rows.len());
        if self.task == Task::Regression {
            let numbers = require_numbers(column)?;
            let scaled =
                |row: &usize| self.target.scaling.apply(numbers.get(*row).copied().unwrap_or(f64::NAN));
            values.extend(rows.iter().map(scaled).map(T::from_f64));
        } else {
            let categories = Categories::new(column, &self.target.class_names)?;
            let classes: Option<Vec<usize>> = rows.iter().map(|&row| categories.of(row).known()).collect();
            let classes = classes.ok_or_else(unknown)?;
            // Two classes have one output, which is 1 for the second.
            let first_output = usize::from(self.task == Task::BinaryClassification);
            for output in first_output..self.n_outputs() + first_output {
                values.extend(classes.iter().map(|&class| if class == output { T::ONE } else { T::ZERO }));
            }
        }
        matrix(self.n_outputs(), rows.len(), values, |_| self.target.name.clone())
    }
}

/// A matrix of finite numbers, or the name of the row that has another.
fn matrix<T: Real>(
    n_rows: usize,
    n_columns: usize,
    values: Vec<T>,
    name: impl Fn(usize) -> String,
) -> Result<Array2<T>, ImportError> {
    if let Some(at) = values.iter().position(|value| !value.to_f64().is_finite()) {
        return Err(ImportError::OutOfRange { name: name(at / n_columns.max(1)), precision: T::NAME });
    }
    Array2::from_shape_vec((n_rows, n_columns), values)
        .map_err(|error| ImportError::DataSet(error.to_string()))
}

/// A column of a table and what becomes of it.
pub(super) enum Source<'a> {
    Numeric {
        numbers: &'a [f64],
        scaling: Scaling,
        fill: Option<f64>,
        flags_missing: bool,
    },
    OneHot {
        categories: Categories<'a>,
        n_categories: usize,
        fill: Option<usize>,
        has_missing_category: bool,
    },
}

impl<'a> Source<'a> {
    pub fn new(column: &'a Column, encoding: &'a Encoding) -> Result<Self, ImportError> {
        Ok(match encoding {
            Encoding::Numeric { scaling, fill, flags_missing } => Self::Numeric {
                numbers: require_numbers(column)?,
                scaling: *scaling,
                fill: *fill,
                flags_missing: *flags_missing,
            },
            Encoding::OneHot { categories, fill, has_missing_category } => Self::OneHot {
                categories: Categories::new(column, categories)?,
                n_categories: categories.len(),
                fill: *fill,
                has_missing_category: *has_missing_category,
            },
        })
    }

    /// The row has a value, or something stands for it.
    fn is_usable(&self, row: usize) -> bool {
        match self {
            Self::Numeric { numbers, fill, .. } => {
                fill.is_some() || numbers.get(row).is_some_and(|number| !number.is_nan())
            }
            Self::OneHot { categories, fill, has_missing_category, .. } => {
                fill.is_some() || *has_missing_category || categories.of(row) != Category::Missing
            }
        }
    }

    fn n_unknown(&self, rows: &[usize]) -> usize {
        match self {
            Self::Numeric { .. } => 0,
            Self::OneHot { categories, .. } => {
                rows.iter().filter(|&&row| categories.of(row) == Category::Unknown).count()
            }
        }
    }

    /// Appends one row of the matrix for each input.
    fn write<T: Real>(&self, rows: &[usize], values: &mut Vec<T>) {
        match self {
            Self::Numeric { numbers, scaling, fill, flags_missing } => {
                let present = |row: usize| numbers.get(row).copied().filter(|number| !number.is_nan());
                let filled = |row: usize| present(row).or(*fill).unwrap_or(f64::NAN);
                values.extend(rows.iter().map(|&row| T::from_f64(scaling.apply(filled(row)))));
                if *flags_missing {
                    values.extend(
                        rows.iter().map(|&row| if present(row).is_none() { T::ONE } else { T::ZERO }),
                    );
                }
            }
            Self::OneHot { categories, n_categories, fill, has_missing_category } => {
                let start = values.len();
                let n_inputs = n_categories + usize::from(*has_missing_category);
                values.resize(start + n_inputs * rows.len(), T::ZERO);
                for (example, &row) in rows.iter().enumerate() {
                    let hot = match categories.of(row) {
                        Category::Known(category) => Some(category),
                        Category::Missing => fill.or(has_missing_category.then_some(*n_categories)),
                        Category::Unknown => None,
                    };
                    if let Some(value) =
                        hot.and_then(|hot| values.get_mut(start + hot * rows.len() + example))
                    {
                        *value = T::ONE;
                    }
                }
            }
        }
    }
}

/// The value of a row among listed categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Known(usize),
    Unknown,
    Missing,
}

impl Category {
    const fn known(self) -> Option<usize> {
        match self {
            Self::Known(category) => Some(category),
            _ => None,
        }
    }
}

/// Finds the category of each row of a column.
pub(super) enum Categories<'a> {
    /// By code.
    Texts { codes: &'a [u32], categories: Vec<Category> },
    /// By the bits of the number.
    Numbers { numbers: &'a [f64], categories: HashMap<u64, usize> },
}

impl<'a> Categories<'a> {
    pub fn new(column: &'a Column, categories: &[String]) -> Result<Self, ImportError> {
        match &column.values {
            ColumnValues::Text { codes, levels } => {
                let index: HashMap<&str, usize> =
                    categories.iter().enumerate().map(|(i, category)| (category.as_str(), i)).collect();
                let category = |level: &String| match index.get(level.as_str()) {
                    Some(&i) => Category::Known(i),
                    None => Category::Unknown,
                };
                Ok(Self::Texts { codes, categories: levels.iter().map(category).collect() })
            }
            ColumnValues::Numeric(numbers) => {
                let bits =
                    |category: &String| category.parse::<f64>().ok().map(|number| (number + 0.0).to_bits());
                let categories =
                    categories.iter().enumerate().filter_map(|(i, c)| Some((bits(c)?, i))).collect();
                Ok(Self::Numbers { numbers, categories })
            }
            ColumnValues::TooManyTexts { limit } => {
                Err(ImportError::TooManyTexts { column: column.name.clone(), limit: *limit })
            }
        }
    }

    pub fn of(&self, row: usize) -> Category {
        match self {
            Self::Texts { codes, categories } => match codes.get(row) {
                None | Some(&MISSING_CODE) => Category::Missing,
                Some(&code) => categories.get(code as usize).copied().unwrap_or(Category::Unknown),
            },
            Self::Numbers { numbers, categories } => match numbers.get(row) {
                Some(number) if !number.is_nan() => {
                    categories.get(&number.to_bits()).map_or(Category::Unknown, |&i| Category::Known(i))
                }
                _ => Category::Missing,
            },
        }
    }
}
