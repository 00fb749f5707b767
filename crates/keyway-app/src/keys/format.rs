use keyway_core::Secret;
use keyway_core::ports::Random;

use crate::crc32::crc32;

/// What every key starts with, so that a scanner finds a leaked one.
const PREFIX: &str = "kw_";
/// How many random characters a key has: 190 bits.
const RANDOM: usize = 32;
/// How many characters of checksum follow: CRC-32 of everything before, base 62.
const CHECKSUM: usize = 6;
/// How many characters are stored in the clear, to recognise a key by.
const SHOWN: usize = 9;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A text that has the form of an API key: `kw_`, 32 characters of `0-9A-Za-z`, and 6 more that
/// are their checksum. Whether such a key exists is another matter.
#[derive(Debug, Clone)]
pub struct ApiKeyText(Secret<String>);

/// SHA-256 of a key: all that is stored of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyDigest([u8; 32]);

/// A text does not have the form of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an API key: one is `kw_` and 38 letters and digits")]
pub struct NotAKey;

impl ApiKeyText {
    /// Makes a new key.
    pub fn generate(random: &dyn Random) -> Self {
        let mut text = String::with_capacity(PREFIX.len() + RANDOM + CHECKSUM);
        text.push_str(PREFIX);
        while text.len() < PREFIX.len() + RANDOM {
            let mut byte = [0u8; 1];
            random.fill(&mut byte);
            // Only multiples of 62 keep every character equally likely.
            if byte[0] < 248 {
                text.push(digit(u32::from(byte[0])));
            }
        }
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self(Secret::new(text))
    }

    /// Checks the form and the checksum. Asks no store.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let (body, sum) = text
            .len()
            .checked_sub(CHECKSUM)
            .and_then(|at| text.split_at_checked(at))
            .ok_or(NotAKey)?;
        let random = body.strip_prefix(PREFIX).ok_or(NotAKey)?;
        let plain = random.len() == RANDOM && random.bytes().all(|b| b.is_ascii_alphanumeric());
        if plain && sum == checksum(body) {
            Ok(Self(Secret::new(text.to_owned())))
        } else {
            Err(NotAKey)
        }
    }

    /// The key itself, to show it once.
    pub fn secret(&self) -> &Secret<String> {
        &self.0
    }

    /// Its first characters, to recognise it by.
    pub fn shown(&self) -> &str {
        self.0.expose().get(..SHOWN).unwrap_or(PREFIX)
    }

    /// What is stored of it.
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(self.0.expose())
    }
}

impl KeyDigest {
    /// The digest of any text.
    pub fn of(text: &str) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let mut bytes = [0u8; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// As it is stored: 64 characters of hexadecimal.
    pub fn to_hex(self) -> String {
        self.0
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
            .collect()
    }
}

fn checksum(text: &str) -> String {
    let mut rest = crc32(text.as_bytes());
    let mut digits = [' '; CHECKSUM];
    for place in digits.iter_mut().rev() {
        *place = digit(rest);
        rest /= 62;
    }
    digits.into_iter().collect()
}

/// The lowest base-62 digit of a number.
fn digit(number: u32) -> char {
    let index = usize::try_from(number % 62).unwrap_or_default();
    char::from(*ALPHABET.get(index).unwrap_or(&b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for byte in buffer {
                *byte = self.0.fetch_add(7, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn a_made_key_has_the_form_and_one_changed_character_breaks_it() {
        let key = ApiKeyText::generate(&Counting(0.into()));
        let text = key.secret().expose().clone();
        assert_eq!(text.len(), 41);
        assert_eq!(key.shown(), &text[..9]);
        assert_eq!(ApiKeyText::parse(&text).unwrap().digest(), key.digest());
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'a' { b'b' } else { b'a' };
            let other = String::from_utf8(other).unwrap();
            assert!(ApiKeyText::parse(&other).is_err(), "changed at {at}");
        }
    }

    #[test]
    fn texts_of_another_form_are_refused_without_a_panic() {
        for text in [
            "",
            "kw_",
            "kw_äöü",
            "Bearer x",
            "sk-ant-0123456789",
            &"é".repeat(41),
        ] {
            assert!(ApiKeyText::parse(text).is_err());
        }
    }

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(
            KeyDigest::of("abc").to_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
