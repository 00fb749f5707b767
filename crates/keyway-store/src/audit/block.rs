use crate::engine::{Connection, query};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use keyway_core::{OrgId, json};

use super::chain::{GENESIS, Hash, event_hash};
use super::log::{AuditHead, NewAuditEvent};
use super::read::{AuditFilter, AuditRow};

/// The most events of one block: who reads one of them reads all.
const EVENTS: usize = 128;

/// The most bytes of records in one block, unless one record alone is longer.
const BYTES: usize = 128 << 10;

const MOMENT: usize = size_of::<i64>();
const HASH: usize = size_of::<Hash>();

/// Events of one log, one behind the other.
#[derive(Debug)]
pub(super) struct Block<'a> {
    organization: &'a OrgId,
    first: i64,
    last: i64,
    since: i64,
    until: i64,
    moments: Vec<u8>,
    records: String,
    previous: Hash,
    hashes: Vec<u8>,
    marks: BTreeSet<(&'static str, Cow<'a, str>)>,
}

/// What events are looked for by.
const FIELDS: [&str; 4] = ["kind", "actor", "tool", "target"];

/// What a record says of each of [`FIELDS`].
fn marks(record: &str) -> [Option<Cow<'_, str>>; 4] {
    let mut said = [None, None, None, None];
    for member in json::members(record) {
        let place = FIELDS.iter().position(|field| *field == member.key);
        let Some(slot) = place.and_then(|place| said.get_mut(place)) else {
            continue;
        };
        *slot = match &*member.key {
            "actor" | "target" => json::member(member.value, "id").and_then(|id| text(id.value)),
            _ => text(member.value),
        };
    }
    said
}

fn text(value: &str) -> Option<Cow<'_, str>> {
    value.starts_with('"').then(|| json::unquote(value))
}

impl<'a> Block<'a> {
    /// Puts events at the ends of their logs, and the ends behind them.
    pub(super) fn chained(
        events: &'a [NewAuditEvent],
        heads: &mut HashMap<OrgId, AuditHead>,
    ) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        // The block that each log goes on in.
        let mut open: HashMap<&OrgId, usize> = HashMap::new();
        for event in events {
            let organization = &event.organization;
            let end = match heads.get_mut(organization) {
                Some(end) => end,
                None => heads.entry(organization.clone()).or_insert(AuditHead {
                    seq: 0,
                    hash: GENESIS,
                }),
            };
            let going = open.get(organization).and_then(|at| blocks.get_mut(*at));
            if let Some(block) = going.filter(|block| block.has_room(&event.record)) {
                block.push(event, end);
            } else {
                let mut block = Self::empty(organization, end);
                block.push(event, end);
                open.insert(organization, blocks.len());
                blocks.push(block);
            }
        }
        blocks
    }

    fn empty(organization: &'a OrgId, end: &AuditHead) -> Self {
        Self {
            organization,
            first: end.seq + 1,
            last: end.seq,
            since: i64::MAX,
            until: i64::MIN,
            moments: Vec::new(),
            records: String::new(),
            previous: end.hash,
            hashes: Vec::new(),
            marks: BTreeSet::new(),
        }
    }

    fn has_room(&self, record: &str) -> bool {
        self.hashes.len() < EVENTS * HASH && self.records.len() + record.len() < BYTES
    }

    fn push(&mut self, event: &'a NewAuditEvent, end: &mut AuditHead) {
        let (seq, at) = (end.seq + 1, event.at.as_millisecond());
        let organization = self.organization.as_str();
        let hash = event_hash(organization, seq, at, &end.hash, &event.record);
        *end = AuditHead { seq, hash };
        self.last = seq;
        self.since = self.since.min(at);
        self.until = self.until.max(at);
        self.moments.extend_from_slice(&at.to_be_bytes());
        if !self.hashes.is_empty() {
            self.records.push('\n');
        }
        self.records.push_str(&event.record);
        self.hashes.extend_from_slice(&hash);
        for (field, value) in FIELDS.into_iter().zip(marks(&event.record)) {
            if let Some(value) = value {
                self.marks.insert((field, value));
            }
        }
    }

    /// Writes it, and where to find it, in one statement.
    pub(super) async fn insert(self, connection: &mut Connection) -> Result<(), sqlx::Error> {
        let marks = self.marks.iter();
        let marks: Vec<_> = marks
            .map(|(field, value)| format!("[\"{field}\",{}]", json::quote(value)))
            .collect();
        let marks = format!("[{}]", marks.join(","));
        query(
            "INSERT INTO audit_blocks \
             (organization_id, first, last, since, until, moments, records, previous, hashes, \
              marks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(self.organization.as_str())
        .bind(self.first)
        .bind(self.last)
        .bind(self.since)
        .bind(self.until)
        .bind(self.moments)
        .bind(self.records)
        .bind(self.previous.to_vec())
        .bind(self.hashes)
        .bind(marks)
        .execute(connection)
        .await
        .map(drop)
    }
}

