/// About how many tokens a text is to a model.
///
/// No vendor's tokenizer is asked: they differ, and most are not public. The rule follows how all
/// of them cut text. A word is a token, a long one more; digits go in threes, signs in twos; a
/// single space goes with the word after it; text of other scripts is a token for every character
/// or two. The figures are for comparing ways of saying the same, not for a bill.
///
/// ```
/// use keyway_client::skills::estimate;
///
/// assert_eq!(estimate("Read the complete contents of a file"), 7);
/// assert_eq!(estimate(r#"{"type":"object"}"#), 6);
/// assert_eq!(estimate(""), 0);
/// ```
pub fn estimate(text: &str) -> usize {
    let mut tokens = 0;
    let mut run = (Kind::Space, 0);
    for character in text.chars() {
        let kind = Kind::of(character);
        if kind == run.0 {
            run.1 += 1;
        } else {
            tokens += run.0.tokens(run.1);
            run = (kind, 1);
        }
    }
    tokens + run.0.tokens(run.1)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Letter,
    Digit,
    Sign,
    Accented,
    Other,
}

impl Kind {
    fn of(character: char) -> Self {
        match character {
            ' ' | '\t' | '\n' | '\r' => Self::Space,
            'a'..='z' | 'A'..='Z' => Self::Letter,
            '0'..='9' => Self::Digit,
            '\0'..='\u{7f}' => Self::Sign,
            '\u{80}'..='\u{7ff}' => Self::Accented,
            _ => Self::Other,
        }
    }

    fn tokens(self, characters: usize) -> usize {
        match self {
            // One space goes with what follows.
            Self::Space => usize::from(characters > 1),
            Self::Letter => characters.div_ceil(8),
            Self::Digit => characters.div_ceil(3),
            Self::Sign | Self::Accented => characters.div_ceil(2),
            Self::Other => characters,
        }
    }
}
