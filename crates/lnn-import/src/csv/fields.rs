//! Bytes in, cells out, one at a time, across chunk boundaries. csv-core knows the grammar; here are the limits,
//! the lines, and the quote that is never closed, which csv-core leaves to its caller.
//!
//! Read next: `importer.rs`, which takes the cells.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::ImportError;

/// One cell, its quotes taken off.
pub(super) struct Cell<'a> {
    pub bytes: &'a [u8],
    /// The line it ends in, from 1.
    pub line: u64,
    /// Bytes of text up to its end.
    pub end_byte: u64,
    pub ends_row: bool,
}

pub(super) struct FieldSplitter {
    reader: Reader,
    cell: Vec<u8>,
    cell_len: usize,
    /// Lines ended by a carriage return alone, as old spreadsheets do.
    n_returns: u64,
    n_bytes: u64,
}

impl FieldSplitter {
    pub fn new(separator: u8, cell_bytes: usize) -> Self {
        let reader = ReaderBuilder::new().delimiter(separator).build();
        Self { reader, cell: vec![0; cell_bytes.max(1)], cell_len: 0, n_returns: 0, n_bytes: 0 }
    }

    /// Splits a chunk and hands each complete cell to `take`.
    pub fn split(
        &mut self,
        mut bytes: &[u8],
        mut take: impl FnMut(Cell<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        while !bytes.is_empty() {
            let space = self.cell.get_mut(self.cell_len..).unwrap_or_default();
            let (result, n_in, n_out) = self.reader.read_field(bytes, space);
            self.cell_len += n_out;
            self.n_bytes += n_in as u64;
            let last = n_in.checked_sub(1).and_then(|at| bytes.get(at)).copied();
            bytes = bytes.get(n_in..).unwrap_or_default();
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::End => return Ok(()),
                ReadFieldResult::OutputFull => return Err(self.cell_too_long()),
                ReadFieldResult::Field { record_end } => {
                    let n_newlines = self.reader.line() - u64::from(record_end && last == Some(b'\n'));
                    let line = n_newlines.max(1 + self.n_returns);
                    self.n_returns += u64::from(record_end && last == Some(b'\r'));
                    take(Cell { bytes: self.taken(), line, end_byte: self.n_bytes, ends_row: record_end })?;
                    self.cell_len = 0;
                }
            }
        }
        Ok(())
    }

    /// Hands over the last cell of a file that does not end with a newline.
    pub fn finish(
        &mut self,
        take: impl FnMut(Cell<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        // A newline ends the row, unless a quote is open: then csv-core keeps it as text and an end of input yields
        // one more cell.
        self.split(b"\n", take)?;
        let line = self.line().saturating_sub(newlines(self.taken())).max(1);
        let (result, _, _) = self.reader.read_field(&[], &mut []);
        match result {
            ReadFieldResult::Field { .. } => Err(ImportError::UnterminatedQuote { line }),
            _ => Ok(()),
        }
    }

    /// The line the next byte is in.
    fn line(&self) -> u64 {
        self.reader.line().max(1 + self.n_returns)
    }

    fn taken(&self) -> &[u8] {
        self.cell.get(..self.cell_len).unwrap_or_default()
    }

    fn cell_too_long(&self) -> ImportError {
        let line = self.line().saturating_sub(newlines(self.taken())).max(1);
        ImportError::CellTooLong { line, limit: self.cell.len() }
    }
}

fn newlines(cell: &[u8]) -> u64 {
    cell.split(|&b| b == b'\n').count() as u64 - 1
}
