use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use keyway_core::Secret;
use keyway_core::ports::Random;
use zeroize::Zeroizing;

use crate::aead::{KEY_LENGTH, NONCE_LENGTH, OneTimeKey, TAG_LENGTH};
use crate::context::{Context, fingerprint};
use crate::error::VaultError;
use crate::key_ring::KeyRing;
use crate::master_key::KeyId;
use crate::record::{Header, OVERHEAD, Record};

/// Seals and opens secrets. Cheap to clone; all clones have the same keys.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<ArcSwap<KeyRing>>,
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
            keys: Arc::new(ArcSwap::from_pointee(keys)),
            random,
        }
    }

    /// Takes other keys from here on, in every clone. What goes on meanwhile ends with those it began
    /// with.
    pub fn replace_keys(&self, keys: KeyRing) {
        self.keys.store(Arc::new(keys));
    }

    pub(crate) fn keys(&self) -> Guard<Arc<KeyRing>> {
        self.keys.load()
    }

    /// What names its keys, the one that seals first.
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.keys().all().map(|key| key.id).collect()
    }

    /// The key that seals.
    pub fn current_key(&self) -> KeyId {
        self.keys().current().id
    }

    /// Which key a value was sealed with, as it says itself. Only opening it proves that it is so.
    ///
    /// # Errors
    /// [`VaultError::Truncated`], [`VaultError::UnknownFormat`], [`VaultError::Tampered`].
    pub fn key_of(sealed: &[u8]) -> Result<KeyId, VaultError> {
        Ok(Record::read(sealed)?.header.key)
    }

    /// Seals a value anew with the key that seals now. `None` when it is what sealed it.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn reseal(
        &self,
        place: &Context<'_>,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, VaultError> {
        if Self::key_of(sealed)? == self.current_key() {
            return Ok(None);
        }
        let value = self.open(place, sealed)?;
        self.seal(place, value.expose()).map(Some)
    }

    /// Seals a value for its place, with a data key of its own.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`] for values of 4 GiB and more.
    pub fn seal(&self, place: &Context<'_>, value: &[u8]) -> Result<Vec<u8>, VaultError> {
        let place = place.encode();
        let keys = self.keys();
        let key = keys.current();
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
        let keys = self.keys();
        let key = keys.find(record.header.key)?;
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

    /// What [`Vault::key_check`] gave once, sealed with the key that seals now. `None` when it is what
    /// sealed it.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn reseal_key_check(&self, sealed: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        self.reseal(&CHECK_PLACE, sealed)
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
        f.debug_tuple("Vault").field(&**self.keys()).finish()
    }
}
