use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::chat::{Chat, Phase};
use crate::text::{clean, width};

/// Lines that the input takes with its rule.
pub(super) fn height(chat: &Chat, area: Rect) -> u16 {
    let (lines, _) = rows(chat, area.width);
    let most = (area.height / 3).max(2);
    u16::try_from(lines.len()).unwrap_or(most).clamp(1, most) + 1
}

pub(super) fn draw(chat: &Chat, frame: &mut Frame<'_>, area: Rect) {
    let theme = chat.theme;
    let rule = "─".repeat(usize::from(area.width));
    let rule_area = Rect { height: 1, ..area };
    frame.render_widget(Line::styled(rule, theme.dim), rule_area);
    let text = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let (lines, (row, column)) = rows(chat, area.width);
    let skip = (row + 1).saturating_sub(usize::from(text.height));
    let mark = if chat.phase == Phase::Ready {
        theme.accent
    } else {
        theme.dim
    };
    let shown: Vec<_> = lines
        .into_iter()
        .enumerate()
        .skip(skip)
        .take(usize::from(text.height))
        .map(|(at, line)| {
            let before = if at == 0 {
                Span::styled("› ", mark)
            } else {
                Span::raw("  ")
            };
            Line::from(vec![before, Span::raw(line)])
        })
        .collect();
    frame.render_widget(Paragraph::new(shown), text);
    if chat.editor.is_empty() {
        let hint = match chat.phase {
            Phase::Ready => "Ask something",
            Phase::Busy(_) | Phase::Stopping => "Write on; it is sent when the answer is there",
        };
        let place = Rect {
            x: text.x + 2,
            width: text.width.saturating_sub(2),
            height: 1,
            ..text
        };
        frame.render_widget(Line::styled(hint, theme.dim), place);
    }
    let x = text.x + 2 + u16::try_from(column).unwrap_or(0);
    let y = text.y + u16::try_from(row - skip).unwrap_or(0);
    frame.set_cursor_position(Position::new(x.min(text.right().saturating_sub(1)), y));
}

/// The written text in rows as wide as the screen, and the cursor's row and column.
fn rows(chat: &Chat, wide: u16) -> (Vec<String>, (usize, usize)) {
    let room = usize::from(wide).saturating_sub(3).max(1);
    let mut rows = vec![String::new()];
    let mut used = 0;
    let mut cursor = (0, 0);
    let mut at = 0;
    for grapheme in chat.editor.text().graphemes(true) {
        if at == chat.editor.cursor() {
            cursor = (rows.len() - 1, used);
        }
        at += grapheme.len();
        if grapheme == "\n" {
            rows.push(String::new());
            used = 0;
            continue;
        }
        let shown = clean(grapheme);
        if used + width(&shown) > room {
            rows.push(String::new());
            used = 0;
            if at - grapheme.len() == chat.editor.cursor() {
                cursor = (rows.len() - 1, 0);
            }
        }
        used += width(&shown);
        if let Some(row) = rows.last_mut() {
            row.push_str(&shown);
        }
    }
    if at == chat.editor.cursor() {
        cursor = (rows.len() - 1, used);
    }
    (rows, cursor)
}
