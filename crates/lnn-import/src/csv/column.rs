//! Cells of one column in, a [`Column`] out: numbers as long as every cell is one, then texts, each kept once. Texts that are all
//! dates become numbers in the end.
//!
//! Records of other formats come here too, with rows in the place of lines. Read next: `../table.rs` for what comes out.

use std::collections::HashMap;

use super::cell::{Value, decode, number_text};
use super::dates::{self, DateStyle, DateStyles};
use crate::table::{Column, ColumnValues, ImportWarning, MISSING_CODE};
use crate::{ImportError, ImportLimits};

/// What all columns share while they are read.
pub(crate) struct Shared {
    pub limits: ImportLimits,
    /// Bytes of different texts that may still be kept.
    pub text_bytes_left: usize,
    /// Line of the first cell that was no UTF-8.
    pub latin1_line: Option<u64>,
}

pub(crate) struct ColumnBuilder {
    name: String,
    values: Values,
    n_missing: usize,
    /// Line of the first infinite number.
    infinite_line: Option<u64>,
    /// The first text and its line: the cell that kept the column from being numeric.
    first_text: Option<(String, u64)>,
}

enum Values {
    Numbers(Vec<f64>),
    Texts(Texts),
    /// Too many different texts, but all of them dates: times of day, most likely.
    Dates(DateStyle, Vec<f64>),
    /// Too many different texts: only counted from here on.
    Uncounted(usize),
}

struct Texts {
    codes: Vec<u32>,
    by_text: HashMap<String, u32>,
    /// How all of them could be read as dates.
    styles: DateStyles,
}

impl ColumnBuilder {
    pub fn new(name: String) -> Self {
        Self {
            name,
            values: Values::Numbers(Vec::new()),
            n_missing: 0,
            infinite_line: None,
            first_text: None,
        }
    }

    pub fn push(&mut self, value: Value<'_>, line: u64, shared: &mut Shared) {
        match value {
            Value::Missing => self.push_missing(),
            Value::Number(number) => self.push_number(number, line, shared),
            Value::Text(bytes) => {
                let (text, is_utf8) = decode(bytes);
                if !is_utf8 {
                    shared.latin1_line.get_or_insert(line);
                }
                self.first_text.get_or_insert_with(|| (crate::text::shortened(&text), line));
                self.become_texts(shared);
                self.push_text(&text, shared);
            }
        }
    }

    /// Values so far.
    #[cfg(feature = "formats")]
    pub const fn len(&self) -> usize {
        match &self.values {
            Values::Numbers(numbers) | Values::Dates(_, numbers) => numbers.len(),
            Values::Texts(texts) => texts.codes.len(),
            Values::Uncounted(n) => *n,
        }
    }

    pub fn push_missing(&mut self) {
        self.n_missing += 1;
        match &mut self.values {
            Values::Numbers(numbers) | Values::Dates(_, numbers) => numbers.push(f64::NAN),
            Values::Texts(texts) => texts.codes.push(MISSING_CODE),
            Values::Uncounted(n) => *n += 1,
        }
    }

    fn push_number(&mut self, number: f64, line: u64, shared: &mut Shared) {
        if let Values::Numbers(numbers) = &mut self.values {
            if number.is_infinite() {
                self.infinite_line.get_or_insert(line);
            }
            numbers.push(number);
        } else {
            self.push_text(&number_text(number), shared);
        }
    }

    fn push_text(&mut self, text: &str, shared: &mut Shared) {
        match &mut self.values {
            Values::Texts(texts) => {
                if texts.push(text, shared) {
                    return;
                }
                match texts.as_dates() {
                    Some((style, numbers)) => {
                        self.values = Values::Dates(style, numbers);
                        self.push_text(text, shared);
                    }
                    None => self.values = Values::Uncounted(texts.codes.len() + 1),
                }
            }
            Values::Dates(style, numbers) => match dates::days(text, *style) {
                Some(number) => numbers.push(number),
                None => self.values = Values::Uncounted(numbers.len() + 1),
            },
            Values::Uncounted(n) => *n += 1,
            Values::Numbers(_) => {}
        }
    }

