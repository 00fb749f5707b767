//! Records of the safe as JSON.

use keyway_core::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Safe, SafeError};

/// Reads a record; `None` when there is none.
pub(crate) async fn read<T: DeserializeOwned>(
    safe: &dyn Safe,
    name: &str,
) -> Result<Option<T>, SafeError> {
    let Some(record) = safe.read(name).await? else {
        return Ok(None);
    };
    // The parser's error could show a piece of the record.
    serde_json::from_slice(record.expose())
        .map(Some)
        .map_err(|_| SafeError::Corrupt(format!("the record {name} cannot be read: connect again")))
}

/// Writes a record.
pub(crate) async fn write<T: Serialize>(
    safe: &dyn Safe,
    name: &str,
    record: &T,
) -> Result<(), SafeError> {
    safe.write(name, bytes(name, record)?).await
}

/// A record as it is written.
pub(crate) fn bytes<T: Serialize>(name: &str, record: &T) -> Result<Secret<Vec<u8>>, SafeError> {
    serde_json::to_vec(record)
        .map(Secret::new)
        .map_err(|_| SafeError::Io(format!("the record {name} cannot be written")))
}
