//! Cutting results that are too long for a model.

/// The text, or its beginning and its end with a note between them. A quarter of what is kept is
/// the end: that is where errors are.
pub(super) fn cut(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let head = floor(&text, most - most / 4);
    let tail = ceil(&text, text.len() - most / 4);
    let gone = tail.saturating_sub(head);
    let (Some(start), Some(end)) = (text.get(..head), text.get(tail..)) else {
        return text;
    };
    format!(
        "{start}\n[… {gone} of {} bytes cut: ask for less at a time …]\n{end}",
        text.len()
    )
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        let text = format!("begin{}end", "ä".repeat(1000));
        let cut = cut(text.clone(), 101);
        assert!(cut.starts_with("beginä") && cut.ends_with("äend"), "{cut}");
        assert!(
            cut.contains(&format!("of {} bytes cut", text.len())),
            "{cut}"
        );
        assert!(cut.len() < 200);
    }

    #[test]
    fn a_short_text_stays() {
        assert_eq!(cut("short".to_owned(), 5), "short");
    }
}