/// A block as it is stored. Somebody may have altered it.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct StoredBlock {
    pub(super) first: i64,
    moments: Vec<u8>,
    records: String,
    previous: Vec<u8>,
    hashes: Vec<u8>,
}

impl StoredBlock {
    /// Its columns, for a query.
    pub(super) const COLUMNS: &str = "b.first, b.moments, b.records, b.previous, b.hashes";

    /// Its events, each with what stands for it: where a moment or a hash is not there, none.
    pub(super) fn rows(&self, organization: &OrgId) -> Vec<AuditRow> {
        let (mut moments, mut hashes) = (self.moments.chunks(MOMENT), self.hashes.chunks(HASH));
        let mut previous = self.previous.as_slice();
        let mut rows = Vec::new();
        for (seq, record) in (self.first..).zip(self.records.split('\n')) {
            let at = moments.next().and_then(|bytes| bytes.try_into().ok());
            let hash = hashes.next().unwrap_or_default();
            rows.push(AuditRow {
                organization: organization.clone(),
                seq,
                at: at.map_or(0, i64::from_be_bytes),
                record: record.to_owned(),
                previous: previous.to_vec(),
                hash: hash.to_vec(),
            });
            previous = hash;
        }
        rows
    }
}

impl AuditFilter {
    /// The narrowest of what is looked for, and its value.
    pub(super) fn mark(&self) -> Option<(&'static str, &str)> {
        let fields = [
            ("target", &self.target),
            ("tool", &self.tool),
            ("actor", &self.actor),
            ("kind", &self.kind),
        ];
        let mut given = fields.iter();
        given.find_map(|(field, value)| Some((*field, value.as_deref()?)))
    }

    /// Whether an event is one that is looked for, by its own record.
    pub(super) fn finds(&self, row: &AuditRow) -> bool {
        let after = self
            .since
            .is_none_or(|since| row.at >= since.as_millisecond());
        let before = self
            .until
            .is_none_or(|until| row.at < until.as_millisecond());
        after && before && self.says(&row.record) && self.says_more(&row.record)
    }

    fn says(&self, record: &str) -> bool {
        if self.mark().is_none() {
            return true;
        }
        let wanted = [&self.kind, &self.actor, &self.tool, &self.target];
        let mut both = wanted.into_iter().zip(marks(record));
        both.all(|(wanted, said)| wanted.is_none() || wanted.as_deref() == said.as_deref())
    }

    /// What no mark is of.
    fn says_more(&self, record: &str) -> bool {
        let wanted = [
            ("server", &self.server),
            ("outcome", &self.outcome),
            ("request", &self.request),
        ];
        wanted.into_iter().all(|(field, wanted)| {
            let Some(wanted) = wanted.as_deref() else {
                return true;
            };
            let said = json::member(record, field).and_then(|found| text(found.value));
            said.as_deref() == Some(wanted)
        })
    }
}