    /// The first text in a column of numbers: those before it become the texts they would have been.
    fn become_texts(&mut self, shared: &mut Shared) {
        let Values::Numbers(numbers) = &mut self.values else { return };
        let numbers = std::mem::take(numbers);
        self.values = Values::Texts(Texts::new());
        for number in numbers {
            match &mut self.values {
                Values::Texts(texts) if number.is_nan() => texts.codes.push(MISSING_CODE),
                _ => self.push_text(&number_text(number), shared),
            }
        }
    }

    /// # Errors
    ///
    /// [`ImportError::Infinite`] if a numeric column holds an infinite number.
    pub fn finish(mut self, limits: &ImportLimits) -> Result<(Column, Option<ImportWarning>), ImportError> {
        let mut warning = None;
        if let Values::Texts(texts) = &self.values {
            match texts.as_dates() {
                Some((style, numbers)) => self.values = Values::Dates(style, numbers),
                None if !texts.styles.is_empty() && !texts.by_text.is_empty() => {
                    warning = Some(ImportWarning::AmbiguousDates { column: self.name.clone() });
                }
                None => {}
            }
        }
        let values = match self.values {
            Values::Numbers(numbers) => match self.infinite_line {
                Some(line) => return Err(ImportError::Infinite { line, column: self.name }),
                None => ColumnValues::Numeric(numbers),
            },
            Values::Dates(style, numbers) => {
                warning = Some(ImportWarning::Dates { column: self.name.clone(), style });
                self.first_text = None;
                ColumnValues::Numeric(numbers)
            }
            Values::Texts(texts) => texts.finish(),
            Values::Uncounted(_) => ColumnValues::TooManyTexts { limit: limits.n_texts },
        };
        Ok((Column::new(self.name, values, self.n_missing, self.first_text), warning))
    }
}

impl Texts {
    fn new() -> Self {
        Self { codes: Vec::new(), by_text: HashMap::new(), styles: DateStyles::ALL }
    }

    /// Days since 1970, where every text is a date in the same style.
    fn as_dates(&self) -> Option<(DateStyle, Vec<f64>)> {
        let style = self.styles.single().filter(|_| !self.by_text.is_empty())?;
        let mut by_code = vec![f64::NAN; self.by_text.len()];
        for (text, code) in &self.by_text {
            *by_code.get_mut(*code as usize)? = dates::days(text, style)?;
        }
        let number = |code: &u32| by_code.get(*code as usize).copied().unwrap_or(f64::NAN);
        Some((style, self.codes.iter().map(number).collect()))
    }

    /// False if the text is one too many.
    fn push(&mut self, text: &str, shared: &mut Shared) -> bool {
        if let Some(&code) = self.by_text.get(text) {
            self.codes.push(code);
            return true;
        }
        if self.by_text.len() >= shared.limits.n_texts || text.len() > shared.text_bytes_left {
            return false;
        }
        shared.text_bytes_left -= text.len();
        let code = self.by_text.len() as u32;
        self.by_text.insert(text.to_owned(), code);
        if !self.styles.is_empty() {
            self.styles = self.styles.and(dates::styles(text));
        }
        self.codes.push(code);
        true
    }

    /// Levels sorted, codes renumbered to match.
    fn finish(mut self) -> ColumnValues {
        let mut sorted: Vec<(String, u32)> = self.by_text.into_iter().collect();
        sorted.sort_unstable();
        let mut new_code = vec![MISSING_CODE; sorted.len()];
        for (new, (_, old)) in sorted.iter().enumerate() {
            if let Some(code) = new_code.get_mut(*old as usize) {
                *code = new as u32;
            }
        }
        for code in &mut self.codes {
            *code = new_code.get(*code as usize).copied().unwrap_or(MISSING_CODE);
        }
        ColumnValues::Text { codes: self.codes, levels: sorted.into_iter().map(|(text, _)| text).collect() }
    }
}
