use crossterm::event::{
    Event as Terminal, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use jiff::SignedDuration;

use super::{Block, Chat, Phase};
use crate::event::Effect;
use crate::panel::Outcome;

/// Within this time a second Ctrl-C ends.
const TWICE: SignedDuration = SignedDuration::from_secs(2);

/// Lines of one notch of the wheel.
const NOTCH: usize = 3;

impl Chat {
    pub(super) fn terminal(&mut self, event: &Terminal) -> Vec<Effect> {
        let mut effects = self.happened(event);
        effects.extend(self.forget_stale());
        effects
    }

    fn happened(&mut self, event: &Terminal) -> Vec<Effect> {
        match event {
            Terminal::Key(key) if key.kind != KeyEventKind::Release => self.key(*key),
            Terminal::Paste(text) => {
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                match self.panels.front_mut() {
                    Some(panel) => panel.paste(&text),
                    None => self.written(&text),
                }
                Vec::new()
            }
            Terminal::Mouse(mouse) => {
                self.mouse(*mouse);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        if ctrl && key.code == KeyCode::Char('c') {
            return self.leave();
        }
        self.leaving = None;
        if self.panels.front().is_some() {
            return self.panel_key(key);
        }
        if self.scroll_key(key) {
            return Vec::new();
        }
        self.hint = None;
        if let Some(effects) = self.popup_key(key) {
            return effects;
        }
        if self.card_key(key) {
            return Vec::new();
        }
        match key.code {
            KeyCode::Esc => return self.escape(),
            KeyCode::Char('d') if ctrl && self.editor.is_empty() => return vec![Effect::Quit],
            KeyCode::Char('j') if ctrl => self.written("\n"),
            KeyCode::Enter
                if key
                    .modifiers
                    .intersects(KeyModifiers::ALT | KeyModifiers::SHIFT) =>
            {
                self.written("\n");
            }
            KeyCode::Enter if self.editor.before().ends_with('\\') => {
                self.editor.backspace();
                self.written("\n");
            }
            KeyCode::Enter => return self.submit(),
            KeyCode::Tab => return self.complete(),
            KeyCode::Up => self.back(),
            KeyCode::Down => self.forth(),
            _ if self.edit_key(key) => {
                self.history.leave();
                self.offer();
            }
            _ => {}
        }
        Vec::new()
    }

    fn panel_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(panel) = self.panels.front_mut() else {
            return Vec::new();
        };
        let id = panel.id();
        match panel.key(key, self.now) {
            Outcome::Open => Vec::new(),
            Outcome::Answered(answer) => {
                if let Some(form) = panel.answered(&answer) {
                    self.last_form = Some(form);
                }
                self.panels.pop_front();
                self.show_next();
                vec![Effect::Answer(id, answer)]
            }
            Outcome::Went(url, answer) => {
                self.panels.pop_front();
                self.show_next();
                vec![Effect::Visit(url), Effect::Answer(id, answer)]
            }
            Outcome::Stop(answer) => {
                self.panels.pop_front();
                self.show_next();
                let mut effects = vec![Effect::Answer(id, answer)];
                effects.extend(self.interrupt());
                effects
            }
        }
    }

    /// The next panel is new to the person, however long it has waited.
    fn show_next(&mut self) {
        let now = self.now;
        if let Some(next) = self.panels.front_mut() {
            next.shown(now);
        }
    }

    /// The first Ctrl-C warns, the second ends. Questions are answered with no.
    fn leave(&mut self) -> Vec<Effect> {
        if self.leaving.is_some_and(|until| self.now <= until) {
            let mut effects: Vec<_> = self
                .panels
                .drain(..)
                .map(|panel| Effect::Answer(panel.id(), panel.refusal()))
                .collect();
            effects.push(Effect::Quit);
            return effects;
        }
        self.leaving = self.now.checked_add(TWICE).ok();
        Vec::new()
    }

    fn escape(&mut self) -> Vec<Effect> {
        if self.phase != Phase::Ready {
            return self.interrupt();
        }
        if let Some(forget) = self.forget() {
            return vec![forget];
        }
        if self.editor.is_empty() {
            self.view.below = 0;
        } else {
            let text = self.editor.take();
            self.history.push(text.trim());
        }
        Vec::new()
    }

    fn interrupt(&mut self) -> Vec<Effect> {
        match self.phase {
            Phase::Busy(_) => {
                self.phase = Phase::Stopping;
                vec![Effect::Interrupt]
            }
            _ => Vec::new(),
        }
    }

    fn written(&mut self, text: &str) {
        self.editor.insert(text);
        self.history.leave();
        self.offer();
    }

    fn back(&mut self) {
        if !self.editor.up()
            && let Some(line) = self.history.back(self.editor.text())
        {
            self.editor.set(line);
        }
    }

    fn forth(&mut self) {
        if !self.editor.down()
            && let Some(line) = self.history.forth()
        {
            self.editor.set(line);
        }
    }

    fn edit_key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let editor = &mut self.editor;
        match key.code {
            KeyCode::Char('a') if ctrl => editor.home(),
            KeyCode::Char('e') if ctrl => editor.end(),
            KeyCode::Char('u') if ctrl => editor.delete_to_home(),
            KeyCode::Char('k') if ctrl => editor.delete_to_end(),
            KeyCode::Char('w') if ctrl => editor.delete_word(),
            KeyCode::Char('d') if ctrl => editor.delete(),
            KeyCode::Char('b') if alt => editor.word_left(),
            KeyCode::Char('f') if alt => editor.word_right(),
            KeyCode::Char(char) if !ctrl && !alt => {
                editor.insert(char.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Backspace if alt || ctrl => editor.delete_word(),
            KeyCode::Backspace => editor.backspace(),
            KeyCode::Delete => editor.delete(),
            KeyCode::Left if ctrl || alt => editor.word_left(),
            KeyCode::Right if ctrl || alt => editor.word_right(),
            KeyCode::Left => editor.left(),
            KeyCode::Right => editor.right(),
            KeyCode::Home => editor.home(),
            KeyCode::End => editor.end(),
            _ => return false,
        }
        true
    }

    fn scroll_key(&mut self, key: KeyEvent) -> bool {
        let page = self.view.height.saturating_sub(2).max(1);
        match key.code {
            KeyCode::PageUp => self.scroll_up(page),
            KeyCode::PageDown => self.scroll_down(page),
            KeyCode::End if key.modifiers.contains(KeyModifiers::CONTROL) => self.view.below = 0,
            KeyCode::Home if key.modifiers.contains(KeyModifiers::CONTROL) => {
                self.scroll_up(usize::MAX);
            }
            _ => return false,
        }
        true
    }

    fn scroll_up(&mut self, lines: usize) {
        let most = self.view.total.saturating_sub(self.view.height);
        self.view.below = self.view.below.saturating_add(lines).min(most);
    }

    fn scroll_down(&mut self, lines: usize) {
        self.view.below = self.view.below.saturating_sub(lines);
    }

    /// Keys that choose, open and fold the cards of calls.
    fn card_key(&mut self, key: KeyEvent) -> bool {
        match (key.code, self.view.marked) {
            (KeyCode::BackTab, marked) => self.view.marked = self.card_before(marked),
            (KeyCode::Char('o'), _) if key.modifiers.contains(KeyModifiers::CONTROL) => {
                self.fold_all();
            }
            (KeyCode::Enter | KeyCode::Char(' '), Some(at)) => self.fold(at),
            (KeyCode::Esc, Some(_)) => self.view.marked = None,
            (_, Some(_)) => {
                self.view.marked = None;
                return false;
            }
            _ => return false,
        }
        true
    }

    fn card_before(&self, marked: Option<usize>) -> Option<usize> {
        let blocks = self.feed.blocks();
        let end = marked.unwrap_or(blocks.len());
        let is_card = |at: &usize| matches!(blocks.get(*at), Some(Block::Card(_)));
        (0..end).rev().find(is_card)
    }

    fn fold(&mut self, at: usize) {
        if let Some(Block::Card(card)) = self.feed.block_mut(at) {
            card.open = !card.open;
        }
        self.view.cache.forget(at);
    }

    fn fold_all(&mut self) {
        let cards = |chat: &Self| {
            let blocks = chat.feed.blocks().iter().enumerate();
            let cards = blocks.filter_map(|(at, block)| match block {
                Block::Card(card) => Some((at, card.open)),
                _ => None,
            });
            cards.collect::<Vec<_>>()
        };
        let all = cards(self);
        let open = !all.iter().any(|(_, open)| *open);
        for (at, is_open) in all {
            if is_open != open {
                self.fold(at);
            }
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) {
        match mouse.kind {
            MouseEventKind::ScrollUp => self.scroll_up(NOTCH),
            MouseEventKind::ScrollDown => self.scroll_down(NOTCH),
            MouseEventKind::Down(MouseButton::Left) => {
                let row = usize::from(mouse.row.saturating_sub(self.view.top));
                if mouse.row >= self.view.top
                    && let Some(Some(at)) = self.view.rows.get(row)
                {
                    self.fold(*at);
                }
            }
            _ => {}
        }
    }
}
