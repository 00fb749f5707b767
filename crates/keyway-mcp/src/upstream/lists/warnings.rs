/// The most warnings that are kept of one server.
const MOST: usize = 50;

/// What was left out or cut short, in words for an operator.
#[derive(Debug, Clone, Default)]
pub(super) struct Warnings {
    texts: Vec<String>,
    more: usize,
}

impl Warnings {
    /// Adds one.
    pub(super) fn add(&mut self, text: String) {
        if self.texts.len() < MOST {
            self.texts.push(text);
        } else {
            self.more += 1;
        }
    }

    /// Adds those of another.
    pub(super) fn extend(&mut self, other: &Self) {
        for text in &other.texts {
            self.add(text.clone());
        }
        self.more += other.more;
    }

    /// All of them, bounded.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut texts = self.texts.clone();
        if self.more > 0 {
            texts.push(format!("and {} more", self.more));
        }
        texts
    }
}
