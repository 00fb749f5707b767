/// A part of a list: so many rows behind a place, of those in which a text is found.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// The last row that is known already: when it was made, in milliseconds since 1970, and its
    /// id. From the beginning when absent.
    pub after: Option<(i64, &'a str)>,
    /// Only rows in whose names this is found; letters of ASCII in either case.
    pub search: Option<&'a str>,
    /// At most so many rows.
    pub limit: u32,
}

impl<'a> Slice<'a> {
    /// The place to go on from, for a list whose oldest row is first.
    pub(crate) fn upward(&self) -> (i64, &'a str) {
        self.after.unwrap_or((i64::MIN, ""))
    }

    /// The place to go on from, for a list whose newest row is first.
    pub(crate) fn downward(&self) -> (i64, &'a str) {
        self.after.unwrap_or((i64::MAX, ""))
    }

    /// What is searched, as a pattern.
    pub(crate) fn pattern(&self) -> Option<String> {
        self.search.and_then(pattern)
    }
}

/// A text as a pattern for `LIKE … ESCAPE '\'` over small letters; none for one that is empty.
pub(crate) fn pattern(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter.to_ascii_lowercase());
    }
    pattern.push('%');
    Some(pattern)
}
