//! What webhooks are signed with, for providers: HMAC, strict decoding, comparison in constant time,
//! the age of a timestamp.

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha512};

/// Base64 as RFC 4648 section 4 has it: padded, and no bit that is not there in another encoding of the
/// same bytes.
const STRICT: GeneralPurpose = GeneralPurpose::new(&ALPHABET, PAD);

/// The longest text of a moment in seconds since 1970.
const LONGEST_SECONDS: usize = 12;

/// The hash under an HMAC.
///
/// ```
/// use keyway_core::provider::sign::{Algorithm, unhex};
///
/// let signature = Algorithm::Sha256.sign(b"key", &[b"The quick brown fox ", b"jumps over the lazy dog"]);
/// let known = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
/// assert_eq!(Some(signature), unhex(known));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// HMAC-SHA256.
    #[default]
    Sha256,
    /// HMAC-SHA512.
    Sha512,
}

impl Algorithm {
    /// The signature of parts that stand one behind the other.
    pub fn sign(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha256 => mac::<Hmac<Sha256>>(key, parts),
            Self::Sha512 => mac::<Hmac<Sha512>>(key, parts),
        }
    }

    /// Whether this is the signature of the parts, in constant time. An empty one never is.
    pub fn verifies(self, key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
        !signature.is_empty() && same(&self.sign(key, parts), signature)
    }
}

fn mac<M: KeyInit + Mac>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // A key may have any length: there is always one.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        return Vec::new();
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// Whether two texts are the same. How long it takes tells nothing but their lengths.
///
/// ```
/// use keyway_core::provider::sign::same;
///
/// assert!(same(b"abc", b"abc"));
/// assert!(!same(b"abc", b"abd"));
/// assert!(!same(b"abc", b"ab"));
/// ```
pub fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let differing = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    std::hint::black_box(differing) == 0
}

/// The SHA-256 of bytes, in hexadecimal.
///
/// ```
/// assert!(keyway_core::provider::sign::digest(b"").starts_with("e3b0c442"));
/// ```
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Writes hexadecimal in lower case.
///
/// ```
/// assert_eq!(keyway_core::provider::sign::hex(&[0, 255]), "00ff");
/// ```
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Reads hexadecimal: pairs of digits in either case and nothing else.
///
/// ```
/// use keyway_core::provider::sign::unhex;
///
/// assert_eq!(unhex("00fF"), Some(vec![0, 255]));
/// assert_eq!(unhex("0g"), None);
/// assert_eq!(unhex("0"), None);
/// assert_eq!(unhex("+f"), None);
/// ```
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// Reads Base64 with its padding; what another text would stand for as well is none.
///
/// ```
/// use keyway_core::provider::sign::unbase64;
///
/// assert_eq!(unbase64("aGk="), Some(b"hi".to_vec()));
/// assert_eq!(unbase64("aGk"), None);
/// assert_eq!(unbase64("aGl="), None);
/// ```
pub fn unbase64(text: &str) -> Option<Vec<u8>> {
    STRICT.decode(text).ok()
}

/// Writes Base64 with its padding.
///
/// ```
/// assert_eq!(keyway_core::provider::sign::base64(b"hi"), "aGk=");
/// ```
pub fn base64(bytes: &[u8]) -> String {
    STRICT.encode(bytes)
}

/// Whether a text is a moment in seconds since 1970 that is at most so far from now, before or after.
///
/// ```
/// use std::time::Duration;
///
/// use jiff::Timestamp;
/// use keyway_core::provider::sign::is_recent;
///
/// let now = Timestamp::from_second(1_000).unwrap();
/// let minute = Duration::from_secs(60);
/// assert!(is_recent("940", now, minute) && is_recent("1060", now, minute));
/// assert!(!is_recent("939", now, minute) && !is_recent("1061", now, minute));
/// assert!(!is_recent("+940", now, minute) && !is_recent("", now, minute));
/// ```
pub fn is_recent(seconds: &str, now: Timestamp, tolerance: Duration) -> bool {
    let digits = !seconds.is_empty()
        && seconds.len() <= LONGEST_SECONDS
        && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let said = seconds.parse::<i64>().ok().filter(|_| digits);
    said.is_some_and(|said| said.abs_diff(now.as_second()) <= tolerance.as_secs())
}
