use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use keyway_client::{Filled, Form};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use serde_json::{Map, Value as Json};

use super::field::{Field, Value};
use super::question::Outcome;
use super::view::{View, keys, text};
use crate::event::Answer;
use crate::text::{clean_line, width};
use crate::theme::Theme;

/// A form a server wants filled in.
#[derive(Debug)]
pub(super) struct FormPanel {
    server: String,
    message: String,
    warnings: Vec<String>,
    fields: Vec<Field>,
    /// The field that is being filled in.
    at: usize,
}

/// A form's answers, kept to be shown again.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    server: String,
    message: String,
    values: Map<String, Json>,
}

impl FormPanel {
    pub(super) fn new(form: Form, last: Option<&Answered>) -> Self {
        let again = !form.problems.is_empty();
        let last =
            last.filter(|last| again && last.server == form.server && last.message == form.message);
        let mut fields = Field::of(&form.schema, last.map(|last| &last.values));
        for (name, problem) in &form.problems {
            if let Some(field) = fields.iter_mut().find(|field| field.name == *name) {
                field.problem = Some(clean_line(problem));
            }
        }
        let wrong = fields.iter().position(|field| field.problem.is_some());
        Self {
            server: form.server,
            message: form.message,
            warnings: form.warnings,
            fields,
            at: wrong.unwrap_or(0),
        }
    }

    pub(super) fn answered(&self) -> Answered {
        Answered {
            server: self.server.clone(),
            message: self.message.clone(),
            values: self.values().unwrap_or_default(),
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent, settled: bool) -> Outcome {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('d') if ctrl => {
                return Outcome::Answered(Answer::Filled(Filled::Declined));
            }
            KeyCode::Char('s') if ctrl => return self.send(),
            KeyCode::Enter if self.at + 1 >= self.fields.len() && settled => return self.send(),
            KeyCode::Enter | KeyCode::Tab | KeyCode::Down if self.at + 1 < self.fields.len() => {
                self.at += 1;
            }
            KeyCode::BackTab | KeyCode::Up => self.at = self.at.saturating_sub(1),
            _ => self.edit(key, ctrl),
        }
        Outcome::Open
    }

