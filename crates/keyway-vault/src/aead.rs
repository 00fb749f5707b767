//! The two ciphers, and nothing that could be used wrong about them.

use aws_lc_rs::aead::{
    AES_256_GCM, AES_256_GCM_SIV, Aad, Algorithm, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
};

use crate::error::VaultError;

/// Bytes of every key.
pub(crate) const KEY_LENGTH: usize = 32;
/// Bytes of a nonce.
pub(crate) const NONCE_LENGTH: usize = NONCE_LEN;
/// Bytes that sealing adds.
pub(crate) const TAG_LENGTH: usize = 16;

/// A key that seals one thing only (AES-256-GCM). Its nonce can be constant for that reason.
pub(crate) struct OneTimeKey(LessSafeKey);

/// A key that seals many things under random nonces (AES-256-GCM-SIV, RFC 8452): should a nonce
/// come twice, it tells that two equal texts are equal and no more.
pub(crate) struct ManyTimesKey(LessSafeKey);

impl OneTimeKey {
    pub(crate) fn new(key: &[u8; KEY_LENGTH]) -> Self {
        Self(bind(&AES_256_GCM, key))
    }

    /// Seals in place and appends the tag.
    pub(crate) fn seal(self, aad: &[u8], text: &mut Vec<u8>) -> Result<(), VaultError> {
        append_tag(&self.0, [0; NONCE_LENGTH], aad, text)
    }

    /// Opens in place; the text loses its tag.
    pub(crate) fn open(self, aad: &[u8], text: &mut Vec<u8>) -> Result<(), VaultError> {
        open(&self.0, [0; NONCE_LENGTH], aad, text)
    }
}

impl ManyTimesKey {
    pub(crate) fn new(key: &[u8; KEY_LENGTH]) -> Self {
        Self(bind(&AES_256_GCM_SIV, key))
    }

    /// Seals in place and appends the tag.
    pub(crate) fn seal(
        &self,
        nonce: [u8; NONCE_LENGTH],
        aad: &[u8],
        text: &mut Vec<u8>,
    ) -> Result<(), VaultError> {
        append_tag(&self.0, nonce, aad, text)
    }

    /// Opens in place; the text loses its tag.
    pub(crate) fn open(
        &self,
        nonce: [u8; NONCE_LENGTH],
        aad: &[u8],
        text: &mut Vec<u8>,
    ) -> Result<(), VaultError> {
        open(&self.0, nonce, aad, text)
    }
}

fn bind(algorithm: &'static Algorithm, key: &[u8; KEY_LENGTH]) -> LessSafeKey {
    #[expect(
        clippy::expect_used,
        reason = "fails only for keys that do not have 32 bytes"
    )]
    let key = UnboundKey::new(algorithm, key).expect("the key has 32 bytes");
    LessSafeKey::new(key)
}

fn append_tag(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LENGTH],
    aad: &[u8],
    text: &mut Vec<u8>,
) -> Result<(), VaultError> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::from(aad), text)
        .map_err(|_| VaultError::TooLarge)
}

fn open(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LENGTH],
    aad: &[u8],
    text: &mut Vec<u8>,
) -> Result<(), VaultError> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let length = key
        .open_in_place(nonce, Aad::from(aad), text)
        .map_err(|_| VaultError::Tampered)?
        .len();
    text.truncate(length);
    Ok(())
}
