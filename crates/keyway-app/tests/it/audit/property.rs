//! Random logs, altered at random: each is found. No file: the rows alone.

use keyway_app::audit::{Chain, Line, PURPOSE};
use keyway_core::OrgId;
use keyway_store::{AuditCheckpoint, AuditRow, GENESIS, checkpoint_text, event_hash};
use keyway_vault::random::SystemRandom;
use keyway_vault::{KeyRing, MasterKey, Vault};
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Debug, Clone)]
enum Alteration {
    Record(Index, String),
    Moment(Index, i64),
    Hash(Index, Index),
    Previous(Index, Index),
    Remove(Index, Index),
    Swap(Index, Index),
    Twice(Index),
    Insert(Index),
    MadeAnew(Index, String),
    Cut(Index),
    Signature(Index),
}

fn alteration() -> impl Strategy<Value = Alteration> {
    let index = any::<Index>;
    prop_oneof![
        (index(), "[a-z]{1,9}").prop_map(|(at, text)| Alteration::Record(at, text)),
        (index(), 1..9_i64).prop_map(|(at, by)| Alteration::Moment(at, by)),
        (index(), index()).prop_map(|(at, byte)| Alteration::Hash(at, byte)),
        (index(), index()).prop_map(|(at, byte)| Alteration::Previous(at, byte)),
        (index(), index()).prop_map(|(at, count)| Alteration::Remove(at, count)),
        (index(), index()).prop_map(|(one, other)| Alteration::Swap(one, other)),
        index().prop_map(Alteration::Twice),
        index().prop_map(Alteration::Insert),
        (index(), "[a-z]{1,9}").prop_map(|(at, text)| Alteration::MadeAnew(at, text)),
        index().prop_map(Alteration::Cut),
        index().prop_map(Alteration::Signature),
    ]
}

fn organization() -> OrgId {
    "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()
}

fn chained(records: &[String]) -> Vec<AuditRow> {
    let mut previous = GENESIS;
    let rows = (1..).zip(records).map(|(seq, record)| {
        let organization = organization();
        let hash = event_hash(organization.as_str(), seq, seq * 7, &previous, record);
        let row = AuditRow {
            organization,
            seq,
            at: seq * 7,
            record: record.clone(),
            previous: previous.to_vec(),
            hash: hash.to_vec(),
        };
        previous = hash;
        row
    });
    rows.collect()
}

fn sign(vault: &Vault, row: &AuditRow) -> AuditCheckpoint {
    let text = checkpoint_text(row.organization.as_str(), row.seq, 5, &row.hash);
    let signature = vault.sign(PURPOSE, &text);
    AuditCheckpoint {
        organization: row.organization.clone(),
        seq: row.seq,
        at: 5,
        hash: row.hash.clone(),
        key_id: signature.key.to_string(),
        signature: signature.bytes.to_vec(),
    }
}

/// Alters a log that has at least two events. The last event is signed.
fn alter(rows: &mut Vec<AuditRow>, signed: &mut AuditCheckpoint, how: &Alteration) {
    let length = rows.len();
    match how {
        Alteration::Record(at, text) => rows[at.index(length)].record.push_str(text),
        Alteration::Moment(at, by) => rows[at.index(length)].at += by,
        Alteration::Hash(at, byte) => rows[at.index(length)].hash[byte.index(32)] ^= 1,
        Alteration::Previous(at, byte) => rows[at.index(length)].previous[byte.index(32)] ^= 1,
        Alteration::Remove(at, count) => {
            let at = at.index(length);
            rows.drain(at..=at + count.index(length - at));
        }
        Alteration::Swap(one, other) => {
            let one = one.index(length - 1);
            rows.swap(one, one + 1 + other.index(length - one - 1));
        }
        Alteration::Twice(at) => {
            let at = at.index(length);
            rows.insert(at, rows[at].clone());
        }
        Alteration::Insert(at) => {
            let at = at.index(length);
            let mut row = rows[at].clone();
            row.record.push(' ');
            row.hash = event_hash(
                row.organization.as_str(),
                row.seq,
                row.at,
                &row.previous,
                &row.record,
            )
            .to_vec();
            rows.insert(at, row);
        }
        Alteration::MadeAnew(at, text) => {
            let at = at.index(length);
            let mut records: Vec<_> = rows.iter().map(|row| row.record.clone()).collect();
            records[at].push_str(text);
            *rows = chained(&records);
        }
        Alteration::Cut(at) => rows.truncate(at.index(length)),
        Alteration::Signature(byte) => signed.signature[byte.index(64)] ^= 1,
    }
}

fn verify(vault: &Vault, rows: &[AuditRow], signed: &AuditCheckpoint) -> Chain {
    let mut chain = Chain::whole(vault.verifying_keys(PURPOSE));
    for row in rows {
        chain.event(row);
    }
    chain.checkpoint(signed);
    chain
}

fn records() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("\\{\"[a-z]{0,6}\":[0-9]{1,3}\\}", 2..20)
}

proptest! {
    #[test]
    fn every_alteration_of_a_signed_log_is_found(records in records(), how in alteration()) {
        let key = MasterKey::generate(&SystemRandom);
        let vault = Vault::new(KeyRing::new(key), std::sync::Arc::new(SystemRandom));
        let mut rows = chained(&records);
        let mut signed = sign(&vault, rows.last().unwrap());
        let whole = verify(&vault, &rows, &signed);
        prop_assert!(whole.broken().is_empty(), "{:?}", whole.broken());
        prop_assert_eq!(whole.signed(), Some(records.len() as i64));

        alter(&mut rows, &mut signed, &how);
        let chain = verify(&vault, &rows, &signed);
        prop_assert!(!chain.broken().is_empty());
    }

    #[test]
    fn lines_of_exports_never_panic(noise in ".{0,200}") {
        let _ = Line::parse(&noise);
        let _ = Line::parse(&format!("{{\"type\":\"event\",{noise}}}"));
    }
}
