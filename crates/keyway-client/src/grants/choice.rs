use std::fs;
use std::io::ErrorKind;

use keyway_oauth::SafeError;
use serde::{Deserialize, Serialize};

use super::folder::{Folder, failed};

const FILE: &str = "kept-in.json";

/// Where this person's grants are kept, once there are any: written with the first one, so that
/// they are never spread over two places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choice {
    pub(super) kept_in: KeptIn,
    /// What tells this folder's records in the keyring from those of another folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keyring: Option<String>,
}

/// One of the two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum KeptIn {
    Keyring,
    Files,
}

impl Choice {
    /// What was chosen; `None` when nothing was ever kept.
    pub(super) fn load(folder: &Folder) -> Result<Option<Self>, SafeError> {
        if !folder.check()? {
            return Ok(None);
        }
        let path = folder.file(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &path, &error)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|_| {
            SafeError::Corrupt(format!(
                "{} is damaged: it says where grants are kept; remove it and sign in again to each server: keyway mcp connect <server>",
                path.display()
            ))
        })
    }

    /// Writes it down.
    pub(super) fn save(&self, folder: &Folder) -> Result<(), SafeError> {
        let text = serde_json::to_vec(self).map_err(|error| SafeError::Io(error.to_string()))?;
        folder.replace(FILE, &text)
    }
}
