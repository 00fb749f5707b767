use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A signing key with its id (RFC 7518 section 3.4).
pub struct SigningKey {
    id: String,
    pair: EcdsaKeyPair,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SigningKey").field(&self.id).finish()
    }
}

impl SigningKey {
    /// A new key.
    ///
    /// # Panics
    /// When there is no randomness.
    pub fn generate(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Self {
            id: id.to_owned(),
            pair,
        }
    }

    /// Its public half, as a JWK.
    pub fn jwk(&self) -> Value {
        // An uncompressed point: 4, x, y.
        let point = self.pair.public_key().as_ref();
        json!({
            "kty": "EC",
            "crv": "P-256",
            "alg": "ES256",
            "use": "sig",
            "kid": self.id,
            "x": encode(&point[1..33]),
            "y": encode(&point[33..65]),
        })
    }

    /// A compact JWS.
    ///
    /// # Panics
    /// When there is no randomness.
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "kid": self.id, "typ": "JWT" });
        let signed = parts(&header, claims);
        let random = SystemRandom::new();
        let signature = self
            .pair
            .sign(&random, signed.as_bytes())
            .expect("a signature");
        format!("{signed}.{}", encode(signature.as_ref()))
    }
}

/// A token that nobody signed.
pub fn unsigned(claims: &Value) -> String {
    format!("{}.", parts(&json!({ "alg": "none" }), claims))
}

fn parts(header: &Value, claims: &Value) -> String {
    let text = |value: &Value| encode(value.to_string().as_bytes());
    format!("{}.{}", text(header), text(claims))
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
