use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};

/// The text that is being written, and where in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Editor {
    text: String,
    /// In bytes, never inside of a character as people see one.
    cursor: usize,
}

impl Editor {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What is before the cursor.
    pub(crate) fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    pub(crate) fn set(&mut self, text: impl Into<String>) {
        self.text = text.into();
        self.cursor = self.text.len();
    }

    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    pub(crate) fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    /// Puts a text in the place of what is between a byte and the cursor.
    pub(crate) fn replace_from(&mut self, from: usize, text: &str) {
        if self.text.is_char_boundary(from) && from <= self.cursor {
            self.text.replace_range(from..self.cursor, text);
            self.cursor = from + text.len();
        }
    }

    pub(crate) fn left(&mut self) {
        self.cursor = self.previous();
    }

    pub(crate) fn right(&mut self) {
        let mut cursor = GraphemeCursor::new(self.cursor, self.text.len(), true);
        if let Ok(Some(next)) = cursor.next_boundary(&self.text, 0) {
            self.cursor = next;
        }
    }

    pub(crate) fn word_left(&mut self) {
        let words = self.before().unicode_word_indices();
        self.cursor = words.map(|(at, _)| at).next_back().unwrap_or(0);
    }

    pub(crate) fn word_right(&mut self) {
        let word = self.after().unicode_word_indices().next();
        let end = word.map(|(at, word)| self.cursor + at + word.len());
        self.cursor = end.unwrap_or(self.text.len());
    }

    /// To the beginning of the line.
    pub(crate) fn home(&mut self) {
        self.cursor = self.before().rfind('\n').map_or(0, |at| at + 1);
    }

    /// To the end of the line.
    pub(crate) fn end(&mut self) {
        let line = self.after().find('\n');
        self.cursor = line.map_or(self.text.len(), |at| self.cursor + at);
    }

    /// A line up, at the same column; false on the first.
    pub(crate) fn up(&mut self) -> bool {
        let start = self.before().rfind('\n').map_or(0, |at| at + 1);
        let Some(above_end) = start.checked_sub(1) else {
            return false;
        };
        let column = self.column(start);
        let above = self.text.get(..above_end).unwrap_or_default();
        let above_start = above.rfind('\n').map_or(0, |at| at + 1);
        self.cursor = self.at_column(above_start, above_end, column);
        true
    }

    /// A line down, at the same column; false on the last.
    pub(crate) fn down(&mut self) -> bool {
        let start = self.before().rfind('\n').map_or(0, |at| at + 1);
        let Some(end) = self.after().find('\n').map(|at| self.cursor + at) else {
            return false;
        };
        let column = self.column(start);
        let below = self.text.get(end + 1..).unwrap_or_default();
        let below_end = below.find('\n').map_or(self.text.len(), |at| end + 1 + at);
        self.cursor = self.at_column(end + 1, below_end, column);
        true
    }

    fn column(&self, start: usize) -> usize {
        let line = self.text.get(start..self.cursor).unwrap_or_default();
        line.graphemes(true).count()
    }

    fn at_column(&self, start: usize, end: usize, column: usize) -> usize {
        let line = self.text.get(start..end).unwrap_or_default();
        let wanted: usize = line.graphemes(true).take(column).map(str::len).sum();
        start + wanted
    }

    pub(crate) fn backspace(&mut self) {
        let from = self.previous();
        self.replace_from(from, "");
    }

    pub(crate) fn delete(&mut self) {
        let at = self.cursor;
        self.right();
        self.replace_from(at, "");
    }

    pub(crate) fn delete_word(&mut self) {
        let end = self.cursor;
        self.word_left();
        let from = std::mem::replace(&mut self.cursor, end);
        self.replace_from(from, "");
    }

    /// Deletes from the line's beginning to the cursor.
    pub(crate) fn delete_to_home(&mut self) {
        let end = self.cursor;
        self.home();
        let from = std::mem::replace(&mut self.cursor, end);
        self.replace_from(from, "");
    }

    /// Deletes from the cursor to the line's end.
    pub(crate) fn delete_to_end(&mut self) {
        let from = self.cursor;
        self.end();
        self.replace_from(from, "");
    }

    fn previous(&self) -> usize {
        let mut cursor = GraphemeCursor::new(self.cursor, self.text.len(), true);
        match cursor.prev_boundary(&self.text, 0) {
            Ok(Some(previous)) => previous,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Editor;

    fn editor(text: &str) -> Editor {
        let mut editor = Editor::default();
        editor.set(text);
        editor
    }

    #[test]
    fn characters_are_what_people_see() {
        let mut editor = editor("a👩‍👩‍👧e\u{301}");
        editor.backspace();
        assert_eq!(editor.text(), "a👩‍👩‍👧");
        editor.left();
        assert_eq!(editor.before(), "a");
        editor.delete();
        assert_eq!(editor.text(), "a");
        editor.left();
        editor.left();
        editor.backspace();
        assert_eq!(editor.text(), "a");
    }

    #[test]
    fn lines_are_walked_and_cut() {
        let mut editor = editor("first line\nab\nthird");
        assert!(editor.up());
        assert_eq!(editor.before(), "first line\nab");
        assert!(editor.up());
        assert_eq!(editor.before(), "fi");
        assert!(!editor.up());
        editor.delete_to_end();
        assert_eq!(editor.text(), "fi\nab\nthird");
        assert!(editor.down() && editor.down() && !editor.down());
        editor.end();
        editor.delete_word();
        assert_eq!(editor.text(), "fi\nab\n");
        editor.insert("x y");
        editor.delete_to_home();
        assert_eq!(editor.text(), "fi\nab\n");
    }

    #[test]
    fn words_are_jumped_over() {
        let mut editor = editor("eins zwei  drei");
        editor.word_left();
        editor.word_left();
        assert_eq!(editor.before(), "eins ");
        editor.word_right();
        assert_eq!(editor.before(), "eins zwei");
    }
}
