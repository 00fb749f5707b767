use keyway_agent::ToolStatus;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use serde_json::Value;

use super::block::Look;
use crate::chat::{Card, CardState};
use crate::text::{clean, clean_line, clip, width, wrap};
use crate::theme::Theme;

/// Lines of a result that are shown; the rest is counted.
const MOST: usize = 200;

/// A call: one line, what came of it in a second, or all of it when it is open.
pub(super) fn lines(card: &Card, look: Look, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![head(card, look, theme)];
    let bar = Span::styled("  │ ", theme.dim);
    let room = look.columns.saturating_sub(4);
    if card.open {
        lines.extend(behind(&bar, body(card, room, theme)));
    } else if let Some(short) = short(card) {
        let short = Line::from(Span::styled(clip(&short, room), theme.dim));
        lines.extend(behind(&bar, vec![short]));
    }
    lines
}

fn head(card: &Card, look: Look, theme: Theme) -> Line<'static> {
    let (mark, word, style) = state(card, look, theme);
    let fold = if card.open { "▾ " } else { "▸ " };
    let time = match card.millis {
        Some(millis) => duration(millis),
        None if look.seconds > 0 => duration(look.seconds.unsigned_abs() * 1000),
        None => String::new(),
    };
    let end = match (word, time.is_empty()) {
        ("", _) => time,
        (word, true) => word.to_owned(),
        (word, false) => format!("{word} · {time}"),
    };
    let room = look.columns.saturating_sub(width(&end) + 6);
    let mut name = Vec::new();
    let tool = clean_line(&card.tool);
    if let Some(server) = &card.server {
        let server = clip(&clean_line(server), room / 2);
        let left = room.saturating_sub(width(&server) + 3);
        name.push(Span::raw(server));
        name.push(Span::styled(" › ", theme.dim));
        name.push(Span::styled(clip(&tool, left), theme.strong));
    } else {
        name.push(Span::styled(clip(&tool, room), theme.strong));
    }
    let mut spans = vec![
        Span::styled(fold, theme.dim),
        Span::styled(format!("{mark} "), style),
    ];
    spans.append(&mut name);
    spans.push(Span::raw("  "));
    spans.push(Span::styled(
        end,
        if word.is_empty() { theme.dim } else { style },
    ));
    let line = Line::from(spans);
    if look.marked {
        line.patch_style(theme.selected)
    } else {
        line
    }
}

/// A mark, a word and a style: no state is told by colour alone.
fn state(card: &Card, look: Look, theme: Theme) -> (&'static str, &'static str, Style) {
    match card.state {
        CardState::Running if look.asks => ("?", "waits for you", theme.warn),
        CardState::Running => ("●", "running", theme.accent),
        CardState::Ended(ToolStatus::Done) => ("✓", "", theme.good),
        CardState::Ended(ToolStatus::Failed) => ("✗", "failed", theme.bad),
        CardState::Ended(ToolStatus::Denied) => ("⊘", "denied", theme.warn),
        CardState::Ended(ToolStatus::Interrupted) => ("■", "interrupted", theme.dim),
    }
}

/// One line that says what came of it.
fn short(card: &Card) -> Option<String> {
    if card.runs() {
        return card.progress.as_deref().map(clean_line);
    }
    let first = clean(&card.result);
    let mut lines = first.lines().filter(|line| !line.trim().is_empty());
    let line = lines.next()?.trim().to_owned();
    match lines.count() {
        0 => Some(line),
        1 => Some(format!("{line} … 1 more line")),
        more => Some(format!("{line} … {more} more lines")),
    }
}

fn body(card: &Card, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = arguments(&card.arguments, room, theme);
    if let Some(progress) = card.progress.as_deref().filter(|_| card.runs()) {
        lines.push(Line::styled(clip(&clean_line(progress), room), theme.dim));
    }
    if card.result.trim().is_empty() {
        return lines;
    }
    lines.push(Line::default());
    let result = wrap(&[Span::styled(clean(card.result.trim()), theme.text)], room);
    let left = result.len().saturating_sub(MOST);
    lines.extend(result.into_iter().take(MOST));
    if left > 0 {
        lines.push(Line::styled(format!("… {left} more lines"), theme.dim));
    }
    lines
}

fn arguments(arguments: &Value, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let Some(object) = arguments.as_object() else {
        let text = if arguments.is_null() {
            String::new()
        } else {
            arguments.to_string()
        };
        return wrap(&[Span::styled(clean(&text), theme.dim)], room);
    };
    if object.is_empty() {
        return vec![Line::styled("no arguments", theme.dim)];
    }
    let mut lines = Vec::new();
    for (name, value) in object {
        let value = match value {
            Value::String(text) => text.clone(),
            other => serde_json::to_string_pretty(other).unwrap_or_default(),
        };
        let name = Span::styled(format!("{}: ", clean_line(name)), theme.dim);
        lines.extend(wrap(&[name, Span::styled(clean(&value), theme.code)], room));
    }
    lines
}

fn behind(bar: &Span<'static>, lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    let with_bar = |mut line: Line<'static>| {
        line.spans.insert(0, bar.clone());
        line
    };
    lines.into_iter().map(with_bar).collect()
}

/// A time span as people say it.
pub(crate) fn duration(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..10_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        10_000..60_000 => format!("{} s", millis / 1_000),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
    }
}
