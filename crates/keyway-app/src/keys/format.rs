use std::fmt;

use keyway_core::Secret;
use keyway_core::ports::Random;

use crate::crc32::crc32;

/// How many random characters a text has: 190 bits.
const RANDOM: usize = 32;
/// How many characters of checksum follow: CRC-32 of everything before, base 62.
const CHECKSUM: usize = 6;
/// How many random characters are stored in the clear, to recognise a key by.
const SHOWN: usize = 6;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a secret text is good for. Each kind has a prefix of its own, so that a scanner finds a
/// leaked one and none is ever taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenKind {
    /// An API key.
    ApiKey,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
    /// An authorization code.
    Code,
    /// A device code.
    Device,
    /// The secret of an OAuth client.
    ClientSecret,
    /// A link that works once: set-up, forgotten password.
    Link,
    /// An invitation.
    Invitation,
    /// A link to install a provider with.
    SetupLink,
    /// A link by which somebody at a third party says who they are here.
    PersonLink,
    /// The cookie of a web session.
    WebSession,
}

impl TokenKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::ApiKey,
        Self::Access,
        Self::Refresh,
        Self::Code,
        Self::Device,
        Self::ClientSecret,
        Self::Link,
        Self::Invitation,
        Self::SetupLink,
        Self::PersonLink,
        Self::WebSession,
    ];

    /// What every text of this kind starts with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "kw_",
            Self::Access => "kwa_",
            Self::Refresh => "kwr_",
            Self::Code => "kwc_",
            Self::Device => "kwd_",
            Self::ClientSecret => "kws_",
            Self::Link => "kwl_",
            Self::Invitation => "kwi_",
            Self::SetupLink => "kwn_",
            Self::PersonLink => "kwp_",
            Self::WebSession => "kwb_",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "API key",
            Self::Access => "access token",
            Self::Refresh => "refresh token",
            Self::Code => "authorization code",
            Self::Device => "device code",
            Self::ClientSecret => "client secret",
            Self::Link => "link",
            Self::Invitation => "invitation",
            Self::SetupLink => "setup link",
            Self::PersonLink => "link of a person",
            Self::WebSession => "web session",
        }
    }
}

/// A text that has the form of a secret of its kind: the prefix, 32 characters of `0-9A-Za-z`, and 6
/// more that are their checksum. Whether there is such a secret is another matter.
#[derive(Clone)]
pub struct SecretText {
    kind: TokenKind,
    text: Secret<String>,
}

/// SHA-256 of a secret text: all that is stored of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyDigest([u8; 32]);

/// A text does not have the form of a secret of the wanted kind. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {}: `{}` and 38 letters and digits", .0.name(), .0.prefix())]
pub struct BadSecretText(TokenKind);

impl SecretText {
    /// Makes a new one.
    pub fn generate(kind: TokenKind, random: &dyn Random) -> Self {
        let prefix = kind.prefix();
        let mut text = String::with_capacity(prefix.len() + RANDOM + CHECKSUM);
        text.push_str(prefix);
        while text.len() < prefix.len() + RANDOM {
            let mut byte = [0u8; 1];
            random.fill(&mut byte);
            // Only multiples of 62 keep every character equally likely.
            if byte[0] < 248 {
                text.push(digit(u32::from(byte[0])));
            }
        }
        let checksum = checksum(&text);
        text.push_str(&checksum);
        let text = Secret::new(text);
        Self { kind, text }
    }

    /// Checks the form and the checksum. Asks no store.
    pub fn parse(kind: TokenKind, text: &str) -> Result<Self, BadSecretText> {
        let wrong = BadSecretText(kind);
        let (body, sum) = text
            .len()
            .checked_sub(CHECKSUM)
            .and_then(|at| text.split_at_checked(at))
            .ok_or(wrong)?;
        let random = body.strip_prefix(kind.prefix()).ok_or(wrong)?;
        let plain = random.len() == RANDOM && random.bytes().all(|b| b.is_ascii_alphanumeric());
        if plain && sum == checksum(body) {
            let text = Secret::new(text.to_owned());
            Ok(Self { kind, text })
        } else {
            Err(wrong)
        }
    }

