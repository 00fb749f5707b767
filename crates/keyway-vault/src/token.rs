//! Tokens: what we hand out and want back unread and unchanged.
//!
//! Layout, in base64url without padding: version (1 byte, 1), id of the master key (8), nonce (12),
//! ciphertext with its tag. There is no data key: a token lives for minutes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::aead::{NONCE_LENGTH, TAG_LENGTH};
use crate::context::encode;
use crate::error::VaultError;
use crate::master_key::KeyId;
use crate::vault::Vault;

const VERSION: u8 = 1;

impl Vault {
    /// Seals a text into a token of base64url characters. Each `purpose` has a key of its own;
    /// `bound` is whatever the token shall be useless without (whom it was given to, for what).
    ///
    /// # Errors
    /// [`VaultError::TooLarge`].
    pub fn seal_token(
        &self,
        purpose: &str,
        bound: &[u8],
        text: &[u8],
    ) -> Result<String, VaultError> {
        let keys = self.keys();
        let key = keys.current();
        let mut nonce = [0; NONCE_LENGTH];
        self.random.fill(&mut nonce);
        let mut ciphertext = Vec::with_capacity(text.len() + TAG_LENGTH);
        ciphertext.extend_from_slice(text);
        key.for_tokens(purpose)
            .seal(nonce, &aad(key.id, bound), &mut ciphertext)?;
        let token = [&[VERSION][..], &key.id.0, &nonce, &ciphertext].concat();
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// Opens what [`Vault::seal_token`] sealed for the same purpose and bound to the same bytes.
    ///
    /// # Errors
    /// [`VaultError::Tampered`] also when purpose or binding differ.
    pub fn open_token(
        &self,
        purpose: &str,
        bound: &[u8],
        token: &str,
    ) -> Result<Vec<u8>, VaultError> {
        let token = URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| VaultError::UnknownFormat)?;
        let (version, rest) = token.split_first().ok_or(VaultError::Truncated)?;
        if *version != VERSION {
            return Err(VaultError::UnknownFormat);
        }
        let (id, rest) = rest.split_first_chunk().ok_or(VaultError::Truncated)?;
        let (nonce, ciphertext) = rest.split_first_chunk().ok_or(VaultError::Truncated)?;
        if ciphertext.len() < TAG_LENGTH {
            return Err(VaultError::Truncated);
        }
        let keys = self.keys();
        let key = keys.find(KeyId(*id))?;
        let mut text = ciphertext.to_vec();
        key.for_tokens(purpose)
            .open(*nonce, &aad(key.id, bound), &mut text)?;
        Ok(text)
    }
}

fn aad(id: KeyId, bound: &[u8]) -> Vec<u8> {
    encode(&[b"keyway/token/1", &id.0, bound])
}
