use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// What the first event of a log has in the place of the hash before it.
pub const GENESIS: Hash = [0; 32];

/// What makes these hashes useless anywhere else.
const EVENT: &[u8] = b"keyway/audit/event/1";
const CHECKPOINT: &[u8] = b"keyway/audit/checkpoint/1";

/// The hash of an event: of whose it is, its place, its moment (milliseconds since 1970), the hash
/// before it and the record, each after its length, so that no two events have the same text.
pub fn event_hash(organization: &str, seq: i64, at: i64, previous: &[u8], record: &str) -> Hash {
    let mut text = Vec::with_capacity(192 + record.len());
    for part in [
        EVENT,
        organization.as_bytes(),
        &seq.to_be_bytes(),
        &at.to_be_bytes(),
        previous,
        record.as_bytes(),
    ] {
        text.extend_from_slice(&(part.len() as u64).to_be_bytes());
        text.extend_from_slice(part);
    }
    Sha256::digest(text).into()
}

/// What a checkpoint's signature is over.
pub fn checkpoint_text(organization: &str, seq: i64, at: i64, hash: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(160);
    for part in [
        CHECKPOINT,
        organization.as_bytes(),
        &seq.to_be_bytes(),
        &at.to_be_bytes(),
        hash,
    ] {
        text.extend_from_slice(&(part.len() as u64).to_be_bytes());
        text.extend_from_slice(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by the first version. Should it change, no log of before can be checked any more.
    #[test]
    fn the_hash_stays_as_it_was() {
        let hash = event_hash("org_1", 1, 1_800_000_000_000, &GENESIS, r#"{"id":"evt_1"}"#);
        let hex: String = hash
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert_eq!(
            hex,
            "dd8951984275b382e252f9e4e5153166ba1c55c2c348d41cc39e54f2962159ab"
        );
    }

    #[test]
    fn every_part_counts() {
        let hash = event_hash("a", 1, 2, &GENESIS, "bc");
        for other in [
            event_hash("ab", 1, 2, &GENESIS, "c"),
            event_hash("a", 2, 2, &GENESIS, "bc"),
            event_hash("a", 1, 1, &GENESIS, "bc"),
            event_hash("a", 1, 2, &[1; 32], "bc"),
            event_hash("a", 1, 2, &GENESIS, "bd"),
        ] {
            assert_ne!(hash, other);
        }
    }
}
