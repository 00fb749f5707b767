use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// As much of a text as fits, with a mark where something is left out.
pub(crate) fn clip(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut clipped = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used >= columns {
            break;
        }
        clipped.push_str(grapheme);
    }
    if columns > 0 {
        clipped.push('…');
    }
    clipped
}

/// Breaks styled text into lines of so many columns: between words where it can, inside one where
/// it must. Line feeds break too. There is at least one line.
pub(crate) fn wrap(spans: &[Span<'_>], columns: usize) -> Vec<Line<'static>> {
    let mut paragraph = Paragraph::new(columns);
    for span in spans {
        for word in span.content.split_word_bounds() {
            paragraph.push(word, span.style);
        }
    }
    paragraph.finish()
}

struct Paragraph {
    columns: usize,
    lines: Vec<Line<'static>>,
    line: Line<'static>,
    used: usize,
    /// Blanks that are shown only when something follows them on the line.
    blanks: Vec<(String, Style)>,
    /// Parts that no blank stands between: they move to the next line together.
    word: Vec<(String, Style)>,
}

impl Paragraph {
    fn new(columns: usize) -> Self {
        Self {
            columns: columns.max(1),
            lines: Vec::new(),
            line: Line::default(),
            used: 0,
            blanks: Vec::new(),
            word: Vec::new(),
        }
    }

    fn push(&mut self, part: &str, style: Style) {
        match part {
            "\n" | "\r\n" => {
                self.place_word();
                self.blanks.clear();
                self.break_line();
            }
            blank if blank.chars().all(char::is_whitespace) => {
                self.place_word();
                self.blanks.push((blank.to_owned(), style));
            }
            part => {
                self.word.push((part.to_owned(), style));
                // East Asian text has no blanks: a line may break beside any wide character.
                if part.chars().next().is_some_and(|char| char > '\u{2e7f}') {
                    self.place_word();
                }
            }
        }
    }

    fn finish(mut self) -> Vec<Line<'static>> {
        self.place_word();
        self.break_line();
        self.lines
    }

    fn place_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.is_empty() {
            return;
        }
        let blanks = std::mem::take(&mut self.blanks);
        let wide = |parts: &[(String, Style)]| parts.iter().map(|(text, _)| width(text)).sum();
        let (word_width, blank_width): (usize, usize) = (wide(&word), wide(&blanks));
        let fits = self.used + blank_width + word_width <= self.columns;
        if fits || (self.used == 0 && blank_width < self.columns) {
            for (text, style) in blanks {
                self.place(&text, style);
            }
        } else if self.used > 0 {
            self.break_line();
        }
        for (text, style) in word {
            self.place(&text, style);
        }
    }

    fn place(&mut self, text: &str, style: Style) {
        if self.used + width(text) <= self.columns {
            self.used += width(text);
            self.line.push_span(Span::styled(text.to_owned(), style));
            return;
        }
        for grapheme in text.graphemes(true) {
            if self.used > 0 && self.used + width(grapheme) > self.columns {
                self.break_line();
            }
            self.used += width(grapheme);
            self.line
                .push_span(Span::styled(grapheme.to_owned(), style));
        }
    }

    fn break_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, columns: usize) -> Vec<String> {
        wrap(&[Span::raw(text)], columns)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn lines_break_between_words_and_long_words_inside() {
        assert_eq!(lines("one two three", 8), ["one two", "three"]);
        assert_eq!(lines("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(lines("go abcdefghij", 6), ["go", "abcdef", "ghij"]);
        assert_eq!(lines("", 4), [""]);
        assert_eq!(lines("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(lines("  in", 8), ["  in"]);
    }

    #[test]
    fn wide_characters_count_twice_and_are_never_halved() {
        assert_eq!(lines("日本語日本語", 5), ["日本", "語日", "本語"]);
        assert_eq!(lines("👩‍👩‍👧👩‍👩‍👧", 2), ["👩‍👩‍👧", "👩‍👩‍👧"]);
        assert_eq!(clip("日本語", 5), "日本…");
        assert_eq!(clip("日本語", 6), "日本語");
        assert_eq!(clip("日本語", 0), "");
    }

    #[test]
    fn parts_of_one_word_in_different_styles_stay_together() {
        let spans = [Span::raw("one tw"), Span::styled("o", Style::new().bold())];
        let lines: Vec<_> = wrap(&spans, 6).iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["one", "two"]);
    }
}