    fn edit(&mut self, key: KeyEvent, ctrl: bool) {
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        match &mut field.value {
            Value::Text(editor, _) => match key.code {
                KeyCode::Char('u') if ctrl => editor.delete_to_home(),
                KeyCode::Char(char) if !ctrl => editor.insert(char.encode_utf8(&mut [0; 4])),
                KeyCode::Backspace => editor.backspace(),
                KeyCode::Delete => editor.delete(),
                KeyCode::Left => editor.left(),
                KeyCode::Right => editor.right(),
                KeyCode::Home => editor.home(),
                KeyCode::End => editor.end(),
                _ => return,
            },
            Value::Switch(on) => match key.code {
                KeyCode::Char('y') => *on = Some(true),
                KeyCode::Char('n') => *on = Some(false),
                KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right => {
                    *on = Some(!on.unwrap_or(false));
                }
                KeyCode::Backspace => *on = None,
                _ => return,
            },
            Value::One(choices, at) => {
                let last = choices.len().saturating_sub(1);
                match key.code {
                    KeyCode::Char(' ') | KeyCode::Right => {
                        *at = Some(at.map_or(0, |at| if at < last { at + 1 } else { 0 }));
                    }
                    KeyCode::Left => {
                        *at = Some(at.map_or(last, |at| at.checked_sub(1).unwrap_or(last)));
                    }
                    KeyCode::Backspace => *at = None,
                    _ => return,
                }
            }
            Value::Many(choices, at) => match key.code {
                KeyCode::Right => *at = (*at + 1).min(choices.len().saturating_sub(1)),
                KeyCode::Left => *at = at.saturating_sub(1),
                KeyCode::Char(' ') => {
                    if let Some((_, on)) = choices.get_mut(*at) {
                        *on = !*on;
                    }
                }
                _ => return,
            },
        }
        field.problem = None;
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.at)
            && let Value::Text(editor, _) = &mut field.value
        {
            editor.insert(text);
            field.problem = None;
        }
    }

    /// Sends the form, or goes to the first field that is wrong.
    fn send(&mut self) -> Outcome {
        for field in &mut self.fields {
            field.problem = field.answer().err();
        }
        if let Some(wrong) = self.fields.iter().position(|field| field.problem.is_some()) {
            self.at = wrong;
            return Outcome::Open;
        }
        let values = self.values().unwrap_or_default();
        Outcome::Answered(Answer::Filled(Filled::Accepted(Json::Object(values))))
    }

    fn values(&self) -> Result<Map<String, Json>, String> {
        let mut values = Map::new();
        for field in &self.fields {
            if let Some(value) = field.answer()? {
                values.insert(field.name.clone(), value);
            }
        }
        Ok(values)
    }

    pub(super) fn view(&self, columns: usize, theme: Theme) -> View {
        let mut view = View {
            title: "A server asks you".to_owned(),
            head: vec![Line::styled(clean_line(&self.server), theme.strong)],
            ..View::default()
        };
        view.head.extend(text(&self.message, columns, theme.text));
        for warning in &self.warnings {
            view.head.extend(text(warning, columns, theme.warn));
        }
        for (at, field) in self.fields.iter().enumerate() {
            self.field(field, at, columns, theme, &mut view);
        }
        let change = match self.fields.get(self.at).map(|field| &field.value) {
            Some(Value::Switch(_)) => Some(("y/n", "choose")),
            Some(Value::One(..)) => Some(("← →", "choose")),
            Some(Value::Many(..)) => Some(("← → space", "choose")),
            _ => None,
        };
        let last = self.at + 1 >= self.fields.len();
        let mut all = vec![("enter", if last { "send" } else { "next" })];
        all.extend(change);
        all.extend([("ctrl-d", "decline"), ("esc", "cancel and stop")]);
        view.foot = keys(&all, columns, theme);
        view
    }

    fn field(&self, field: &Field, at: usize, columns: usize, theme: Theme, view: &mut View) {
        let here = at == self.at;
        let star = if field.required { " *" } else { "" };
        let mut label = Line::from(vec![Span::styled(
            format!("{}{star}", field.title),
            if here {
                theme.accent.patch(theme.strong)
            } else {
                theme.text
            },
        )]);
        if !field.about.is_empty() {
            let room = columns.saturating_sub(label.width() + 2);
            let about = crate::text::clip(&field.about, room);
            label.push_span(Span::styled(format!("  {about}"), theme.dim));
        }
        view.body.push(label);
        let mark = if here { "› " } else { "  " };
        let mut line = Line::from(Span::styled(mark, theme.accent));
        match &field.value {
            Value::Text(editor, _) => {
                // The end of a long text is what is being written.
                let room = columns.saturating_sub(4);
                let before = clean_line(editor.before());
                let skip = width(&before).saturating_sub(room);
                let shown = skip_columns(&clean_line(editor.text()), skip);
                if here {
                    view.cursor = Some((view.body.len(), 2 + width(&before) - skip));
                }
                line.push_span(Span::raw(crate::text::clip(&shown, room + 1)));
            }
            Value::Switch(on) => {
                for (value, name) in [(true, "yes"), (false, "no")] {
                    choice(&mut line, ONE, name, *on == Some(value), theme);
                }
            }
            Value::One(choices, chosen) => {
                for (index, one) in choices.iter().enumerate() {
                    choice(&mut line, ONE, &one.title, *chosen == Some(index), theme);
                }
            }
            Value::Many(choices, marked) => {
                for (index, (one, on)) in choices.iter().enumerate() {
                    let style = choice(&mut line, MANY, &one.title, *on, theme);
                    if here && index == *marked {
                        *style = style.patch(theme.selected);
                    }
                }
            }
        }
        if here && view.cursor.is_none() {
            view.cursor = Some((view.body.len(), 0));
        }
        view.body.extend(crate::text::wrap(&line.spans, columns));
        if let Some(problem) = &field.problem {
            view.body
                .extend(text(&format!("  {problem}"), columns, theme.bad));
        }
    }
}

/// Marks for one of several, and for some of several.
const ONE: [&str; 2] = ["●", "○"];
const MANY: [&str; 2] = ["[x]", "[ ]"];

/// Adds a choice to a line; gives its style.
fn choice<'a>(
    line: &'a mut Line<'static>,
    [chosen, open]: [&str; 2],
    name: &str,
    on: bool,
    theme: Theme,
) -> &'a mut Style {
    let mark = if on { chosen } else { open };
    let style = if on { theme.accent } else { theme.text };
    if line.spans.len() > 1 {
        line.push_span(Span::raw("  "));
    }
    line.push_span(Span::styled(format!("{mark} {name}"), style));
    match line.spans.last_mut() {
        Some(span) => &mut span.style,
        None => &mut line.style,
    }
}

/// A text without its first columns.
fn skip_columns(text: &str, columns: usize) -> String {
    let mut skipped = 0;
    let rest = text.chars().skip_while(|char| {
        let skip = skipped < columns;
        skipped += width(char.encode_utf8(&mut [0; 4]));
        skip
    });
    rest.collect()
}
