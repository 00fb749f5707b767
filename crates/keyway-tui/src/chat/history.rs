/// The lines that were sent before.
#[derive(Debug, Default)]
pub(crate) struct History {
    lines: Vec<String>,
    /// Which one is shown, and what was being written before.
    at: Option<(usize, String)>,
}

impl History {
    pub(crate) fn push(&mut self, line: &str) {
        self.at = None;
        if !line.is_empty() && self.lines.last().is_none_or(|last| last != line) {
            self.lines.push(line.to_owned());
        }
    }

    /// The line before the one that is shown.
    pub(crate) fn back(&mut self, written: &str) -> Option<String> {
        let (at, draft) = match self.at.take() {
            Some((at, draft)) => (at.saturating_sub(1), draft),
            None => (self.lines.len().checked_sub(1)?, written.to_owned()),
        };
        self.at = Some((at, draft));
        self.lines.get(at).cloned()
    }

    /// The line after it, and at the end what was being written.
    pub(crate) fn forth(&mut self) -> Option<String> {
        let (at, draft) = self.at.take()?;
        match self.lines.get(at + 1) {
            Some(line) => {
                self.at = Some((at + 1, draft));
                Some(line.clone())
            }
            None => Some(draft),
        }
    }

    /// What is shown was changed: it is a line of its own now.
    pub(crate) fn leave(&mut self) {
        self.at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::History;

    #[test]
    fn what_was_being_written_comes_back() {
        let mut history = History::default();
        assert_eq!(history.back("x"), None);
        history.push("one");
        history.push("two");
        history.push("two");
        assert_eq!(history.back("draft").as_deref(), Some("two"));
        assert_eq!(history.back("two").as_deref(), Some("one"));
        assert_eq!(history.back("one").as_deref(), Some("one"));
        assert_eq!(history.forth().as_deref(), Some("two"));
        assert_eq!(history.forth().as_deref(), Some("draft"));
        assert_eq!(history.forth(), None);
    }
}
