use std::fmt;
use std::str::FromStr;

/// Consonants that nobody takes for one another, and that make no words (RFC 8628 section 6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters of a code: 34 bits, of which one in billions is in use.
const LENGTH: usize = 8;
/// What a person types to let a terminal in: eight consonants, shown as `XXXX-XXXX`.
///
/// ```
/// use keyway_oauth::server::device::UserCode;
///
/// let code: UserCode = "bcdf ghjk".parse().unwrap();
/// assert_eq!(code.to_string(), "BCDF-GHJK");
/// assert_eq!(code.as_str(), "BCDFGHJK");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UserCode(String);

/// A text is no user code. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a code of the form XXXX-XXXX, as the terminal shows it")]
pub struct BadUserCode;

impl UserCode {
    /// The code of some random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut rest = u128::from_be_bytes(bytes);
        let letters = (0..LENGTH).map(|_| {
            let nth = usize::try_from(rest % 20).unwrap_or_default();
            rest /= 20;
            char::from(ALPHABET.get(nth).copied().unwrap_or(b'B'))
        });
        Self(letters.collect())
    }

    /// The letters alone, in upper case: what is hashed and stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserCode {
    type Err = BadUserCode;

    /// Reads what a person typed: lower case, spaces and dashes of any kind do not matter.
    fn from_str(text: &str) -> Result<Self, BadUserCode> {
        let dash = |c: char| {
            matches!(
                c,
                '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}'
            )
        };
        let mut letters = String::with_capacity(LENGTH);
        for c in text.chars().take(64) {
            if c.is_whitespace() || dash(c) {
                continue;
            }
            let letter = c.to_ascii_uppercase();
            let known = letter.is_ascii() && ALPHABET.iter().any(|&b| char::from(b) == letter);
            if !known || letters.len() == LENGTH {
                return Err(BadUserCode);
            }
            letters.push(letter);
        }
        if letters.len() != LENGTH {
            return Err(BadUserCode);
        }
        Ok(Self(letters))
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (left, right) = self.0.split_at(LENGTH / 2);
        write!(f, "{left}-{right}")
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[user code]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_read() {
        for text in ["BCDF-GHJK", "bcdfghjk", " bcdf – ghjk ", "b c d f g h j k"] {
            assert_eq!(text.parse::<UserCode>().unwrap().as_str(), "BCDFGHJK");
        }
        for text in [
            "",
            "BCDF-GHJ",
            "BCDF-GHJKL",
            "BCDF-GHJA",
            "BCDF-GHJ1",
            "ßCDF-GHJK",
        ] {
            assert_eq!(text.parse::<UserCode>(), Err(BadUserCode));
        }
        assert!("-".repeat(1000).parse::<UserCode>().is_err());
    }

    proptest::proptest! {
        #[test]
        fn every_code_is_read_as_it_is_shown(bytes: [u8; 16]) {
            let code = UserCode::from_random(bytes);
            proptest::prop_assert_eq!(code.to_string().parse::<UserCode>(), Ok(code));
        }
    }
}
