use crossterm::event::{KeyCode, KeyEvent};
use keyway_client::{Filled, Page};
use ratatui::text::{Line, Span};
use serde_json::Value;

use super::question::Outcome;
use super::view::{View, keys, text};
use crate::event::Answer;
use crate::text::{clean_line, wrap};
use crate::theme::Theme;

/// Asks to open a page.
#[derive(Debug)]
pub(super) struct PagePanel {
    page: Page,
}

impl PagePanel {
    pub(super) fn new(page: Page) -> Self {
        Self { page }
    }

    pub(super) fn key(&mut self, key: KeyEvent, settled: bool) -> Outcome {
        match key.code {
            KeyCode::Char('y') | KeyCode::Enter if settled && self.can_be_opened() => {
                let answer = Answer::Filled(Filled::Accepted(Value::Null));
                Outcome::Went(self.page.url.clone(), answer)
            }
            KeyCode::Char('n') if settled => Outcome::Answered(Answer::Filled(Filled::Declined)),
            _ => Outcome::Open,
        }
    }

    /// Only pages of the web are opened: other schemes start programs.
    fn can_be_opened(&self) -> bool {
        let url = self.page.url.to_ascii_lowercase();
        url.starts_with("https://") || url.starts_with("http://")
    }

    pub(super) fn view(&self, columns: usize, theme: Theme) -> View {
        let mut head = vec![Line::styled(clean_line(&self.page.server), theme.strong)];
        head.extend(text(&self.page.message, columns, theme.text));
        let mut body = wrap(&self.address(theme), columns);
        let foot = if self.can_be_opened() {
            keys(
                &[
                    ("y", "open it"),
                    ("n", "decline"),
                    ("esc", "cancel and stop"),
                ],
                columns,
                theme,
            )
        } else {
            let warning = "only http and https addresses are opened";
            body.extend(text(warning, columns, theme.bad));
            keys(
                &[("n", "decline"), ("esc", "cancel and stop")],
                columns,
                theme,
            )
        };
        View {
            title: "Open this page in your browser?".to_owned(),
            head,
            body,
            foot,
            ..View::default()
        }
    }

    /// The whole address, its host marked: that is what decides who gets what is entered there.
    fn address(&self, theme: Theme) -> Vec<Span<'static>> {
        let url = clean_line(&self.page.url);
        let host_from = url.find("://").map_or(0, |at| at + 3);
        let rest = url.get(host_from..).unwrap_or_default();
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let from = rest.get(..end).and_then(|authority| authority.rfind('@'));
        let from = host_from + from.map_or(0, |at| at + 1);
        let end = host_from + end;
        let part = |range: std::ops::Range<usize>| url.get(range).unwrap_or_default().to_owned();
        vec![
            Span::styled(part(0..from), theme.dim),
            Span::styled(part(from..end), theme.warn.patch(theme.strong)),
            Span::styled(part(end..url.len()), theme.text),
        ]
    }
}
