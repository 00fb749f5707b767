//! Proof keys for code exchange (RFC 7636). `S256` is the only method.

use std::str::FromStr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use keyway_core::Secret;

/// What a client sends ahead: the `S256` challenge of its verifier (RFC 7636 section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(String);

/// What a client sends with the code (RFC 7636 section 4.1).
#[derive(Debug, Clone)]
pub struct CodeVerifier(Secret<String>);

/// A text is no challenge, or no verifier. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 43 to 128 letters, digits, hyphens, periods, underscores and tildes")]
pub struct BadProof;

impl CodeChallenge {
    /// The challenge as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when this is the challenge of the verifier. Takes the same time wherever they differ.
    pub fn fits(&self, verifier: &CodeVerifier) -> bool {
        let computed = crate::pkce::challenge(&verifier.0);
        verify_slices_are_equal(computed.as_bytes(), self.0.as_bytes()).is_ok()
    }
}

impl FromStr for CodeChallenge {
    type Err = BadProof;

    fn from_str(text: &str) -> Result<Self, BadProof> {
        check(text).map(|()| Self(text.to_owned()))
    }
}

impl FromStr for CodeVerifier {
    type Err = BadProof;

    fn from_str(text: &str) -> Result<Self, BadProof> {
        check(text).map(|()| Self(Secret::new(text.to_owned())))
    }
}

fn check(text: &str) -> Result<(), BadProof> {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&text.len()) || !text.bytes().all(unreserved) {
        return Err(BadProof);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_fits() {
        // RFC 7636, appendix B.
        let challenge: CodeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            .parse()
            .unwrap();
        let verifier = |text: &str| text.parse::<CodeVerifier>().unwrap();
        assert!(challenge.fits(&verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
        assert!(!challenge.fits(&verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl")));
        // The challenge itself proves nothing: `plain` does not exist.
        assert!(!challenge.fits(&verifier(challenge.as_str())));
    }

    #[test]
    fn lengths_and_characters_are_those_of_the_rfc() {
        let good = ["a".repeat(43), "~".repeat(128)];
        let bad = [
            String::new(),
            "a".repeat(42),
            "a".repeat(129),
            format!("{}=", "a".repeat(43)),
            format!("{}+", "a".repeat(43)),
            format!("{}é", "a".repeat(43)),
        ];
        assert!(good.iter().all(|text| text.parse::<CodeVerifier>().is_ok()));
        assert!(bad.iter().all(|text| text.parse::<CodeVerifier>().is_err()));
        assert!(
            bad.iter()
                .all(|text| text.parse::<CodeChallenge>().is_err())
        );
    }
}
