/// The most characters of a name that people give.
pub const MAX_NAME: usize = 100;

/// True for a line that is seen as what it is: nothing in it is hidden, turns the text around or is
/// drawn over its surroundings. The one rule for every name that somebody gives and others read:
/// organizations, projects, people, machines, keys, OAuth clients.
///
/// Such names are refused, not cleaned: a name that is seen otherwise than it was written is no
/// mistake.
///
/// ```
/// use keyway_core::is_visible;
///
/// assert!(is_visible("Ada's editor, 2nd"));
/// assert!(!is_visible("pay\u{202e}lap"));
/// assert!(!is_visible("two\nlines"));
/// ```
pub fn is_visible(text: &str) -> bool {
    text.chars().all(is_plain) && !has_heaps(text)
}

/// True for a character that is obeyed or not seen: controls, marks of direction, characters without
/// width, fillers, tags. The one list for whatever shows text from outside.
///
/// ```
/// assert!(keyway_core::is_hidden('\u{202e}') && !keyway_core::is_hidden('é'));
/// ```
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A text of at most so many characters; of a longer one the beginning, and how long it is in all.
///
/// ```
/// use keyway_core::shortened;
///
/// assert_eq!(shortened("short", 5), "short");
/// assert_eq!(shortened("longer", 4), "long… (6 characters in all)");
/// ```
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let head = text.get(..end).unwrap_or_default();
            format!("{head}… ({} characters in all)", text.chars().count())
        }
    }
}

/// True for what is seen as itself. Not so: what is hidden, spaces other than the common one, private
/// use and non-characters.
fn is_plain(c: char) -> bool {
    let odd = is_hidden(c)
        || (c.is_whitespace() && c != ' ')
        || matches!(
            c,
            '\u{e000}'..='\u{f8ff}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{fffc}'..='\u{ffff}'
                | '\u{e1000}'..
        );
    !odd
}

/// True when more marks than any script has are stacked on one character: they would be drawn over
/// what stands around.
fn has_heaps(name: &str) -> bool {
    let is_mark = |c: char| {
        matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{fe20}'..='\u{fe2f}')
    };
    let mut run = 0;
    name.chars().any(|c| {
        run = if is_mark(c) { run + 1 } else { 0 };
        run > 3
    })
}
