use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::chat::Chat;
use crate::text::{clip, width};

/// Choices that are shown at once.
const MOST: usize = 8;

/// Draws the ways a word can go on, right above the line.
pub(super) fn draw(chat: &Chat, frame: &mut Frame<'_>, above: Rect) {
    let Some(popup) = &chat.popup else {
        return;
    };
    let theme = chat.theme;
    let most = MOST.min(usize::from(above.height));
    let marked = popup.marked.unwrap_or(0);
    let skip = (marked + 1).saturating_sub(most);
    let seen: Vec<_> = popup
        .choices
        .iter()
        .enumerate()
        .skip(skip)
        .take(most)
        .collect();
    let room = usize::from(above.width);
    let widest = seen
        .iter()
        .map(|(_, choice)| width(&choice.text))
        .max()
        .unwrap_or(0);
    let name_room = widest.min(room * 2 / 3);
    let lines: Vec<_> = seen
        .iter()
        .map(|(at, choice)| {
            let name = clip(choice.text.trim_end(), name_room);
            let pad = " ".repeat(name_room.saturating_sub(width(&name)) + 2);
            let about = clip(&choice.about, room.saturating_sub(name_room + 5));
            let style = if popup.marked == Some(*at) {
                theme.selected
            } else {
                theme.accent
            };
            Line::from(vec![
                Span::raw("  "),
                Span::styled(name, style),
                Span::raw(pad),
                Span::styled(about, theme.dim),
            ])
        })
        .collect();
    let height = u16::try_from(lines.len() + 1)
        .unwrap_or(1)
        .min(above.height);
    let place = Rect {
        y: above.bottom() - height,
        height,
        ..above
    };
    frame.render_widget(Clear, place);
    let left = popup.choices.len().saturating_sub(skip + seen.len());
    let mut rule = "─".repeat(room);
    if left > 0 {
        let text = format!("── {left} more ");
        rule = text.clone() + &"─".repeat(room.saturating_sub(width(&text)));
    }
    let mut all = vec![Line::styled(rule, theme.dim)];
    all.extend(lines);
    frame.render_widget(Paragraph::new(all), place);
}
