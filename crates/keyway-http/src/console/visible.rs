use std::fmt::Write as _;

use keyway_core::is_hidden;

/// A text whose characters are all seen: what is hidden, turns text around or is obeyed stands there by
/// its number.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) && !matches!(c, '\n' | '\t') {
            let _ = write!(out, "⟦U+{:04X}⟧", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_is_left_and_what_people_write_stays() {
        assert_eq!(
            visible("pay\u{202e}lap\u{1b}[31m"),
            "pay⟦U+202E⟧lap⟦U+001B⟧[31m"
        );
        let text = "Grüße,\n日本語 <b>";
        assert_eq!(visible(text), text);
    }
}
