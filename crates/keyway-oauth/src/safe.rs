use keyway_core::Secret;
use keyway_core::ports::BoxFuture;

/// Where grants are kept: named records that are secret as a whole, shared by every process of one
/// person. Two implementations under one contract: the system's keyring and sealed files.
pub trait Safe: Send + Sync {
    /// One record; `None` when there is none.
    fn read<'a>(
        &'a self,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, SafeError>>;

    /// Writes one record. When this returns it is on disk, whole or not at all.
    fn write<'a>(
        &'a self,
        name: &'a str,
        value: Secret<Vec<u8>>,
    ) -> BoxFuture<'a, Result<(), SafeError>>;

    /// Forgets one record. False when there was none.
    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, SafeError>>;

    /// The names of all records, sorted.
    fn names(&self) -> BoxFuture<'_, Result<Vec<String>, SafeError>>;

    /// Waits until no other task and no other process holds the lock of this name, and holds it
    /// until the answer is dropped, or the process dies.
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, SafeError>>;

    /// Completes at the next write or removal, by this process or another.
    fn changed(&self) -> BoxFuture<'_, ()>;
}

/// A lock; dropping it lets go.
pub type Lock = Box<dyn Send>;

/// Why a record cannot be read or written. Never holds what is in one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SafeError {
    /// The safe is locked, or there is none: a person has to do something first.
    #[error("{0}")]
    Unavailable(String),
    /// The record cannot be opened: it was damaged, or sealed with another key.
    #[error("{0}")]
    Corrupt(String),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(String),
}
