use keyway_core::Secret;
use sha2::{Digest as _, Sha256};

/// What the digest is of, so that it is no other digest of the same value.
const PURPOSE: &[u8] = b"keyway form token 1\0";

/// The token in the forms of whoever has this cookie: a digest of it. Who cannot read the cookie
/// cannot know the token, and the token says nothing about the cookie.
pub(crate) fn token(cookie: &Secret<String>) -> String {
    let mut hash = Sha256::new();
    hash.update(PURPOSE);
    hash.update(cookie.expose().as_bytes());
    let digest = hash.finalize();
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

/// Whether a form came from a page that was made for whoever has this cookie. Takes the same time
/// whatever the token is.
pub(crate) fn matches(cookie: Option<&Secret<String>>, sent: &str) -> bool {
    let Some(cookie) = cookie else {
        return false;
    };
    let expected = token(cookie);
    let differing = expected
        .bytes()
        .zip(sent.bytes())
        .fold(0u8, |all, (one, other)| all | (one ^ other));
    expected.len() == sent.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_token_is_good_for_its_own_cookie_only() {
        let own = token(&cookie("kwb_1"));
        assert!(matches(Some(&cookie("kwb_1")), &own));
        assert!(!matches(Some(&cookie("kwb_2")), &own));
        assert!(!matches(None, &own));
        for sent in ["", "0", &own[1..], &format!("{own}0"), &own.to_uppercase()] {
            assert!(!matches(Some(&cookie("kwb_1")), sent), "{sent}");
        }
    }

    #[test]
    fn a_token_is_not_what_is_stored_of_the_cookie() {
        let stored = keyway_app::KeyDigest::of("kwb_1").to_hex();
        assert_ne!(token(&cookie("kwb_1")), stored);
    }
}
