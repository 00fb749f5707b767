use pulldown_cmark::Alignment;
use ratatui::text::{Line, Span};

use crate::text::wrap;
use crate::theme::Theme;

/// A column is not made narrower than this; below, rows are written as lists.
const NARROWEST: usize = 6;

const BETWEEN: &str = " │ ";

/// Rows under a head, of columns that are as wide as they need to be.
pub(crate) fn grid(
    head: Vec<Vec<Span<'static>>>,
    rows: impl Iterator<Item = Vec<Vec<Span<'static>>>>,
    room: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let mut table = Table::new(vec![Alignment::Left; head.len()]);
    table.rows.push(head);
    table.rows.extend(rows);
    table.render(room, theme)
}

/// A table as it is read; the first row is its head.
#[derive(Debug)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Vec<Span<'static>>>>,
    row: Vec<Vec<Span<'static>>>,
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
            row: Vec::new(),
        }
    }

    pub(super) fn cell(&mut self, spans: Vec<Span<'static>>) {
        self.row.push(spans);
    }

    pub(super) fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    pub(super) fn render(&self, room: usize, theme: Theme) -> Vec<Line<'static>> {
        match self.widths(room) {
            Some(widths) => self.grid(&widths, theme),
            None => self.list(room, theme),
        }
    }

    /// How wide each column is, when they all fit: the widest ones give way first.
    fn widths(&self, room: usize) -> Option<Vec<usize>> {
        let count = self.alignments.len();
        let mut widths: Vec<usize> = (0..count)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells
                    .map(|cell| spans_width(cell))
                    .max()
                    .unwrap_or(0)
                    .max(1)
            })
            .collect();
        let room = room.checked_sub(count.saturating_sub(1) * 3)?;
        while widths.iter().sum::<usize>() > room {
            let widest = widths.iter_mut().max()?;
            if *widest <= NARROWEST {
                return None;
            }
            *widest -= 1;
        }
        Some(widths)
    }

    fn grid(&self, widths: &[usize], theme: Theme) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<_> = widths
                .iter()
                .enumerate()
                .map(|(column, width)| wrap(row.get(column).map_or(&[][..], Vec::as_slice), *width))
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            for at in 0..height {
                let mut line = Line::default();
                for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
                    if column > 0 {
                        line.push_span(Span::styled(BETWEEN, theme.dim));
                    }
                    self.push_cell(&mut line, cell.get(at), column, *width);
                }
                if number == 0 {
                    line = line.patch_style(theme.strong);
                }
                lines.push(line);
            }
            if number == 0 {
                let rules: Vec<_> = widths.iter().map(|width| "─".repeat(*width)).collect();
                lines.push(Line::styled(rules.join("─┼─"), theme.dim));
            }
        }
        lines
    }

    fn push_cell(
        &self,
        line: &mut Line<'static>,
        cell: Option<&Line<'static>>,
        column: usize,
        width: usize,
    ) {
        let spans = cell.map(|cell| cell.spans.clone()).unwrap_or_default();
        let blank = width.saturating_sub(spans_width(&spans));
        let before = match self.alignments.get(column) {
            Some(Alignment::Right) => blank,
            Some(Alignment::Center) => blank / 2,
            _ => 0,
        };
        line.push_span(Span::raw(" ".repeat(before)));
        for span in spans {
            line.push_span(span);
        }
        line.push_span(Span::raw(" ".repeat(blank - before)));
    }

    /// Each row as `head: value` lines, where there is no room for columns.
    fn list(&self, room: usize, theme: Theme) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        let (head, body) = match self.rows.split_first() {
            Some((head, body)) => (head.as_slice(), body),
            None => return lines,
        };
        for row in body {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            for (column, cell) in row.iter().enumerate() {
                let mut spans: Vec<_> = head.get(column).cloned().unwrap_or_default();
                for span in &mut spans {
                    span.style = span.style.patch(theme.strong);
                }
                spans.push(Span::raw(": "));
                spans.extend(cell.iter().cloned());
                lines.extend(wrap(&spans, room));
            }
        }
        lines
    }
}

fn spans_width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(Span::width).sum()
}
