//! The layout of a sealed record.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 8 | id of the master key |
//! | 8 | fingerprint of the place |
//! | 4 | length of the sealed value, big-endian |
//! | 12 + 48 | nonce and sealed data key |
//! | length | the sealed value, with its tag |
//!
//! The first 21 bytes are authenticated with both ciphertexts, and so is the place.

use crate::aead::{KEY_LENGTH, NONCE_LENGTH, TAG_LENGTH};
use crate::error::VaultError;
use crate::master_key::KeyId;

const VERSION: u8 = 1;
const HEADER_LENGTH: usize = 1 + KeyId::LENGTH + FINGERPRINT_LENGTH + 4;
const FINGERPRINT_LENGTH: usize = 8;
const WRAPPED_LENGTH: usize = KEY_LENGTH + TAG_LENGTH;

/// Bytes that a record has beyond the value in it.
pub(crate) const OVERHEAD: usize = HEADER_LENGTH + NONCE_LENGTH + WRAPPED_LENGTH + TAG_LENGTH;

/// What stands before the ciphertexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) key: KeyId,
    pub(crate) fingerprint: [u8; FINGERPRINT_LENGTH],
    /// Length of the sealed value with its tag.
    pub(crate) length: u32,
}

impl Header {
    pub(crate) fn encode(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_LENGTH);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.key.0);
        bytes.extend_from_slice(&self.fingerprint);
        bytes.extend_from_slice(&self.length.to_be_bytes());
        bytes
    }
}

/// A record taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) header: Header,
    pub(crate) nonce: [u8; NONCE_LENGTH],
    pub(crate) data_key: &'a [u8],
    pub(crate) value: &'a [u8],
}

impl<'a> Record<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, VaultError> {
        let (&[version], rest) = split(bytes)?;
        if version != VERSION {
            return Err(VaultError::UnknownFormat);
        }
        let (key, rest) = split(rest)?;
        let (fingerprint, rest) = split(rest)?;
        let (length, rest) = split(rest)?;
        let (nonce, rest) = split(rest)?;
        let (data_key, value) = split::<WRAPPED_LENGTH>(rest)?;
        let length = u32::from_be_bytes(*length);
        match value.len().cmp(&(length as usize)) {
            std::cmp::Ordering::Less => return Err(VaultError::Truncated),
            std::cmp::Ordering::Greater => return Err(VaultError::Tampered),
            std::cmp::Ordering::Equal => {}
        }
        Ok(Self {
            header: Header {
                key: KeyId(*key),
                fingerprint: *fingerprint,
                length,
            },
            nonce: *nonce,
            data_key,
            value,
        })
    }
}

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), VaultError> {
    bytes.split_first_chunk().ok_or(VaultError::Truncated)
}
