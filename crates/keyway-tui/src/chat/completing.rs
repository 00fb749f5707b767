use crossterm::event::{KeyCode, KeyEvent};
use keyway_client::mentions::Suggestion;

use super::{Chat, Popup};
use crate::event::Effect;
use crate::slash::{Choice, asks, choices};
use crate::text::clean_line;

/// What servers are asked about the line, and what they suggested last.
#[derive(Debug, Default)]
pub(crate) struct Completing {
    last: u64,
    /// The question that is open: its number, and the text it is about.
    asked: Option<(u64, String)>,
    suggested: Suggested,
}

/// What servers suggested for a text.
#[derive(Debug, Default)]
struct Suggested {
    text: String,
    choices: Vec<Choice>,
}

impl Suggested {
    /// True when a question about this text would bring nothing new.
    fn covers(&self, before: &str) -> bool {
        let further = before.starts_with(&self.text) && !self.text.is_empty();
        before == self.text || (further && self.fitting(before).next().is_some())
    }

    /// What of it still fits: all of it for the same text, else what begins like the word does now.
    fn fitting(&self, before: &str) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(move |choice| {
            let word = before.get(choice.from..);
            let same = before == self.text;
            word.is_some_and(|word| {
                let begun = before.get(..choice.from) == self.text.get(..choice.from);
                let more = choice.text.trim_end() != word;
                begun && more && (same || choice.text.starts_with(word))
            })
        })
    }
}

impl Chat {
    /// Shows how what is written can go on.
    pub(super) fn offer(&mut self) {
        let before = self.editor.before();
        let mut found = choices(before, &self.world);
        for choice in self.completing.suggested.fitting(before) {
            if !found.iter().any(|one| one.text == choice.text) {
                found.push(choice.clone());
            }
        }
        self.popup = Popup::of(found);
    }

    /// Tab: goes on as far as there is only one way, and asks servers where they may know more.
    pub(super) fn complete(&mut self) -> Vec<Effect> {
        if !self.go_on()
            && let Some(popup) = &mut self.popup
        {
            popup.next();
        }
        let before = self.editor.before();
        let known = self.completing.suggested.covers(before);
        let asked = self.completing.asked.as_ref();
        let open = asked.is_some_and(|(_, text)| text == before);
        if known || open || !asks(before, &self.world) {
            return Vec::new();
        }
        self.completing.last += 1;
        let (number, text) = (self.completing.last, before.to_owned());
        self.completing.asked = Some((number, text.clone()));
        self.hint("asking the server how this goes on…");
        vec![Effect::Complete(number, text)]
    }

    /// Takes in what servers suggest. Nothing comes of it once the line is another.
    pub(super) fn suggested(&mut self, number: u64, found: Option<Vec<Suggestion>>) {
        let Some((_, text)) = self.completing.asked.take_if(|(open, _)| *open == number) else {
            return;
        };
        if text != self.editor.before() {
            // What waited for a turn came back into the line.
            return;
        }
        self.hint = None;
        let Some(found) = found else {
            return self.hint("the server did not say in time how this goes on");
        };
        let choice = |one: Suggestion| {
            // Who has the value wants to write the next word.
            let ends = one.text.ends_with(['=', ':', '/']);
            Choice {
                text: if ends { one.text } else { one.text + " " },
                about: clean_line(&one.about.unwrap_or_default()),
                from: one.range.start,
            }
        };
        self.completing.suggested = Suggested {
            text,
            choices: found
                .into_iter()
                .filter(|one| clean_line(&one.text) == one.text)
                .map(choice)
                .collect(),
        };
        self.go_on();
        if self.popup.is_none() && self.completing.suggested.choices.is_empty() {
            self.hint("the server suggests nothing here");
        }
    }

    /// Shows how the line can go on, and writes what all ways begin with. False where they part.
    fn go_on(&mut self) -> bool {
        self.offer();
        let popup = self.popup.as_ref();
        let Some(choice) = popup.and_then(|popup| popup.common(self.editor.before())) else {
            return false;
        };
        self.editor.replace_from(choice.from, &choice.text);
        self.offer();
        true
    }

    /// Gives up the question to servers, if one is open.
    pub(super) fn forget(&mut self) -> Option<Effect> {
        self.completing.asked.take()?;
        self.hint = None;
        Some(Effect::Forget)
    }

    /// The same, once the line is another than it was asked about, or something else is asked.
    pub(super) fn forget_stale(&mut self) -> Option<Effect> {
        let (_, text) = self.completing.asked.as_ref()?;
        if text == self.editor.before() && self.panels.is_empty() {
            return None;
        }
        self.forget()
    }

    /// Keys that belong to the choices while they are shown.
    pub(super) fn popup_key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let popup = self.popup.as_mut()?;
        match key.code {
            KeyCode::Esc => self.popup = None,
            KeyCode::Down => popup.next(),
            KeyCode::Up => popup.previous(),
            KeyCode::Tab if popup.marked.is_some() => self.choose(),
            KeyCode::Enter if popup.marked.is_some() && key.modifiers.is_empty() => self.choose(),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn choose(&mut self) {
        let chosen = self.popup.take().and_then(|popup| popup.chosen().cloned());
        if let Some(choice) = chosen {
            self.editor.replace_from(choice.from, &choice.text);
            self.offer();
        }
    }
}
