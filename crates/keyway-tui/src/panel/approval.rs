use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use keyway_client::{Decision, Request, Subject};
use ratatui::text::{Line, Span};

use super::diff;
use super::question::Outcome;
use super::view::{View, keys, path, text};
use crate::chat::Editor;
use crate::event::Answer;
use crate::text::{clean_line, clip, width};
use crate::theme::Theme;

/// Asks whether something may be done.
#[derive(Debug)]
pub(super) struct Approval {
    request: Request,
    /// The reason of a denial, while it is written.
    reason: Option<Editor>,
    /// What changed in the definition is shown instead of the arguments.
    shows_change: bool,
}

impl Approval {
    pub(super) fn new(request: Request) -> Self {
        Self {
            request,
            reason: None,
            shows_change: false,
        }
    }

    pub(super) fn about(&self) -> Option<(&str, &str)> {
        match &self.request.subject {
            Subject::Tool { tool, .. } => Some((&self.request.server, tool)),
            _ => None,
        }
    }

    fn has_change(&self) -> bool {
        matches!(
            &self.request.subject,
            Subject::Tool {
                changed: Some(_),
                ..
            }
        )
    }

    pub(super) fn key(&mut self, key: KeyEvent, settled: bool, scroll: &mut usize) -> Outcome {
        if self.reason.is_some() {
            return self.reason_key(key);
        }
        match key.code {
            KeyCode::Up => *scroll = scroll.saturating_sub(1),
            KeyCode::Down => *scroll = scroll.saturating_add(1),
            KeyCode::Char('c') if self.has_change() => {
                self.shows_change = !self.shows_change;
                *scroll = 0;
            }
            KeyCode::Char(char) if settled && key.modifiers.is_empty() => return self.answer(char),
            _ => {}
        }
        Outcome::Open
    }

    fn answer(&mut self, char: char) -> Outcome {
        let decision = match char {
            'y' => Decision::Once,
            's' if self.request.can_remember => Decision::Session,
            'a' if self.request.can_remember => Decision::Always,
            'n' => {
                self.reason = Some(Editor::default());
                return Outcome::Open;
            }
            _ => return Outcome::Open,
        };
        Outcome::Answered(Answer::Decision(decision))
    }

    fn reason_key(&mut self, key: KeyEvent) -> Outcome {
        let Some(editor) = &mut self.reason else {
            return Outcome::Open;
        };
        match key.code {
            KeyCode::Enter => {
                let reason = editor.take().trim().to_owned();
                let reason = (!reason.is_empty()).then_some(reason);
                return Outcome::Answered(Answer::Decision(Decision::Deny { reason }));
            }
            KeyCode::Backspace => editor.backspace(),
            KeyCode::Left => editor.left(),
            KeyCode::Right => editor.right(),
            KeyCode::Char(char) if !key.modifiers.contains(KeyModifiers::CONTROL) => {
                editor.insert(char.encode_utf8(&mut [0; 4]));
            }
            _ => {}
        }
        Outcome::Open
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(editor) = &mut self.reason {
            editor.insert(&clean_line(text));
        }
    }

    pub(super) fn view(&self, columns: usize, theme: Theme) -> View {
        let mut view = View {
            foot: self.foot(columns, theme),
            ..View::default()
        };
        if let Some(editor) = &self.reason {
            view.foot_cursor = Some(WHY.len() + width(editor.before()));
        }
        let server = &self.request.server;
        match &self.request.subject {
            Subject::Tool {
                tool,
                title,
                arguments,
                annotations,
                changed,
            } => {
                "Allow this call?".clone_into(&mut view.title);
                let mut name = path(server, tool, theme);
                if let Some(title) = title.as_ref().map(|title| clean_line(title)) {
                    let room = columns.saturating_sub(name.width() + 2);
                    name.push_span(Span::styled(format!("  {}", clip(&title, room)), theme.dim));
                }
                view.head.push(name);
                if !annotations.is_empty() {
                    let claims: Vec<_> =
                        annotations.iter().map(|claim| clean_line(claim)).collect();
                    view.head
                        .extend(text(&claims.join(", "), columns, theme.dim));
                }
                if changed.is_some() {
                    let warning = "its definition has changed since you allowed it";
                    view.head.extend(text(warning, columns, theme.warn));
                }
                view.body = match changed {
                    Some(change) if self.shows_change => {
                        diff::lines(&change.before, &change.after, columns, theme)
                    }
                    _ if arguments.trim() == "{}" => text("no arguments", columns, theme.dim),
                    _ => text(arguments, columns, theme.text),
                };
            }
            Subject::Sampling {
                preview,
                max_tokens,
            } => {
                "Let the server ask your model?".clone_into(&mut view.title);
                view.head.push(Line::from(vec![
                    Span::styled(clean_line(server), theme.strong),
                    Span::styled(format!("  at most {max_tokens} tokens"), theme.dim),
                ]));
                view.body = text(preview, columns, theme.text);
            }
            Subject::Roots { roots } => {
                "Tell the server your folders?".clone_into(&mut view.title);
                view.head
                    .push(Line::styled(clean_line(server), theme.strong));
                view.body = text(&roots.join("\n"), columns, theme.text);
            }
        }
        view
    }

    fn foot(&self, columns: usize, theme: Theme) -> Vec<Line<'static>> {
        if let Some(editor) = &self.reason {
            let mut lines = vec![Line::from(vec![
                Span::styled(WHY, theme.warn),
                Span::raw(clean_line(editor.text())),
            ])];
            lines.extend(keys(
                &[("enter", "deny"), ("esc", "deny and stop")],
                columns,
                theme,
            ));
            return lines;
        }
        let mut all = vec![("y", "once")];
        if self.request.can_remember {
            all.extend([("s", "this session"), ("a", "always")]);
        }
        all.push(("n", "deny…"));
        if self.has_change() {
            all.push((
                "c",
                if self.shows_change {
                    "arguments"
                } else {
                    "what changed"
                },
            ));
        }
        all.push(("esc", "deny and stop"));
        keys(&all, columns, theme)
    }
}

const WHY: &str = "Why not? ";
