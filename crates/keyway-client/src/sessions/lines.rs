use std::fs;
use std::path::Path;

use keyway_agent::transcript::Entry;

use super::SessionError;

/// What a session's file holds.
#[derive(Debug)]
pub struct Transcript {
    /// Every entry, in order.
    pub entries: Vec<Entry>,
    /// True when the last line was cut off, as by a kill in the middle of writing, and left out.
    pub cut: bool,
    pub(super) whole: Whole,
}

/// How far a file is whole.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Whole {
    pub(super) bytes: u64,
    /// The last line is an entry, but its end is missing.
    pub(super) ends_open: bool,
}

impl Transcript {
    pub(super) fn read(path: &Path) -> Result<Self, SessionError> {
        let bytes = fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SessionError::NotFound,
            _ => SessionError::io("read", path)(error),
        })?;
        let mut read = Self {
            entries: Vec::new(),
            cut: false,
            whole: Whole::default(),
        };
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let ends = line.ends_with(b"\n");
            match read.entry(line) {
                Ok(entry) => read.entries.push(entry),
                Err(_) if !ends => {
                    read.cut = true;
                    break;
                }
                Err(reason) => {
                    return Err(SessionError::Corrupt {
                        file: file_name(path),
                        line: index + 1,
                        reason,
                    });
                }
            }
            read.whole.bytes += line.len() as u64;
            read.whole.ends_open = !ends;
        }
        Ok(read)
    }

    fn entry(&self, line: &[u8]) -> Result<Entry, String> {
        let entry: Entry = serde_json::from_slice(line).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Data => "it is no entry of a transcript",
                _ => "it is no JSON",
            };
            what.to_owned()
        })?;
        let expected = self.entries.len() as u64 + 1;
        if entry.seq == expected {
            return Ok(entry);
        }
        Err(format!("it should be entry {expected}"))
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
