use std::fmt;
use std::sync::Arc;

use keyway_core::Secret;
use keyway_core::ports::Random;
use zeroize::Zeroizing;

use crate::aead::{KEY_LENGTH, NONCE_LENGTH, OneTimeKey, TAG_LENGTH};
use crate::context::{Context, fingerprint};
use crate::error::VaultError;
use crate::key_ring::KeyRing;
use crate::record::{Header, OVERHEAD, Record};

/// Seals and opens secrets. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) random: Arc<dyn Random>,
}

/// What [`Vault::key_check`] seals, and where.
const CHECK: &[u8] = b"this store belongs to this master key";
const CHECK_PLACE: Context<'static> = Context {
    organization: "",
    table: "keyway",
    column: "key_check",
    row: "",
};

impl Vault {
    /// A vault over these keys.
    pub fn new(keys: KeyRing, random: Arc<dyn Random>) -> Self {
        Self {
            keys: Arc::new(keys),
            random,
        }
    }

    /// Seals a value for its place, with a data key of its own.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`] for values of 4 GiB and more.
    pub fn seal(&self, place: &Context<'_>, value: &[u8]) -> Result<Vec<u8>, VaultError> {
        let place = place.encode();
        let key = self.keys.current();
        let length = value.len().checked_add(TAG_LENGTH);
        let header = Header {
            key: key.id,
            fingerprint: fingerprint(&place),
            length: length
                .and_then(|length| u32::try_from(length).ok())
                .ok_or(VaultError::TooLarge)?,
        };
        let mut sealed = header.encode();
        let aad = [sealed.as_slice(), &place].concat();

        let mut data_key = Zeroizing::new([0; KEY_LENGTH]);
        self.random.fill(&mut *data_key);
        let mut nonce = [0; NONCE_LENGTH];
        self.random.fill(&mut nonce);

        let mut wrapped = Vec::with_capacity(KEY_LENGTH + TAG_LENGTH);
        wrapped.extend_from_slice(&*data_key);
        key.wrap.seal(nonce, &aad, &mut wrapped)?;

        let mut ciphertext = Vec::with_capacity(value.len() + TAG_LENGTH);
        ciphertext.extend_from_slice(value);
        OneTimeKey::new(&data_key).seal(&aad, &mut ciphertext)?;

        sealed.reserve_exact(value.len() + OVERHEAD - sealed.len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&wrapped);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// Opens what [`Vault::seal`] sealed for this place.
    ///
    /// # Errors
    /// Tells apart why it does not open: see [`VaultError`].
    pub fn open(&self, place: &Context<'_>, sealed: &[u8]) -> Result<Secret<Vec<u8>>, VaultError> {
        let record = Record::read(sealed)?;
        let key = self.keys.find(record.header.key)?;
        let place = place.encode();
        if record.header.fingerprint != fingerprint(&place) {
            return Err(VaultError::OtherPlace);
        }
        let aad = [record.header.encode().as_slice(), &place].concat();

        let mut unwrapped = Zeroizing::new(record.data_key.to_vec());
        key.wrap.open(record.nonce, &aad, &mut unwrapped)?;
        let data_key: &[u8; KEY_LENGTH] = unwrapped.first_chunk().ok_or(VaultError::Tampered)?;

        let mut value = Zeroizing::new(record.value.to_vec());
        OneTimeKey::new(data_key).open(&aad, &mut value)?;
        Ok(Secret::new(std::mem::take(&mut *value)))
    }

    /// A sealed constant, to be kept with the first thing that is ever sealed.
    pub fn key_check(&self) -> Result<Vec<u8>, VaultError> {
        self.seal(&CHECK_PLACE, CHECK)
    }

    /// Tells whether what [`Vault::key_check`] gave once was sealed with a key of this vault.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] when the store belongs to another master key.
    pub fn check_key(&self, sealed: &[u8]) -> Result<(), VaultError> {
        if self.open(&CHECK_PLACE, sealed)?.expose() == CHECK {
            Ok(())
        } else {
            Err(VaultError::Tampered)
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.keys).finish()
    }
}
