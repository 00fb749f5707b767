use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::duration;
use crate::chat::{Chat, Phase};
use crate::text::{clean_line, clip, width};

const BETWEEN: &str = " · ";

/// Draws the one line at the bottom: what is connected and spent, and whose turn it is.
pub(super) fn draw(chat: &mut Chat, frame: &mut Frame<'_>, area: Rect) {
    let theme = chat.theme;
    let room = usize::from(area.width).saturating_sub(2);
    let (state, style) = state(chat);
    let state = clip(&state, room);
    let left_room = room.saturating_sub(width(&state) + 2);
    let mut left = Vec::new();
    if let Some(hint) = &chat.hint {
        left.push(Span::styled(clip(hint, left_room), theme.warn));
    } else {
        left.extend(parts(chat, left_room));
    }
    let used: usize = left.iter().map(Span::width).sum();
    let mut spans = vec![Span::raw(" ")];
    spans.append(&mut left);
    spans.push(Span::raw(
        " ".repeat(room.saturating_sub(used + width(&state))),
    ));
    spans.push(Span::styled(state, style));
    frame.render_widget(Line::from(spans), area);
}

/// What there is room for; what matters least goes first.
fn parts(chat: &Chat, room: usize) -> Vec<Span<'static>> {
    let theme = chat.theme;
    let mut parts = vec![Span::styled(clean_line(&chat.world.model), theme.dim)];
    let servers = &chat.world.servers;
    if !servers.is_empty() {
        let connected = servers
            .iter()
            .filter(|one| one.state == "connected")
            .count();
        let text = format!("{connected}/{} servers", servers.len());
        parts.push(Span::styled(text, theme.dim));
    }
    let in_need = servers
        .iter()
        .filter(|one| one.state == "auth_required")
        .count();
    if in_need > 0 {
        parts.push(Span::styled(format!("{in_need} to sign in"), theme.warn));
    }
    let tokens = chat.feed.usage.tokens();
    if tokens > 0 {
        parts.push(Span::styled(format!("{} tokens", short(tokens)), theme.dim));
    }
    if let Some(cost) = chat.feed.usage.cost_micros {
        parts.push(Span::styled(format!("${:.2}", precise(cost)), theme.dim));
    }
    let wide = |parts: &[Span<'_>]| {
        let texts: usize = parts.iter().map(Span::width).sum();
        texts + parts.len().saturating_sub(1) * BETWEEN.len()
    };
    while wide(&parts) > room && parts.len() > 1 {
        // The model's name is known; the rest is news.
        if parts.first().is_some_and(|model| model.width() > 16) {
            parts.remove(0);
        } else {
            parts.pop();
        }
    }
    let mut spans = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            spans.push(Span::styled(BETWEEN, theme.dim));
        }
        let text = clip(&part.content, room);
        spans.push(Span::styled(text, part.style));
    }
    spans
}

fn state(chat: &mut Chat) -> (String, Style) {
    let theme = chat.theme;
    if chat.leaving.is_some() {
        return ("Ctrl-C again ends".to_owned(), theme.warn);
    }
    if !chat.panels.is_empty() {
        return ("waits for you".to_owned(), theme.warn);
    }
    match chat.phase {
        Phase::Ready => ("ready".to_owned(), theme.dim),
        Phase::Stopping => ("stopping…".to_owned(), theme.warn),
        Phase::Busy(since) => {
            let seconds = chat.now.duration_since(since).as_secs().unsigned_abs();
            let doing = match chat.feed.running().count() {
                0 => "answering".to_owned(),
                1 => "1 call".to_owned(),
                calls => format!("{calls} calls"),
            };
            let text = if seconds == 0 {
                format!("{doing} · esc stops")
            } else {
                format!(
                    "{doing} {} · esc stops",
                    duration(seconds * 1000).replace(".0", "")
                )
            };
            (text, theme.accent)
        }
    }
}

/// A number to two places.
fn short(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..100_000 => format!("{}.{}k", number / 1_000, number % 1_000 / 100),
        100_000..1_000_000 => format!("{}k", number / 1_000),
        _ => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown to the cent")]
fn precise(micros: u64) -> f64 {
    micros as f64 / 1_000_000.0
}
