use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use jiff::Timestamp;
use keyway_agent::transcript::{Entry, Event};

/// The most that is read of a file to tell what it is about, in bytes.
const HEAD: u64 = 256 * 1024;

/// The longest title, in characters.
const TITLE: usize = 80;

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: String,
    /// The first line the person wrote.
    pub title: String,
    /// `vendor/model`, as it began.
    pub model: String,
    /// When it was last written to.
    pub at: Timestamp,
}

impl Summary {
    /// What a file says of itself at its beginning; `None` when nobody said anything in it.
    pub(super) fn of(id: &str, at: Timestamp, path: &Path) -> Option<Self> {
        let reader = BufReader::new(File::open(path).ok()?.take(HEAD));
        let mut model = String::new();
        for line in reader.lines() {
            let Ok(entry) = serde_json::from_str::<Entry>(&line.ok()?) else {
                break;
            };
            match entry.event {
                Event::SessionStarted { model: named, .. } => model = named,
                Event::UserMessage { text } => {
                    let first = text.lines().find(|line| !line.trim().is_empty());
                    return Some(Self {
                        id: id.to_owned(),
                        title: first
                            .unwrap_or_default()
                            .trim()
                            .chars()
                            .take(TITLE)
                            .collect(),
                        model,
                        at,
                    });
                }
                _ => {}
            }
        }
        None
    }
}
