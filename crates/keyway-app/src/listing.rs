//! Lists that are read a part at a time, and searched.

use jiff::Timestamp;
use keyway_core::Error;
use keyway_store::Slice;

use crate::pages::MOST;

/// The rows of a part where nothing is said.
const USUAL: u32 = 50;

/// The most letters that are searched.
const SEARCHED: usize = 100;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part<'a> {
    /// Only rows in whose names this is found; letters of ASCII in either case.
    pub search: Option<&'a str>,
    /// The [`Listed::next_cursor`] of the part before.
    pub cursor: Option<&'a str>,
    /// The most rows, 50 unless said; at most 200.
    pub limit: Option<u32>,
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// What asks for the next part, when there is one.
    pub next_cursor: Option<String>,
}

/// A part as the store is asked for it.
pub(crate) struct Wanted<'a> {
    slice: Slice<'a>,
}

impl<'a> Part<'a> {
    pub(crate) fn read(&self) -> Result<Wanted<'a>, Error> {
        let bad = || Error::invalid_at("/cursor", "a cursor of this list");
        let after = match self.cursor {
            None => None,
            Some(cursor) => {
                let (at, id) = cursor.split_once('.').ok_or_else(bad)?;
                Some((at.parse::<i64>().map_err(|_| bad())?, id))
            }
        };
        let searched = self.search.map(|text| bounded(text.trim()));
        let rows = self.limit.unwrap_or(USUAL).clamp(1, MOST);
        Ok(Wanted {
            slice: Slice {
                after,
                search: searched,
                // One more than there is room for tells whether there are more.
                limit: rows + 1,
            },
        })
    }
}

impl<'a> Wanted<'a> {
    pub(crate) fn slice(&self) -> &Slice<'a> {
        &self.slice
    }

    /// What was found as a part of the list; `place` says when a row was made, and its id.
    pub(crate) fn listed<R, T>(
        &self,
        mut found: Vec<R>,
        place: impl Fn(&R) -> (Timestamp, String),
        view: impl FnMut(R) -> T,
    ) -> Listed<T> {
        let room = usize::try_from(self.slice.limit - 1).unwrap_or(usize::MAX);
        let more = found.len() > room;
        found.truncate(room);
        let next_cursor = found.last().filter(|_| more).map(|last| {
            let (at, id) = place(last);
            format!("{}.{id}", at.as_millisecond())
        });
        Listed {
            rows: found.into_iter().map(view).collect(),
            next_cursor,
        }
    }
}

/// The first letters of a text.
fn bounded(text: &str) -> &str {
    let end = text.char_indices().nth(SEARCHED);
    end.map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(cursor: &str) -> Part<'_> {
        Part {
            cursor: Some(cursor),
            limit: Some(2),
            ..Part::default()
        }
    }

    #[test]
    fn a_cursor_leads_behind_the_last_row_of_a_part() {
        let first = Part {
            limit: Some(2),
            ..Part::default()
        };
        let rows = vec![(1, "a"), (2, "b.c"), (2, "d")];
        let place = |row: &(i64, &'static str)| {
            let made = Timestamp::from_millisecond(row.0).unwrap();
            (made, row.1.to_owned())
        };
        let listed = first.read().unwrap().listed(rows, place, |row| row.1);
        assert_eq!(listed.rows, ["a", "b.c"]);
        let cursor = listed.next_cursor.unwrap();
        let wanted = part(&cursor).read().unwrap();
        assert_eq!(wanted.slice().after, Some((2, "b.c")));
        assert_eq!(wanted.slice().limit, 3);
        let last = wanted.listed(vec![(2, "d")], place, |row| row.1);
        assert_eq!((last.rows.len(), last.next_cursor), (1, None));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for cursor in ["", "1", "x.y", "1e3.id"] {
            let error = part(cursor).read().map(drop).unwrap_err();
            assert_eq!(error.problems()[0].pointer, "/cursor", "{cursor}");
        }
    }

    #[test]
    fn what_is_searched_is_bounded() {
        let long = "é".repeat(300);
        let part = Part {
            search: Some(&long),
            ..Part::default()
        };
        let searched = part.read().unwrap().slice().search.unwrap();
        assert_eq!(searched.chars().count(), SEARCHED);
    }
}
