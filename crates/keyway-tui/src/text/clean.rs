//! What servers, models and files say, before it may be shown.

const ESCAPE: char = '\u{1b}';

/// Columns of a tab.
const TAB: &str = "    ";

/// Makes a text harmless for a terminal. Lines stay, tabs become spaces, colours go away; any other
/// control character becomes visible, so that nothing a terminal would act on, reorder or hide is
/// left, and nothing that was hidden stays hidden.
///
/// ```
/// assert_eq!(keyway_tui::clean("\u{1b}[31mred\u{1b}[0m\u{7}"), "red␇");
/// assert_eq!(keyway_tui::clean("\u{1b}]0;title\u{7}"), "␛]0;title␇");
/// ```
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text;
    let mut replaced = false;
    while let Some(char) = rest.chars().next() {
        if let Some(after) = colour(rest) {
            rest = after;
            continue;
        }
        rest = rest.get(char.len_utf8()..).unwrap_or_default();
        let hidden = is_hidden(char);
        match char {
            '\t' => cleaned.push_str(TAB),
            '\r' if rest.starts_with('\n') => {}
            '\n' | '\u{2028}' | '\u{2029}' | '\u{85}' => cleaned.push('\n'),
            // A run of hidden characters may carry a whole text: one mark is enough to see it.
            _ if hidden && replaced => {}
            _ if hidden => cleaned.push(char::REPLACEMENT_CHARACTER),
            '\u{7f}' => cleaned.push('␡'),
            _ if char.is_control() => cleaned.push(picture(char)),
            _ => cleaned.push(char),
        }
        replaced = hidden;
    }
    cleaned
}

/// The same for what must stay on one line.
pub fn clean_line(text: &str) -> String {
    let words: Vec<_> = clean(text)
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    words.join(" ")
}

/// What follows a sequence that only sets colours (ECMA-48, SGR).
fn colour(text: &str) -> Option<&str> {
    let body = text.strip_prefix(ESCAPE)?.strip_prefix('[')?;
    let end = body.find(|char: char| !matches!(char, '0'..='9' | ';' | ':'))?;
    body.get(end..)?.strip_prefix('m')
}

/// Characters that are not seen but change what is. Controls are shown as pictures, and what joins
/// letters and pictures is part of how languages and emoji are written.
fn is_hidden(char: char) -> bool {
    let joins = matches!(char, '\u{200c}' | '\u{200d}');
    !joins && !char.is_control() && keyway_core::is_hidden(char)
}

/// The picture of a control character (Unicode, "Control Pictures").
fn picture(char: char) -> char {
    match u32::from(char) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_acts_on_is_left() {
        let attacks = [
            "\u{1b}[2J\u{1b}[H",
            "\u{1b}]52;c;cm0gLXJm\u{7}",
            "\u{1b}]8;;https://evil.example\u{1b}\\here\u{1b}]8;;\u{1b}\\",
            "\u{1b}P$q\u{1b}\\",
            "\u{9b}31m\u{90}\u{9d}",
            "\u{1b}[31",
            "safe\rfake",
            "a\u{8}\u{8}b",
            "\u{202e}txt.exe\u{2066}",
            "x\u{e0041}\u{e0042}y\u{200b}",
            "\u{1b}[?1049l\u{1b}c",
        ];
        for attack in attacks {
            let cleaned = clean(attack);
            let bad = |char: char| (char.is_control() && char != '\n') || is_hidden(char);
            assert!(!cleaned.contains(bad), "{attack:?} -> {cleaned:?}");
        }
    }

    #[test]
    fn what_was_hidden_is_seen() {
        assert_eq!(clean("a\u{1b}]0;rm -rf\u{7}b"), "a␛]0;rm -rf␇b");
        assert_eq!(clean("a\u{e0041}\u{e0042}\u{e0043}b"), "a\u{fffd}b");
        assert_eq!(clean("safe\rfake"), "safe␍fake");
    }

    #[test]
    fn ordinary_text_stays() {
        let text = "Grüße, 日本語 👩‍👩‍👧 e\u{301}\n  two";
        assert_eq!(clean(text), text);
        assert_eq!(clean("a\r\n\tb"), "a\n    b");
        assert_eq!(clean_line(" one\n\n two "), "one two");
    }
}
