use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// How far into a PKCS#8 structure of a key of 2,048 bits its PKCS#1 structure begins (RFC 5958, section 2).
const WRAPPING: usize = 26;

/// The private key of an app.
#[derive(Debug)]
pub struct AppKey(KeyPair);

impl AppKey {
    /// A new one.
    ///
    /// # Panics
    /// When there is no randomness.
    pub fn generate() -> Self {
        Self(KeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    /// As GitHub gives it: PEM with PKCS#1.
    ///
    /// # Panics
    /// Never.
    pub fn pkcs1(&self) -> String {
        let der = self.der();
        pem(
            "RSA PRIVATE KEY",
            der.get(WRAPPING..).expect("a wrapped key"),
        )
    }

    /// As other tools write it: PEM with PKCS#8.
    pub fn pkcs8(&self) -> String {
        pem("PRIVATE KEY", &self.der())
    }

    fn der(&self) -> Vec<u8> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().expect("a key that can be written");
        der.as_ref().to_vec()
    }

    /// The claims of a JWT that the key signed with RS256.
    pub(super) fn claims(&self, jwt: &str) -> Option<Value> {
        let (signed, signature) = jwt.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let head: Value = serde_json::from_slice(&decode(head)?).ok()?;
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.0.public_key());
        public.verify(signed.as_bytes(), &decode(signature)?).ok()?;
        let claims = serde_json::from_slice(&decode(claims)?).ok()?;
        (head["alg"] == "RS256").then_some(claims)
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
