use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A file that pages refer to: the style sheet, the picture.
#[derive(Debug, Clone)]
pub struct Asset {
    /// What is in it.
    pub text: String,
    /// Its media type.
    pub media_type: &'static str,
    /// A hash of what is in it. Pages name it in the address, so that a browser may keep the file
    /// for ever.
    pub version: String,
}

/// The files that pages refer to, by name.
pub(crate) type Assets = BTreeMap<String, Asset>;

impl Asset {
    pub(crate) fn new(media_type: &'static str, text: String) -> Self {
        let mut version = String::new();
        for byte in Sha256::digest(text.as_bytes()).iter().take(8) {
            let _ = write!(version, "{byte:02x}");
        }
        Self {
            text,
            media_type,
            version,
        }
    }

    /// The address it is served at, its version included.
    pub(crate) fn href(&self, name: &str) -> String {
        format!("/assets/{name}?v={}", self.version)
    }
}

/// Files of the console. No folder overrides them.
pub(crate) const CONSOLE_ASSETS: [(&str, &str, &str); 2] = [
    (
        "console.css",
        "text/css; charset=utf-8",
        include_str!("../templates/console.css"),
    ),
    (
        "console.js",
        "text/javascript; charset=utf-8",
        include_str!("../templates/console.js"),
    ),
];

/// The media type of a file that is served as it is, by its name.
pub(crate) fn media_type(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    match extension {
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}
