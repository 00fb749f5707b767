//! Signatures: what we said, so that others can check that we did (Ed25519, RFC 8032).

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

use crate::aead::KEY_LENGTH;
use crate::context::encode;
use crate::error::VaultError;
use crate::key_ring::Key;
use crate::master_key::KeyId;
use crate::vault::Vault;

/// Bytes of a signature.
const SIGNATURE_LENGTH: usize = 64;

/// A signature, and by which master key's signing key it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The master key.
    pub key: KeyId,
    /// The signature.
    pub bytes: [u8; SIGNATURE_LENGTH],
}

/// The public half of a signing key. It may be shown to anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey {
    /// The master key it hangs on.
    pub key: KeyId,
    /// The 32 bytes of an Ed25519 public key.
    pub bytes: [u8; KEY_LENGTH],
}

impl VerifyingKey {
    /// Checks a signature that [`Vault::sign`] made for the same purpose and text.
    ///
    /// # Errors
    /// [`VaultError::Tampered`] for any other signature, purpose or text.
    pub fn verify(&self, purpose: &str, text: &[u8], signature: &[u8]) -> Result<(), VaultError> {
        UnparsedPublicKey::new(&ED25519, &self.bytes)
            .verify(&signed(purpose, text), signature)
            .map_err(|_| VaultError::Tampered)
    }
}

impl Vault {
    /// Signs a text. Each `purpose` has a key of its own.
    pub fn sign(&self, purpose: &str, text: &[u8]) -> Signature {
        let keys = self.keys();
        let key = keys.current();
        let mut bytes = [0; SIGNATURE_LENGTH];
        let signature = key.signing(purpose).sign(&signed(purpose, text));
        bytes.copy_from_slice(signature.as_ref());
        Signature { key: key.id, bytes }
    }

    /// Checks a signature that this vault made with a key it still has.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] when the key is not there, [`VaultError::Tampered`] when the
    /// signature is not of this text.
    pub fn verify(
        &self,
        purpose: &str,
        text: &[u8],
        key: KeyId,
        signature: &[u8],
    ) -> Result<(), VaultError> {
        let keys = self.verifying_keys(purpose);
        let found = keys.iter().find(|found| found.key == key);
        let found = found.ok_or(VaultError::UnknownKey)?;
        found.verify(purpose, text, signature)
    }

    /// The keys that check what was signed for a purpose; the one that signs now first, those whose
    /// master keys are gone last.
    pub fn verifying_keys(&self, purpose: &str) -> Vec<VerifyingKey> {
        let keys = self.keys();
        let there = keys.all().map(|key| key.verifying(purpose));
        there.chain(keys.retired(purpose)).collect()
    }
}

impl Key {
    fn signing(&self, purpose: &str) -> Ed25519KeyPair {
        let mut seed = Zeroizing::new([0; KEY_LENGTH]);
        let labels: [&[u8]; 2] = [b"keyway/vault/sign/1/", purpose.as_bytes()];
        self.master().derive(&labels, &mut *seed);
        #[expect(
            clippy::expect_used,
            reason = "fails only for seeds that do not have 32 bytes"
        )]
        Ed25519KeyPair::from_seed_unchecked(&*seed).expect("the seed has 32 bytes")
    }

    fn verifying(&self, purpose: &str) -> VerifyingKey {
        let pair = self.signing(purpose);
        let mut bytes = [0; KEY_LENGTH];
        bytes.copy_from_slice(pair.public_key().as_ref());
        VerifyingKey {
            key: self.id,
            bytes,
        }
    }
}

/// What is signed: the text, bound to its purpose.
fn signed(purpose: &str, text: &[u8]) -> Vec<u8> {
    encode(&[b"keyway/signature/1", purpose.as_bytes(), text])
}

/// A text is no name of a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 16 hexadecimal digits")]
pub struct BadKeyId;

impl std::str::FromStr for KeyId {
    type Err = BadKeyId;

    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        let mut id = [0; Self::LENGTH];
        let right = text.len() == 2 * Self::LENGTH
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
        let number = u64::from_str_radix(text, 16).map_err(|_| BadKeyId)?;
        id.copy_from_slice(&number.to_be_bytes());
        right.then_some(Self(id)).ok_or(BadKeyId)
    }
}

impl fmt::Display for VerifyingKey {
    /// In hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected <key id>:<public key>, 16 and 64 hexadecimal digits")]
pub struct BadVerifyingKey;

impl std::str::FromStr for VerifyingKey {
    type Err = BadVerifyingKey;

    /// Reads `<key id>:<public key>`.
    fn from_str(text: &str) -> Result<Self, BadVerifyingKey> {
        let (key, public) = text.trim().split_once(':').ok_or(BadVerifyingKey)?;
        let key = key.parse().map_err(|_| BadVerifyingKey)?;
        let mut bytes = [0; KEY_LENGTH];
        if public.len() != 2 * KEY_LENGTH || !public.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadVerifyingKey);
        }
        for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
            let digits = public.get(at..at + 2).ok_or(BadVerifyingKey)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| BadVerifyingKey)?;
        }
        Ok(Self { key, bytes })
    }
}
