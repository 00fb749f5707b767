//! Looking for secrets in all that was written and answered.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What was written or answered, each with the place it stood in.
#[derive(Debug, Default)]
pub struct Written(Vec<(String, Vec<u8>)>);

impl Written {
    /// Adds something.
    pub fn add(&mut self, place: &str, bytes: impl Into<Vec<u8>>) {
        self.0.push((place.to_owned(), bytes.into()));
    }

    /// Adds every file below a folder, but those of these names.
    pub fn files(&mut self, folder: &Path, but: &[&str]) {
        let entries = std::fs::read_dir(folder).expect("the folder is there");
        for entry in entries {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                self.files(&path, but);
            } else if !but.iter().any(|name| path.ends_with(name)) {
                let bytes = std::fs::read(&path).expect("the file can be read");
                self.add(&path.display().to_string(), bytes);
            }
        }
    }

    /// Where a text stands, if it does anywhere.
    pub fn holds(&self, needle: &str) -> Option<&str> {
        let needle = needle.as_bytes();
        let within = |bytes: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
        let found = self.0.iter().find(|(_, bytes)| within(bytes));
        found.map(|(place, _)| place.as_str())
    }

    /// Everything, with its places.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let all = self.0.iter();
        all.map(|(place, bytes)| (place.as_str(), bytes.as_slice()))
    }
}

/// A secret as it may be written down: as it is, in both alphabets of Base64, in hexadecimal.
pub fn forms(secret: &str) -> Vec<String> {
    let hex: Vec<_> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    vec![
        secret.to_owned(),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        hex.concat(),
    ]
}
