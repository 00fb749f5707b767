use ratatui::text::{Line, Span};

use super::card;
use crate::attachment::{attached, written};
use crate::chat::{Block, Chat, Tone};
use crate::markdown;
use crate::text::{clean, clean_line, clip, wrap};
use crate::theme::Theme;

/// What a block's look depends on beside itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) marked: bool,
    /// The person is asked about it.
    pub(super) asks: bool,
    /// How long it has been running.
    pub(super) seconds: i64,
    pub(super) columns: usize,
}

pub(super) fn lines(block: &Block, look: Look, theme: Theme) -> Vec<Line<'static>> {
    match block {
        Block::User(text) => user(text, look.columns, theme),
        Block::Model(text) => markdown::render(text, look.columns, theme),
        Block::Card(card) => card::lines(card, look, theme),
        Block::Note(tone, text) => note(*tone, text, look.columns, theme),
        Block::Table { head, rows } => table(head, rows, look.columns, theme),
    }
}

fn user(text: &str, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = marked(
        "› ",
        clean(written(text)),
        columns,
        theme.accent,
        theme.strong,
    );
    for (name, count) in attached(text) {
        let text = format!("  + {} ({count} lines)", clean_line(&name));
        lines.push(Line::styled(clip(&text, columns), theme.dim));
    }
    lines
}

/// A message that waits for its turn.
pub(super) fn waiting(text: &str, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let text = format!("{} (waits)", clean(text));
    marked("› ", text, columns, theme.dim, theme.dim)
}

fn note(tone: Tone, text: &str, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let text = clean(text);
    match tone {
        Tone::Quiet => marked("· ", text, columns, theme.dim, theme.dim),
        Tone::Plain => wrap(&[Span::styled(text, theme.text)], columns),
        Tone::Bad => marked("! ", text, columns, theme.bad, theme.bad),
    }
}

/// Text with a mark before its first line.
fn marked(
    mark: &'static str,
    text: String,
    columns: usize,
    mark_style: ratatui::style::Style,
    style: ratatui::style::Style,
) -> Vec<Line<'static>> {
    let mut lines = wrap(&[Span::styled(text, style)], columns.saturating_sub(2));
    for (at, line) in lines.iter_mut().enumerate() {
        let mark = if at == 0 {
            Span::styled(mark, mark_style)
        } else {
            Span::raw("  ")
        };
        line.spans.insert(0, mark);
    }
    lines
}

fn table(
    head: &[String],
    rows: &[Vec<String>],
    columns: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let cells = |row: &[String], first: bool| -> Vec<Vec<Span<'static>>> {
        let cell = |text: &String| {
            let text = clean_line(text);
            let style = if first {
                theme.dim
            } else {
                state_style(&text, theme)
            };
            vec![Span::styled(text, style)]
        };
        row.iter().map(cell).collect()
    };
    let rows = rows.iter().map(|row| cells(row, false));
    markdown::grid(cells(head, true), rows, columns, theme)
}

/// States of servers are coloured wherever a cell is nothing else.
fn state_style(text: &str, theme: Theme) -> ratatui::style::Style {
    match text {
        "connected" => theme.good,
        "connecting" | "configured" => theme.dim,
        "auth_required" => theme.warn,
        "auth_failed" | "disconnected" => theme.bad,
        _ => theme.text,
    }
}

/// What is seen before anything was said.
pub(super) fn greeting(chat: &Chat, columns: usize) -> Vec<Line<'static>> {
    let theme = chat.theme;
    let hints = [
        ("/", "commands"),
        ("@", "attach a resource"),
        ("/help", "keys"),
    ];
    let mut lines = vec![
        Line::styled(clip(&clean_line(&chat.agent), columns), theme.heading),
        Line::styled(clip(&clean_line(&chat.world.model), columns), theme.dim),
        Line::default(),
    ];
    let mut line = Line::default();
    for (at, (key, does)) in hints.into_iter().enumerate() {
        if at > 0 {
            line.push_span(Span::raw("   "));
        }
        line.push_span(Span::styled(key, theme.accent));
        line.push_span(Span::styled(format!(" {does}"), theme.dim));
    }
    lines.push(line);
    lines
}
