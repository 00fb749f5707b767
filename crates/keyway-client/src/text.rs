//! Text from servers and models, made fit to be shown: nothing in it can move the cursor, hide
//! other text or turn its direction.

use std::fmt::Write as _;

pub use keyway_core::is_hidden;

/// A text on one line, at most `most` characters of it. Line breaks are shown as `\n`.
///
/// ```
/// use keyway_client::text::line;
///
/// assert_eq!(line("a\u{1b}[2Jb\nc", 80), r"a\u{1b}[2Jb\nc");
/// assert_eq!(line("abcdef", 3), "abc… (6 characters)");
/// ```
pub fn line(text: &str, most: usize) -> String {
    shown(text, most, false)
}

/// A text of several lines, at most `most` characters of it.
///
/// ```
/// assert_eq!(keyway_client::text::block("a\r\nb\u{202e}c", 80), "a\nb\\u{202e}c");
/// ```
pub fn block(text: &str, most: usize) -> String {
    shown(text, most, true)
}

fn shown(text: &str, most: usize, lines: bool) -> String {
    let mut out = String::with_capacity(text.len().min(most.saturating_mul(4)));
    let mut left = most;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if left == 0 {
            let _ = write!(out, "… ({} characters)", text.chars().count());
            break;
        }
        left -= 1;
        match character {
            '\n' if lines => out.push('\n'),
            '\r' if lines && characters.peek() == Some(&'\n') => {}
            '\t' if lines => out.push_str("    "),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(hidden));
            }
            plain => out.push(plain),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_is_shown_as_it_is() {
        let nasty =
            "\u{1b}]0;title\u{7}\u{9b}31m\u{202e}txt\u{2066}\u{e0041}\u{200b}\u{feff}\u{7f}";
        for shown in [line(nasty, 1_000), block(nasty, 1_000)] {
            assert!(!shown.chars().any(is_hidden), "{shown}");
            assert!(shown.contains("\\u{1b}]0;title\\u{7}\\u{9b}31m\\u{202e}txt"));
        }
    }

    #[test]
    fn long_texts_say_how_long_they_are() {
        assert_eq!(line(&"é".repeat(10), 4), "éééé… (10 characters)");
        assert_eq!(line("abcd", 4), "abcd");
        assert_eq!(line("", 0), "");
    }
}