    /// What it is good for.
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The text itself, to show it once.
    pub fn secret(&self) -> &Secret<String> {
        &self.text
    }

    /// Its first characters, to recognise it by.
    pub fn shown(&self) -> &str {
        let prefix = self.kind.prefix();
        let shown = self.text.expose().get(..prefix.len() + SHOWN);
        shown.unwrap_or(prefix)
    }

    /// What is stored of it.
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(self.text.expose())
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretText")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
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

    /// Reads what [`KeyDigest::to_hex`] wrote.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0u8; 32];
        if text.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The first byte, by which tables are cut into parts.
    pub(super) fn first(&self) -> usize {
        usize::from(self.0[0])
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
    use proptest::prelude::*;

    use super::*;

    struct Counting(std::sync::atomic::AtomicU8, u8);

    impl Random for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for byte in buffer {
                *byte = self
                    .0
                    .fetch_add(self.1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    fn made(kind: TokenKind, start: u8) -> SecretText {
        SecretText::generate(kind, &Counting(start.into(), 7))
    }

    #[test]
    fn the_documented_prefixes_are_the_code_s() {
        let page = include_str!("../../../../docs/reference/identifiers.md");
        let (_, section) = page.split_once("\n## Secrets\n").unwrap();
        let documented: Vec<&str> = section
            .lines()
            .skip_while(|line| !line.starts_with("|---"))
            .skip(1)
            .map_while(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        assert_eq!(documented, TokenKind::ALL.map(TokenKind::prefix));
    }

    #[test]
    fn a_made_key_has_the_form_and_one_changed_character_breaks_it() {
        let key = made(TokenKind::ApiKey, 0);
        let text = key.secret().expose().clone();
        assert_eq!(text.len(), 41);
        assert_eq!(key.shown(), &text[..9]);
        let parse = |text: &str| SecretText::parse(TokenKind::ApiKey, text);
        assert_eq!(parse(&text).unwrap().digest(), key.digest());
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'a' { b'b' } else { b'a' };
            let other = String::from_utf8(other).unwrap();
            assert!(parse(&other).is_err(), "changed at {at}");
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
            assert!(SecretText::parse(TokenKind::ApiKey, text).is_err());
        }
    }

    #[test]
    fn a_secret_text_is_printed_without_its_text() {
        let text = made(TokenKind::Refresh, 3);
        let told = format!("{text:?} {}", BadSecretText(TokenKind::Refresh));
        assert!(!told.contains(text.secret().expose()) && !told.contains(text.shown()));
        assert!(
            told.contains("expected refresh token: `kwr_` and 38"),
            "{told}"
        );
    }

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(
            KeyDigest::of("abc").to_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    proptest! {
        #[test]
        fn what_was_made_of_one_kind_is_of_no_other(start: u8, step in 0u8..=127) {
            // An odd step goes through all bytes, so some of them are taken.
            let random = Counting(start.into(), 2 * step + 1);
            for kind in TokenKind::ALL {
                let made = SecretText::generate(kind, &random);
                let text = made.secret().expose();
                for other in TokenKind::ALL {
                    prop_assert_eq!(SecretText::parse(other, text).is_ok(), kind == other);
                }
            }
        }

        #[test]
        fn an_edited_text_is_refused(start: u8, at in 0usize..42, new in "[0-9A-Za-z]") {
            let made = made(TokenKind::WebSession, start);
            let mut text = made.secret().expose().clone();
            text.replace_range(at..=at, &new);
            let same = text == *made.secret().expose();
            prop_assert_eq!(SecretText::parse(TokenKind::WebSession, &text).is_ok(), same);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,60}") {
            for kind in TokenKind::ALL {
                prop_assert!(SecretText::parse(kind, &text).is_err());
            }
        }
    }
}
