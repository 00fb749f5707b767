use crate::slash::Choice;

/// The ways a word can go on, while they are shown.
#[derive(Debug, Clone)]
pub(crate) struct Popup {
    pub(crate) choices: Vec<Choice>,
    /// The one that is marked; none until the person moves.
    pub(crate) marked: Option<usize>,
}

impl Popup {
    pub(crate) fn of(choices: Vec<Choice>) -> Option<Self> {
        (!choices.is_empty()).then_some(Self {
            choices,
            marked: None,
        })
    }

    pub(crate) fn next(&mut self) {
        let next = self.marked.map_or(0, |at| at + 1);
        self.marked = Some(if next < self.choices.len() { next } else { 0 });
    }

    pub(crate) fn previous(&mut self) {
        let last = self.choices.len().saturating_sub(1);
        self.marked = Some(match self.marked {
            None | Some(0) => last,
            Some(at) => at - 1,
        });
    }

    pub(crate) fn chosen(&self) -> Option<&Choice> {
        self.choices.get(self.marked?)
    }

    /// What Tab adds: the one choice, or what all of them begin with. `written` is the text before
    /// the cursor.
    pub(crate) fn common(&self, written: &str) -> Option<Choice> {
        let first = self.choices.first()?;
        if self.choices.len() == 1 {
            return Some(first.clone());
        }
        let mut begin = first.text.as_str();
        for choice in &self.choices {
            if choice.from != first.from {
                return None;
            }
            while !choice.text.starts_with(begin) {
                let mut chars = begin.chars();
                chars.next_back();
                begin = chars.as_str();
            }
        }
        let word = written.get(first.from..)?;
        (begin.len() > word.len() && begin.starts_with(word)).then(|| Choice {
            text: begin.to_owned(),
            about: String::new(),
            from: first.from,
        })
    }
}
