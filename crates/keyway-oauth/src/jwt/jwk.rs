use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Algorithm, JwtError};

/// The longest id of a key.
const MAX_ID: usize = 256;

/// A public key (RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    id: Option<String>,
    /// The only algorithm it may be used with, where it says so.
    algorithm: Option<Algorithm>,
    material: Material,
}

/// The key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519 { x: [u8; 32] },
}

/// A key as it is written.
#[derive(Deserialize)]
pub(super) struct Wire {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<Value>,
    k: Option<Value>,
}

impl Wire {
    /// True when there is something in it that has to be kept secret.
    pub(super) fn is_secret(&self) -> bool {
        self.d.is_some() || self.k.is_some() || self.kty == "oct"
    }

    /// The key, if it is one to check signatures with.
    pub(super) fn read(self) -> Result<Jwk, JwtError> {
        let signs = self
            .purpose
            .as_deref()
            .is_none_or(|purpose| purpose == "sig");
        let verifies = |ops: &Vec<String>| ops.iter().any(|op| op == "verify");
        if self.is_secret() || !signs || !self.key_ops.as_ref().is_none_or(verifies) {
            return Err(JwtError::Keys);
        }
        if self.kid.as_ref().is_some_and(|id| id.len() > MAX_ID) {
            return Err(JwtError::Keys);
        }
        let algorithm = match &self.alg {
            Some(text) => Some(text.parse().map_err(|_| JwtError::Keys)?),
            None => None,
        };
        let material = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => rsa(&self)?,
            ("EC", Some("P-256")) => Material::P256 {
                x: coordinate(self.x.as_ref())?,
                y: coordinate(self.y.as_ref())?,
            },
            ("OKP", Some("Ed25519")) => Material::Ed25519 {
                x: coordinate(self.x.as_ref())?,
            },
            _ => return Err(JwtError::Keys),
        };
        let key = Jwk {
            id: self.kid,
            algorithm,
            material,
        };
        // A key that says an algorithm it cannot have is of no use.
        if key.algorithm.is_some_and(|algorithm| !key.can(algorithm)) {
            return Err(JwtError::Keys);
        }
        Ok(key)
    }
}

impl Jwk {
    /// `kid`
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// True when signatures of this algorithm may be checked with it.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithm.is_none_or(|own| own == algorithm) && self.can(algorithm)
    }

    fn can(&self, algorithm: Algorithm) -> bool {
        matches!(
            (&self.material, algorithm),
            (Material::Rsa { .. }, Algorithm::Rs256 | Algorithm::Ps256)
                | (Material::P256 { .. }, Algorithm::Es256)
                | (Material::Ed25519 { .. }, Algorithm::EdDsa)
        )
    }

    /// Checks a signature.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), JwtError> {
        let verified = match (&self.material, algorithm) {
            (Material::Rsa { n, e }, Algorithm::Rs256) => {
                PublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Material::Rsa { n, e }, Algorithm::Ps256) => {
                PublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            (Material::P256 { x, y }, Algorithm::Es256) => {
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (Material::Ed25519 { x }, Algorithm::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, x).verify(message, signature)
            }
            _ => return Err(JwtError::Algorithm),
        };
        verified.map_err(|_| JwtError::Signature)
    }

    /// The key as JSON again.
    pub(super) fn to_json(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut fields = Map::new();
        let material = match &self.material {
            Material::Rsa { n, e } => json!({ "kty": "RSA", "n": encode(n), "e": encode(e) }),
            Material::P256 { x, y } => {
                json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
            }
            Material::Ed25519 { x } => json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(x) }),
        };
        if let Value::Object(material) = material {
            fields.extend(material);
        }
        fields.extend(self.id.clone().map(|id| (String::from("kid"), id.into())));
        let algorithm = self.algorithm.map(|algorithm| algorithm.as_str().into());
        fields.extend(algorithm.map(|algorithm| (String::from("alg"), algorithm)));
        Value::Object(fields)
    }
}

/// 2048 to 8192 bits, and a small odd exponent (RFC 7518 section 3.3).
fn rsa(wire: &Wire) -> Result<Material, JwtError> {
    let n = number(wire.n.as_ref())?;
    let e = number(wire.e.as_ref())?;
    let leading = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    let bits = n.len() * 8 - leading;
    let odd = e.last().is_some_and(|byte| byte % 2 == 1);
    let one = e.as_slice() == [1];
    if !(2048..=8192).contains(&bits) || e.len() > 4 || !odd || one {
        return Err(JwtError::Keys);
    }
    Ok(Material::Rsa { n, e })
}

/// An unsigned number without zeros in front, which some encoders add.
fn number(text: Option<&String>) -> Result<Vec<u8>, JwtError> {
    let mut bytes = decode(text)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Ok(bytes)
}

fn coordinate(text: Option<&String>) -> Result<[u8; 32], JwtError> {
    decode(text)?.try_into().map_err(|_| JwtError::Keys)
}

fn decode(text: Option<&String>) -> Result<Vec<u8>, JwtError> {
    let text = text.ok_or(JwtError::Keys)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JwtError::Keys)
}
