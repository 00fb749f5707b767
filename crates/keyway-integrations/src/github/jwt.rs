//! What an app proves itself with: a JWT that its private key signed with RS256 ("Generating a JSON Web
//! Token (JWT) for a GitHub App" in GitHub's documentation).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use keyway_core::{Error, Kind, Secret};
use serde_json::json;
use zeroize::Zeroizing;

/// How long before now it is made: clocks differ.
const BEFORE: i64 = 30;
/// How long it is good, from when it was made. GitHub takes at most ten minutes.
const GOOD: i64 = 570;

/// Makes one for an app.
///
/// # Errors
///
/// `app_key_unusable` where the key is no RSA key in PEM, as PKCS#1 or PKCS#8 have it.
pub(super) fn app_jwt(
    app_id: &str,
    pem: &Secret<String>,
    now: Timestamp,
) -> Result<Secret<String>, Error> {
    let key = key(pem.expose()).ok_or_else(unusable)?;
    let issued = now.as_second() - BEFORE;
    let claims = json!({ "iat": issued, "exp": issued + GOOD, "iss": app_id });
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .map_err(|_| unusable())?;
    Ok(Secret::new(format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(signature)
    )))
}

/// Whether a key can be used.
pub(super) fn is_key(pem: &str) -> bool {
    key(pem).is_some()
}

/// The key of a PEM text (RFC 7468): GitHub gives PKCS#1 (RFC 8017), other tools PKCS#8 (RFC 5958). The
/// label says which. One that was put on one line, with spaces or `\n` between, is read as well.
fn key(pem: &str) -> Option<KeyPair> {
    let pem = Zeroizing::new(pem.replace("\\n", "\n"));
    let between = |label: &str| {
        let rest = pem.split_once(&format!("-----BEGIN {label}-----"))?.1;
        let text = rest.split_once(&format!("-----END {label}-----"))?.0;
        let text: Zeroizing<String> = Zeroizing::new(
            text.chars()
                .filter(|char| !char.is_ascii_whitespace())
                .collect(),
        );
        STANDARD.decode(text.as_bytes()).ok().map(Zeroizing::new)
    };
    if let Some(der) = between("RSA PRIVATE KEY") {
        return KeyPair::from_der(&der).ok();
    }
    KeyPair::from_pkcs8(&between("PRIVATE KEY")?).ok()
}

fn unusable() -> Error {
    Error::new(
        Kind::Conflict,
        "app_key_unusable",
        "the app's private key is no RSA key in PEM that can sign",
    )
    .with_hint("generate a private key in the app's settings, and paste the whole file")
}
