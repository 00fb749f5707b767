use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use super::screen::column;
use super::{block, cache};
use crate::chat::{Block, Chat};

/// Draws what was said, the end of it or where the person scrolled to.
pub(super) fn draw(chat: &mut Chat, frame: &mut Frame<'_>, area: Rect) {
    let text = column(area);
    let lines = lines(chat, usize::from(text.width));
    let height = usize::from(area.height);
    let view = &mut chat.view;
    if view.below > 0 && lines.len() > view.total && view.total > 0 {
        // What is looked at stays where it is while more comes in below.
        view.below += lines.len() - view.total;
    }
    view.total = lines.len();
    view.height = height;
    view.below = view.below.min(lines.len().saturating_sub(height));
    let end = lines.len() - view.below;
    let from = end.saturating_sub(height);
    view.top = area.y;
    let seen: Vec<_> = lines.into_iter().skip(from).take(end - from).collect();
    view.rows = seen.iter().map(|(at, _)| *at).collect();
    let seen: Vec<_> = seen.into_iter().map(|(_, line)| line).collect();
    frame.render_widget(Paragraph::new(seen), text);
    if chat.view.below > 0 {
        more(chat, frame, area);
    }
}

/// Every line of the conversation, with the card it belongs to.
fn lines(chat: &mut Chat, columns: usize) -> Vec<(Option<usize>, Line<'static>)> {
    let mut all: Vec<(Option<usize>, Line<'static>)> = vec![(None, Line::default())];
    let waiting: Vec<_> = chat
        .asked_about()
        .map(|(server, tool)| (server.to_owned(), tool.to_owned()))
        .collect();
    if chat.feed.blocks().is_empty() {
        all.extend(
            block::greeting(chat, columns)
                .into_iter()
                .map(|line| (None, line)),
        );
    }
    let mut after_card = false;
    let theme = chat.theme;
    for (at, block) in chat.feed.blocks().iter().enumerate() {
        let is_card = matches!(block, Block::Card(_));
        if at > 0 && !(is_card && after_card) {
            all.push((None, Line::default()));
        }
        after_card = is_card;
        let asks = match block {
            Block::Card(card) => waiting
                .iter()
                .any(|(server, tool)| card.server.as_ref() == Some(server) && card.tool == *tool),
            _ => false,
        };
        let marked = chat.view.marked == Some(at);
        let seconds = match block {
            Block::Card(card) => chat.now.duration_since(card.since).as_secs(),
            _ => 0,
        };
        let look = block::Look {
            marked,
            asks,
            seconds,
            columns,
        };
        let mark = cache::mark(block, (marked, asks, seconds));
        let made = || block::lines(block, look, theme);
        let lines = chat.view.cache.lines(at, columns, mark, made);
        let at = is_card.then_some(at);
        all.extend(lines.iter().map(|line| (at, line.clone())));
    }
    for text in &chat.queue {
        all.push((None, Line::default()));
        let lines = block::waiting(text, columns, chat.theme);
        all.extend(lines.into_iter().map(|line| (None, line)));
    }
    all.push((None, Line::default()));
    all
}

/// Says that there is more below what is seen.
fn more(chat: &Chat, frame: &mut Frame<'_>, area: Rect) {
    let text = format!(" {} lines below · PgDn ", chat.view.below);
    let wide = u16::try_from(crate::text::width(&text)).unwrap_or(area.width);
    let place = Rect {
        x: area.right().saturating_sub(wide),
        y: area.bottom().saturating_sub(1),
        width: wide.min(area.width),
        height: 1,
    };
    frame.render_widget(Clear, place);
    frame.render_widget(Line::from(Span::styled(text, chat.theme.accent)), place);
}
