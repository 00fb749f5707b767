use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{conversation, input, panel, popup, status};
use crate::chat::Chat;

/// Text is not written wider than this: longer lines are hard to read.
const WIDEST: u16 = 100;

impl Chat {
    /// Draws everything. What is seen is remembered for scrolling and the mouse, nothing else
    /// changes.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        if area.height < 4 || area.width < 12 {
            return;
        }
        let bottom = if self.panels.is_empty() {
            input::height(self, area)
        } else {
            panel::height(self, area)
        };
        let parts = [
            Constraint::Min(1),
            Constraint::Length(bottom),
            Constraint::Length(1),
        ];
        let [above, bottom, line] = Layout::vertical(parts).areas(area);
        conversation::draw(self, frame, above);
        if self.panels.is_empty() {
            input::draw(self, frame, bottom);
            popup::draw(self, frame, above);
        } else {
            panel::draw(self, frame, bottom);
        }
        status::draw(self, frame, line);
    }
}

/// The columns that text is written in.
pub(super) fn column(area: Rect) -> Rect {
    let margin = 2.min(area.width / 8);
    Rect {
        x: area.x + margin,
        width: area.width.saturating_sub(2 * margin).min(WIDEST),
        ..area
    }
}
