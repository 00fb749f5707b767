use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph};

use crate::chat::Chat;
use crate::panel::View;

/// Columns and rows that the frame takes.
const FRAME: u16 = 4;

/// A panel is not wider than this: what belongs together stays together.
const WIDEST: u16 = 104;

fn view(chat: &Chat, wide: u16) -> Option<View> {
    let columns = usize::from(wide.min(WIDEST).saturating_sub(FRAME));
    let panel = chat.panels.front()?;
    Some(panel.view(columns, chat.theme))
}

/// Lines the panel takes: what it needs, but something of the conversation stays to be seen.
pub(super) fn height(chat: &Chat, area: Rect) -> u16 {
    let Some(view) = view(chat, area.width) else {
        return 0;
    };
    let needed = view.head.len() + view.body.len() + view.foot.len() + 2 + gaps(&view);
    let most = area.height.saturating_sub(5).max(area.height / 2);
    u16::try_from(needed).unwrap_or(most).min(most)
}

/// Blank lines around the body.
fn gaps(view: &View) -> usize {
    if view.body.is_empty() { 1 } else { 2 }
}

pub(super) fn draw(chat: &mut Chat, frame: &mut Frame<'_>, area: Rect) {
    let theme = chat.theme;
    let Some(view) = view(chat, area.width) else {
        return;
    };
    let area = Rect {
        width: area.width.min(WIDEST),
        ..area
    };
    let waiting = chat.panels.len();
    let mut border = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.warn)
        .title(Span::styled(
            format!(" {} ", view.title),
            theme.warn.patch(theme.strong),
        ));
    if waiting > 1 {
        let more = format!(" {} more to answer ", waiting - 1);
        border = border.title(Line::styled(more, theme.dim).right_aligned());
    }
    let inside = border.inner(area);
    frame.render_widget(border, area);
    let inside = Rect {
        x: inside.x + 1,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    let foot_height = u16::try_from(view.foot.len())
        .unwrap_or(1)
        .min(inside.height);
    let room = inside.height - foot_height;
    // The head gives way before the body is gone.
    let head_height = u16::try_from(view.head.len())
        .unwrap_or(1)
        .min(room.saturating_sub(3).max(1));
    let tight = usize::from(room) < usize::from(head_height) + view.body.len() + gaps(&view);
    let gap = u16::from(!tight);
    let body = Rect {
        y: inside.y + head_height + gap,
        height: room.saturating_sub(head_height + 2 * gap),
        ..inside
    };
    let foot = Rect {
        y: inside.y + room,
        height: foot_height,
        ..inside
    };
    frame.render_widget(
        Paragraph::new(view.head),
        Rect {
            height: head_height,
            ..inside
        },
    );
    frame.render_widget(Paragraph::new(view.foot), foot);
    let height = usize::from(body.height);
    let Some(panel) = chat.panels.front_mut() else {
        return;
    };
    let most = view.body.len().saturating_sub(height);
    if let Some((line, _)) = view.cursor {
        let lowest = (line + 2).saturating_sub(height);
        panel.scroll = panel.scroll.clamp(lowest, line.max(lowest));
    }
    panel.scroll = panel.scroll.min(most);
    let scroll = panel.scroll;
    let below = most - scroll;
    let shown: Vec<_> = view.body.into_iter().skip(scroll).take(height).collect();
    frame.render_widget(Paragraph::new(shown), body);
    if below > 0 || scroll > 0 {
        hidden(chat, frame, area, scroll, below);
    }
    if let Some((line, column)) = view.cursor.filter(|(_, column)| *column > 0) {
        let row = u16::try_from(line.saturating_sub(scroll)).unwrap_or(0);
        let column = u16::try_from(column).unwrap_or(0);
        frame.set_cursor_position(Position::new(body.x + column, body.y + row));
    } else if let Some(column) = view.foot_cursor {
        let column = u16::try_from(column).unwrap_or(0);
        let x = (foot.x + column).min(foot.right().saturating_sub(1));
        frame.set_cursor_position(Position::new(x, foot.y));
    }
}

/// Says on the lower border how much is not seen.
fn hidden(chat: &Chat, frame: &mut Frame<'_>, area: Rect, above: usize, below: usize) {
    let text = match (above, below) {
        (0, below) => format!(" ↓ {below} more lines "),
        (above, 0) => format!(" ↑ {above} lines above "),
        (above, below) => format!(" ↑ {above} above · ↓ {below} below "),
    };
    let wide = u16::try_from(crate::text::width(&text)).unwrap_or(0);
    let place = Rect {
        x: area.right().saturating_sub(wide + 2),
        y: area.bottom().saturating_sub(1),
        width: wide,
        height: 1,
    };
    frame.render_widget(Line::styled(text, chat.theme.warn), place);
}
