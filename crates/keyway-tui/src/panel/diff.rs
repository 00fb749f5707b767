//! What changed between two texts, line by line.

use ratatui::text::{Line, Span};

use crate::text::{clean, wrap};
use crate::theme::Theme;

/// Texts of more lines are not compared but shown one after the other.
const MOST: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Same,
    Gone,
    New,
}

pub(super) fn lines(before: &str, after: &str, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let (before, after) = (clean(before), clean(after));
    let old: Vec<_> = before.lines().collect();
    let new: Vec<_> = after.lines().collect();
    let mut lines = Vec::new();
    for (kind, line) in compare(&old, &new) {
        let (mark, style) = match kind {
            Kind::Same => ("  ", theme.dim),
            Kind::Gone => ("- ", theme.bad),
            Kind::New => ("+ ", theme.good),
        };
        let room = columns.saturating_sub(2);
        for (at, mut wrapped) in wrap(&[Span::styled(line.to_owned(), style)], room)
            .into_iter()
            .enumerate()
        {
            let mark = if at == 0 { mark } else { "  " };
            wrapped.spans.insert(0, Span::styled(mark, style));
            lines.push(wrapped);
        }
    }
    lines
}

/// The longest common subsequence, by the table of its lengths.
fn compare<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Kind, &'a str)> {
    if old.len() > MOST || new.len() > MOST {
        let gone = old.iter().map(|line| (Kind::Gone, *line));
        return gone
            .chain(new.iter().map(|line| (Kind::New, *line)))
            .collect();
    }
    let wide = new.len() + 1;
    let mut table = vec![0u16; (old.len() + 1) * wide];
    let at = |table: &[u16], i: usize, j: usize| table.get(i * wide + j).copied().unwrap_or(0);
    for (i, old_line) in old.iter().enumerate().rev() {
        for (j, new_line) in new.iter().enumerate().rev() {
            let length = if old_line == new_line {
                at(&table, i + 1, j + 1) + 1
            } else {
                at(&table, i + 1, j).max(at(&table, i, j + 1))
            };
            if let Some(cell) = table.get_mut(i * wide + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    loop {
        match (old.get(i), new.get(j)) {
            (Some(line), Some(other)) if line == other => {
                found.push((Kind::Same, *line));
                (i, j) = (i + 1, j + 1);
            }
            (Some(line), other)
                if other.is_none() || at(&table, i + 1, j) >= at(&table, i, j + 1) =>
            {
                found.push((Kind::Gone, *line));
                i += 1;
            }
            (_, Some(line)) => {
                found.push((Kind::New, *line));
                j += 1;
            }
            _ => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind::{Gone, New, Same};
    use super::*;

    #[test]
    fn only_what_changed_is_marked() {
        let old = ["{", "  a", "  b", "}"];
        let new = ["{", "  a", "  c", "  d", "}"];
        let marks: Vec<_> = compare(&old, &new)
            .into_iter()
            .map(|(kind, _)| kind)
            .collect();
        assert_eq!(marks, [Same, Same, Gone, New, New, Same]);
        assert_eq!(compare(&[], &["x"]), [(New, "x")]);
        assert_eq!(compare(&["x"], &[]), [(Gone, "x")]);
    }
}
