use std::fmt;

use zeroize::Zeroizing;

use crate::aead::{KEY_LENGTH, ManyTimesKey};
use crate::error::VaultError;
use crate::master_key::{KeyId, MasterKey};
use crate::signing::VerifyingKey;

/// The master key that seals, and older ones that still open what they sealed. Of keys that are gone
/// it may have the public halves of their signing keys.
pub struct KeyRing {
    current: Key,
    older: Vec<Key>,
    retired: Vec<(String, VerifyingKey)>,
}

impl KeyRing {
    /// A ring of one key.
    pub fn new(current: MasterKey) -> Self {
        Self {
            current: Key::new(current),
            older: Vec::new(),
            retired: Vec::new(),
        }
    }

    /// A ring of these keys, the one that seals first. `None` when there is none.
    pub fn of(keys: impl IntoIterator<Item = MasterKey>) -> Option<Self> {
        let mut keys = keys.into_iter();
        let ring = Self::new(keys.next()?);
        Some(keys.fold(ring, Self::with_older))
    }

    /// Adds a key that opens what it sealed and seals nothing any more.
    pub fn with_older(mut self, older: MasterKey) -> Self {
        self.older.push(Key::new(older));
        self
    }

    /// Adds the public half of a signing key whose master key is gone: what it signed can still be
    /// checked.
    pub fn with_retired(mut self, purpose: impl Into<String>, key: VerifyingKey) -> Self {
        self.retired.push((purpose.into(), key));
        self
    }

    /// The signing keys of one purpose whose master keys are gone.
    pub(crate) fn retired(&self, purpose: &str) -> impl Iterator<Item = VerifyingKey> {
        let of = self.retired.iter().filter(move |(of, _)| of == purpose);
        of.map(|(_, key)| *key)
    }

    pub(crate) fn current(&self) -> &Key {
        &self.current
    }

    /// Every key, the current one first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }

    pub(crate) fn find(&self, id: KeyId) -> Result<&Key, VaultError> {
        self.all()
            .find(|key| key.id == id)
            .ok_or(VaultError::UnknownKey)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("current", &self.current.id)
            .field(
                "older",
                &self.older.iter().map(|key| key.id).collect::<Vec<_>>(),
            )
            .finish()
    }
}

/// A master key, ready for use.
pub(crate) struct Key {
    pub(crate) id: KeyId,
    /// Seals data keys.
    pub(crate) wrap: ManyTimesKey,
    master: MasterKey,
}

impl Key {
    fn new(master: MasterKey) -> Self {
        Self {
            id: master.id(),
            wrap: derive(&master, &[b"keyway/vault/wrap/1"]),
            master,
        }
    }

    pub(crate) fn master(&self) -> &MasterKey {
        &self.master
    }

    /// The key that seals tokens of one purpose.
    pub(crate) fn for_tokens(&self, purpose: &str) -> ManyTimesKey {
        derive(
            &self.master,
            &[b"keyway/vault/token/1/", purpose.as_bytes()],
        )
    }
}

fn derive(master: &MasterKey, labels: &[&[u8]]) -> ManyTimesKey {
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    master.derive(labels, &mut *key);
    ManyTimesKey::new(&key)
}
