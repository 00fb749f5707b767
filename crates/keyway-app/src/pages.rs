//! Pages of lists whose rows are numbered, the last one first.

use keyway_core::Error;

/// The most rows of a page.
pub(crate) const MOST: u32 = 200;

/// The rows of a page where nothing is said.
const USUAL: u32 = 50;

/// A page that is asked for.
pub(crate) struct Page {
    /// Only rows with a number below this one.
    pub(crate) before: Option<i64>,
    rows: u32,
}

impl Page {
    /// The page behind a cursor, or the first one.
    pub(crate) fn read(cursor: Option<&str>, rows: Option<u32>) -> Result<Self, Error> {
        let before = cursor.map(str::parse::<i64>).transpose();
        Ok(Self {
            before: before.map_err(|_| Error::invalid_at("/cursor", "a cursor of this list"))?,
            rows: rows.unwrap_or(USUAL).clamp(1, MOST),
        })
    }

    /// How many rows to look for: one more than there is room for tells whether there are more.
    pub(crate) fn wanted(&self) -> u32 {
        self.rows + 1
    }

    /// Leaves the rows of this page, and answers the cursor of the next one if there is one.
    pub(crate) fn cut<T>(&self, found: &mut Vec<T>, number: impl Fn(&T) -> i64) -> Option<String> {
        let rows = usize::try_from(self.rows).unwrap_or(usize::MAX);
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more)?;
        Some(number(last).to_string())
    }
}
