use std::fmt;

use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use keyway_core::Secret;
use keyway_core::ports::Random;
use zeroize::{Zeroize as _, Zeroizing};

use crate::aead::KEY_LENGTH;

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, ANY_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, ANY_PADDING);

/// The key that every other key hangs on: 32 random bytes. It cannot be printed and is cleared from
/// memory when dropped.
#[derive(Clone)]
pub struct MasterKey(Secret<[u8; KEY_LENGTH]>);

/// Why a text is no master key. The texts never repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMasterKey {
    /// There is nothing but white space.
    #[error("the master key is empty")]
    Empty,
    /// It is neither hexadecimal nor base64.
    #[error("the master key is neither hexadecimal (64 digits) nor base64 (44 characters)")]
    Format,
    /// It can be read and has another length.
    #[error("the master key has {found} bytes where 32 are needed")]
    Length {
        /// The bytes it has.
        found: usize,
    },
    /// All bytes are the same: a placeholder, not a key.
    #[error("the master key is a placeholder: it repeats one byte")]
    Placeholder,
}

impl MasterKey {
    /// A new key.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        random.fill(&mut *bytes);
        Self(Secret::new(*bytes))
    }

    /// Reads a key as text, from the environment, the content of a file or the output of a command:
    /// 64 hexadecimal digits, or base64 (either alphabet, padding optional). White space around it
    /// does not count.
    pub fn parse(text: &[u8]) -> Result<Self, BadMasterKey> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(BadMasterKey::Empty);
        }
        let decoded = decode(text).ok_or(BadMasterKey::Format)?;
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        if decoded.len() != bytes.len() {
            return Err(BadMasterKey::Length {
                found: decoded.len(),
            });
        }
        bytes.copy_from_slice(&decoded);
        if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
            return Err(BadMasterKey::Placeholder);
        }
        Ok(Self(Secret::new(*bytes)))
    }

    /// Reads several keys with white space between them, each as [`MasterKey::parse`] reads it; the
    /// one that seals comes first. A key that comes twice is read once.
    ///
    /// # Errors
    /// What is wrong with the first that is none; [`BadMasterKey::Empty`] when there is none at all.
    pub fn parse_all(text: &[u8]) -> Result<Vec<Self>, BadMasterKey> {
        let mut keys: Vec<Self> = Vec::new();
        for word in text
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
        {
            let key = Self::parse(word)?;
            if keys.iter().all(|before| before.id() != key.id()) {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            return Err(BadMasterKey::Empty);
        }
        Ok(keys)
    }

    /// The key as the text that [`MasterKey::parse`] reads, to be written where keys are kept.
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(STANDARD.encode(self.0.expose()))
    }

    /// What names the key in what it sealed. It tells nothing about the key.
    pub fn id(&self) -> KeyId {
        let mut id = [0; KeyId::LENGTH];
        self.derive(&[b"keyway/vault/key-id/1"], &mut id);
        KeyId(id)
    }

    /// Fills `key` with bytes that only this master key and these labels give (HKDF-SHA-256,
    /// RFC 5869).
    pub(crate) fn derive(&self, labels: &[&[u8]], key: &mut [u8]) {
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, b"keyway").extract(self.0.expose());
        #[expect(
            clippy::expect_used,
            reason = "HKDF fails only for outputs over 8,160 bytes; all of ours are at most 32"
        )]
        secret
            .expand(labels, Length(key.len()))
            .and_then(|output| output.fill(key))
            .expect("the output is short");
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

/// The name of a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(crate) [u8; KeyId::LENGTH]);

impl KeyId {
    pub(crate) const LENGTH: usize = 8;
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Hexadecimal where every character is a digit of it and their number fits a key; base64 otherwise.
fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() == 2 * KEY_LENGTH && text.iter().all(u8::is_ascii_hexdigit) {
        return decode_hex(text);
    }
    // Room for all of it from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(vec![0; text.len()]);
    for engine in [&STANDARD, &URL_SAFE] {
        if let Ok(length) = engine.decode_slice(text, &mut bytes) {
            bytes.truncate(length);
            return Some(bytes);
        }
        bytes.as_mut_slice().zeroize();
    }
    None
}

fn decode_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    for pair in text.chunks_exact(2) {
        let &[high, low] = pair else { return None };
        bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn several_keys_stand_in_one_text() {
        let keys = [(); 2].map(|()| MasterKey::generate(&SystemRandom));
        let [one, other] = keys.each_ref().map(|key| key.to_text().expose().clone());
        let ids = |text: &str| {
            let keys = MasterKey::parse_all(text.as_bytes()).unwrap();
            keys.iter().map(MasterKey::id).collect::<Vec<_>>()
        };
        let [first, second] = keys.map(|key| key.id());
        assert_eq!(ids(&format!("{one}\n{other}\n")), [first, second]);
        assert_eq!(ids(&format!("  {other} {one}\r\n{other}")), [second, first]);
        assert_eq!(
            MasterKey::parse_all(b" \n").unwrap_err(),
            BadMasterKey::Empty
        );
        assert!(MasterKey::parse_all(format!("{one}\nhunter2").as_bytes()).is_err());
    }

    const HEX: &str = "000102030405060708090a0b0c0d0e0fF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF";

    #[test]
    fn every_spelling_of_a_key_is_the_same_key() {
        let key = MasterKey::parse(HEX.as_bytes()).unwrap();
        let text = key.to_text().expose().clone();
        assert_eq!(text.len(), 44);
        for spelling in [
            text.clone(),
            format!("\n  {text}\r\n"),
            text.trim_end_matches('=').to_owned(),
            text.replace('+', "-").replace('/', "_"),
            HEX.to_lowercase(),
        ] {
            assert_eq!(
                MasterKey::parse(spelling.as_bytes()).unwrap().id(),
                key.id()
            );
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_repeated() {
        for (text, error) in [
            ("", BadMasterKey::Empty),
            (" \n", BadMasterKey::Empty),
            ("hunter2!", BadMasterKey::Format),
            (&HEX[..60], BadMasterKey::Length { found: 45 }),
            ("aHVudGVyMg==", BadMasterKey::Length { found: 7 }),
            (&"0".repeat(64), BadMasterKey::Placeholder),
            (&"ab".repeat(32), BadMasterKey::Placeholder),
            (&"A".repeat(43), BadMasterKey::Placeholder),
        ] {
            let refused = MasterKey::parse(text.as_bytes()).unwrap_err();
            assert_eq!(refused, error, "{text}");
            assert!(text.trim().is_empty() || !refused.to_string().contains(text));
        }
        assert_eq!(
            MasterKey::parse(&[0xff; 44]).unwrap_err(),
            BadMasterKey::Format
        );
    }

    #[test]
    fn keys_cannot_be_printed_and_differ() {
        let (one, other) = (
            MasterKey::generate(&SystemRandom),
            MasterKey::generate(&SystemRandom),
        );
        assert_ne!(one.id(), other.id());
        assert!(!format!("{one:?}").contains(one.to_text().expose().as_str()));
        assert_eq!(one.id().to_string().len(), 16);
    }
}
