//! Keys that sign, for tests.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Algorithm;

pub(crate) struct Signer {
    pub(crate) id: &'static str,
    key: Key,
}

enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair, Algorithm),
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Signer {
    pub(crate) fn es256(id: &'static str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self {
            id,
            key: Key::P256(key),
        }
    }

    pub(crate) fn eddsa(id: &'static str) -> Self {
        let key = Ed25519KeyPair::generate().unwrap();
        Self {
            id,
            key: Key::Ed25519(key),
        }
    }

    pub(crate) fn rsa(id: &'static str, algorithm: Algorithm) -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self {
            id,
            key: Key::Rsa(key, algorithm),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match &self.key {
            Key::P256(_) => Algorithm::Es256,
            Key::Ed25519(_) => Algorithm::EdDsa,
            Key::Rsa(_, algorithm) => *algorithm,
        }
    }

    /// The public key as a JWK.
    pub(crate) fn public(&self) -> Value {
        let mut jwk = match &self.key {
            Key::P256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
            }
            Key::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key()) })
            }
            Key::Rsa(key, _) => {
                let n = key.public_key().modulus().big_endian_without_leading_zero();
                let e = key
                    .public_key()
                    .exponent()
                    .big_endian_without_leading_zero();
                json!({ "kty": "RSA", "n": encode(n), "e": encode(e) })
            }
        };
        jwk["kid"] = json!(self.id);
        jwk
    }

    /// A token with the usual header.
    pub(crate) fn token(&self, claims: &Value) -> String {
        let header = json!({ "alg": self.algorithm().as_str(), "kid": self.id, "typ": "JWT" });
        self.token_with(&header, claims)
    }

    /// A token with any header.
    pub(crate) fn token_with(&self, header: &Value, claims: &Value) -> String {
        self.signed(&header.to_string(), &claims.to_string())
    }

    /// A token of any texts.
    pub(crate) fn signed(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let random = SystemRandom::new();
        let signature = match &self.key {
            Key::P256(key) => key
                .sign(&random, message.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            Key::Ed25519(key) => key.sign(message.as_bytes()).as_ref().to_vec(),
            Key::Rsa(key, algorithm) => {
                let padding: &'static dyn aws_lc_rs::signature::RsaEncoding = match algorithm {
                    Algorithm::Ps256 => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(padding, &random, message.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
        };
        format!("{message}.{}", encode(signature))
    }
}
