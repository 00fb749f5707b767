//! What a server says, made fit for a page a model reads. It is not to be trusted: it stays on one
//! line, has a length, hides nothing, and cannot pass for the page's own.

use std::fmt::Write as _;

use crate::text::is_hidden;

/// A text on one line without anything hidden, at most `most` characters of it.
pub(super) fn plain(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut left = most;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let mut word = word.chars().filter(|c| !is_hidden(*c)).peekable();
        if word.peek().is_none() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
            left = left.saturating_sub(1);
        }
        for character in word {
            if left == 0 {
                out.truncate(out.trim_end().len());
                out.push('…');
                return out;
            }
            left -= 1;
            out.push(character);
        }
    }
    out
}

/// The same as a cell of a table: no mark-up, and no end of the cell.
pub(super) fn cell(text: &str, most: usize) -> String {
    let mut out = String::new();
    for character in plain(text, most).chars() {
        if matches!(
            character,
            '\\' | '|' | '`' | '<' | '>' | '[' | ']' | '*' | '_' | '#'
        ) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A server's own name of a tool, as it has to be given in a call: as it is, or as a JSON string
/// whose every unusual character is an escape.
pub(super) fn tool_name(name: &str) -> String {
    let usual = |c: char| c.is_ascii_alphanumeric() || "_-./:".contains(c);
    if !name.is_empty() && name.chars().all(usual) {
        return name.to_owned();
    }
    let mut out = String::from('"');
    let mut units = [0; 2];
    for character in name.chars() {
        if usual(character) || character == ' ' {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut units) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out.push('"');
    out
}

/// JSON text whose strings hide nothing: what cannot be seen is an escape. The value is the same.
pub(super) fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        // Outside of strings JSON text has no such character but line breaks.
        if character == '\n' || !is_hidden(character) {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut units) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_one_line_and_hides_nothing() {
        let nasty = "a\n---\r\nname: evil\u{2028}b\u{202e}c\u{200b} \u{e0041}\u{1b}[2J  d";
        assert_eq!(plain(nasty, 100), "a --- name: evil bc [2J d");
        assert_eq!(plain("abc def", 5), "abc d…");
        assert_eq!(plain("abc def", 4), "abc…");
        assert_eq!(plain("abc def", 3), "abc…");
        assert_eq!(plain(" \n ", 4), "");
    }

    #[test]
    fn a_cell_ends_where_we_end_it() {
        assert_eq!(
            cell("x | y\n| z | `q` [l](u) \\| <b>", 100),
            r"x \| y \| z \| \`q\` \[l\](u) \\\| \<b\>"
        );
    }

    #[test]
    fn names_are_exact_and_cannot_be_mistaken() {
        assert_eq!(tool_name("repos/get-file_2"), "repos/get-file_2");
        assert_eq!(
            tool_name("a|b`\u{202e}😀\n"),
            r#""a\u007cb\u0060\u202e\ud83d\ude00\u000a""#
        );
        for name in ["a|b`\u{202e}😀\n\"\\", "", "ä b"] {
            let shown = tool_name(name);
            assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), name);
        }
    }

    #[test]
    fn hidden_characters_of_json_are_escapes() {
        let value = serde_json::json!({ "a\u{202e}b": "\u{200b}\u{e0041}\n" });
        let text = visible(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)), "{text}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }
}
