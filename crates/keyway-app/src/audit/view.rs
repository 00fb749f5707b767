use jiff::Timestamp;
use keyway_core::{OrgId, json};
use keyway_store::{AuditCheckpoint, AuditRow};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::record::hex;

/// An event of a log, or a checkpoint: one line of an export. Hashes, keys and signatures are in
/// hexadecimal.
#[derive(Debug, Clone)]
pub enum Line {
    /// An event.
    Event(AuditEvent),
    /// A checkpoint.
    Checkpoint(Checkpoint),
}

/// An event as it is shown and exported.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// Whose log it is.
    pub organization: String,
    /// Its place in the log.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// The hash of the event before it.
    pub previous: String,
    /// Its own.
    pub hash: String,
    /// What happened, as it was hashed.
    pub record: Box<RawValue>,
}

/// A checkpoint as it is exported.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    /// Whose log it is.
    pub organization: String,
    /// The place of the last event.
    pub seq: i64,
    /// When it was signed.
    pub at: Timestamp,
    /// The last event's hash.
    pub hash: String,
    /// The master key behind the signing key.
    pub key_id: String,
    /// Ed25519.
    pub signature: String,
}

/// Something cannot be shown, or read, as what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no event of an audit log")]
pub struct Unreadable;

impl Line {
    /// The line as it is written.
    pub fn to_text(&self) -> String {
        let (kind, text) = match self {
            Self::Event(event) => ("event", serde_json::to_string(event)),
            Self::Checkpoint(checkpoint) => ("checkpoint", serde_json::to_string(checkpoint)),
        };
        // Neither can fail: all keys are texts.
        let text = text.unwrap_or_default();
        let rest = text.get(1..).unwrap_or_default();
        format!("{{\"type\":\"{kind}\",{rest}")
    }

    /// Reads a line, which has to stand as [`Line::to_text`] writes it: what would be read past,
    /// such as a further member, no hash and no signature is about.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        // Not by serde's tag, which would read the record and write it again.
        let kind = json::member(text, "type").ok_or(Unreadable)?;
        let line = match kind.value {
            "\"event\"" => serde_json::from_str(text).map(Self::Event),
            "\"checkpoint\"" => serde_json::from_str(text).map(Self::Checkpoint),
            _ => return Err(Unreadable),
        };
        let line = line.map_err(|_| Unreadable)?;
        (line.to_text() == text).then_some(line).ok_or(Unreadable)
    }
}

impl AuditEvent {
    pub(super) fn of(row: AuditRow) -> Result<Self, Unreadable> {
        Ok(Self {
            organization: row.organization.as_str().to_owned(),
            seq: row.seq,
            at: Timestamp::from_millisecond(row.at).map_err(|_| Unreadable)?,
            previous: hex(&row.previous),
            hash: hex(&row.hash),
            record: RawValue::from_string(row.record).map_err(|_| Unreadable)?,
        })
    }

    /// The event as it stood in the log.
    pub fn row(&self) -> Result<AuditRow, Unreadable> {
        Ok(AuditRow {
            organization: organization(&self.organization)?,
            seq: self.seq,
            at: milliseconds(self.at)?,
            record: self.record.get().to_owned(),
            previous: bytes(&self.previous)?,
            hash: bytes(&self.hash)?,
        })
    }
}

impl Checkpoint {
    pub(super) fn of(checkpoint: &AuditCheckpoint) -> Result<Self, Unreadable> {
        Ok(Self {
            organization: checkpoint.organization.as_str().to_owned(),
            seq: checkpoint.seq,
            at: Timestamp::from_millisecond(checkpoint.at).map_err(|_| Unreadable)?,
            hash: hex(&checkpoint.hash),
            key_id: checkpoint.key_id.clone(),
            signature: hex(&checkpoint.signature),
        })
    }

    /// The checkpoint as it stood beside the log.
    pub fn row(&self) -> Result<AuditCheckpoint, Unreadable> {
        Ok(AuditCheckpoint {
            organization: organization(&self.organization)?,
            seq: self.seq,
            at: milliseconds(self.at)?,
            hash: bytes(&self.hash)?,
            key_id: self.key_id.clone(),
            signature: bytes(&self.signature)?,
        })
    }
}

/// The moment as it was hashed, of which nothing is cut off.
fn milliseconds(at: Timestamp) -> Result<i64, Unreadable> {
    let whole = at.as_millisecond();
    let same = Timestamp::from_millisecond(whole).is_ok_and(|moment| moment == at);
    same.then_some(whole).ok_or(Unreadable)
}

fn organization(text: &str) -> Result<OrgId, Unreadable> {
    text.parse().map_err(|_| Unreadable)
}

/// Reads hexadecimal, as [`hex`] writes it.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Unreadable> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(Unreadable),
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            &[high, low] => Ok(digit(high)? << 4 | digit(low)?),
            _ => Err(Unreadable),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"type":"event","organization":"org_01890a5d-ac96-774b-bcce-b302099a8057","seq":7,"at":"2026-11-28T12:00:00.123Z","previous":"00ab","hash":"cd01","record":{"id":"evt_1"}}"#;

    fn is_event(text: &str) -> bool {
        match Line::parse(text) {
            Ok(Line::Event(event)) => event.row().is_ok(),
            _ => false,
        }
    }

    #[test]
    fn an_edit_that_no_hash_is_about_makes_no_line() {
        assert!(is_event(EVENT));
        for (old, new) in [
            ("\"seq\":7", "\"seq\":7,\"approvedBy\":\"ada\""),
            ("\"seq\":7", "\"seq\": 7"),
            ("\"seq\":7", "\"s\\u0065q\":7"),
            ("00.123Z", "00.1234Z"),
            ("00.123Z", "00.123+00:00"),
            ("00ab", "00AB"),
            (
                "\"type\":\"event\",",
                "\"type\":\"checkpoint\",\"type\":\"event\",",
            ),
            ("{\"id\"", " {\"id\""),
        ] {
            let edited = EVENT.replacen(old, new, 1);
            assert_ne!(edited, EVENT);
            assert!(!is_event(&edited), "{edited}");
        }
        assert!(!is_event(&format!("{EVENT} ")));
    }
}
