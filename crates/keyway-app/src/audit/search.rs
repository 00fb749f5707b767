//! Looking for events, within bounds, and the whole story around one of them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keyway_core::{Error, Kind, OrgId, Principal, Problem};
use keyway_store::AuditFilter;

use super::entry::AuditEntry;
use super::view::AuditEvent;
use super::{Chain, EventKind};
use crate::{App, access};

/// How many events are looked at for one answer.
const LOOK: u64 = 20_000;
/// The most events of a story.
const STORY: u32 = 200;
/// The most events among which the other half of one is looked for.
const HALF: u32 = 1_000;
/// How long after a request began its events are looked for.
const LASTS: SignedDuration = SignedDuration::from_hours(24);
/// The most events after the last checkpoint that are looked through when somebody looks.
const TAIL: u64 = 5_000;

/// A page of events that were looked for, the newest first.
#[derive(Debug)]
pub struct AuditFindings {
    /// The events.
    pub entries: Vec<AuditEntry>,
    /// How many events were looked at.
    pub looked_at: u64,
    /// What to ask the next page with: it goes on where this one stopped, which may be before anything
    /// was found.
    pub next: Option<String>,
}

/// Everything that is known around one event.
#[derive(Debug)]
pub struct AuditStory {
    /// The event.
    pub entry: AuditEntry,
    /// All events that belong to it, itself among them, in the order they happened.
    pub events: Vec<AuditEntry>,
}

/// Whether a log is as it was written, as far as can be told at once.
#[derive(Debug, Clone)]
pub struct AuditStanding {
    /// How many events it has.
    pub events: i64,
    /// How many of them are signed, and when the last signature was made.
    pub signed: Option<(i64, Timestamp)>,
    /// How many events after the last signature were looked through just now, and whether that is all.
    pub looked_at: u64,
    /// What is wrong, in words.
    pub broken: Option<String>,
}

impl App {
    /// Events of the organization of `who`, who has to be an administrator. Looks at 20,000 events at
    /// most, and says so.
    pub async fn search_audit(
        &self,
        who: &Principal,
        filter: &AuditFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<AuditFindings, Error> {
        access::administer(&self.inner.store, who).await?;
        let unknown = |kind: &str| kind.parse::<EventKind>().is_err();
        if filter.kind.as_deref().is_some_and(unknown) {
            return Err(Error::invalid_at("/kind", "a kind of event"));
        }
        let before = cursor.map(str::parse::<i64>).transpose();
        let before = before.map_err(|_| Error::invalid_at("/cursor", "a cursor of this list"))?;
        if let (Some(since), Some(until)) = (filter.since, filter.until)
            && since >= until
        {
            let problem = Problem {
                pointer: "/until".into(),
                expected: "a moment after the first one".into(),
            };
            return Err(Error::invalid_input(vec![problem]));
        }
        let mut filter = filter.clone();
        near_request(&mut filter);
        let organization = who.organization();
        let store = &self.inner.store;
        // One more than there is room for tells whether there are more.
        let wanted = limit.saturating_add(1);
        let found = store.search_audit(organization, &filter, before, wanted, LOOK);
        let mut found = found.await?;
        if found.rows.len() > limit as usize {
            found.rows.truncate(limit as usize);
            found.before = found.rows.last().map(|last| last.seq);
        }
        let events = found.rows.into_iter().map(AuditEvent::of);
        let events: Vec<_> = events.collect::<Result<_, _>>().map_err(Error::internal)?;
        let mut entries: Vec<_> = events.iter().map(AuditEntry::of).collect();
        self.name_actors(organization, &mut entries).await?;
        Ok(AuditFindings {
            entries,
            looked_at: found.looked_at,
            next: found.before.map(|place| place.to_string()),
        })
    }

    /// An event of the organization of `who`, who has to be an administrator, with all that belongs to
    /// it: what happened in the same request, and what is about the same job or approval.
    pub async fn audit_story(&self, who: &Principal, seq: i64) -> Result<AuditStory, Error> {
        access::administer(&self.inner.store, who).await?;
        let organization = who.organization();
        let before = seq.checked_add(1).ok_or_else(no_event)?;
        let all = AuditFilter::default();
        let found = self.look(organization, &all, Some(before), 1).await?;
        let entry = found.into_iter().find(|found| found.seq == seq);
        let entry = entry.ok_or_else(no_event)?;
        let mut events = BTreeMap::from([(entry.seq, entry.clone())]);
        let mut filters = Vec::new();
        if let Some(request) = &entry.request {
            let mut filter = AuditFilter {
                request: Some(request.clone()),
                ..AuditFilter::default()
            };
            if !near_request(&mut filter) {
                filter.since = entry.at.checked_sub(LASTS).ok();
                filter.until = entry.at.checked_add(LASTS).ok();
            }
            filters.push(filter);
        }
        let about = [entry.detail("job"), entry.approval.as_deref()];
        let target = entry
            .target
            .as_ref()
            .filter(|target| is_followed(&target.kind));
        let about = about
            .into_iter()
            .flatten()
            .chain(target.map(|target| target.id.as_str()));
        filters.extend(about.map(|id| AuditFilter {
            target: Some(id.to_owned()),
            ..AuditFilter::default()
        }));
        events.extend(self.other_half(organization, &entry).await?);
        for filter in filters {
            let found = self.look(organization, &filter, None, STORY).await?;
            events.extend(found.into_iter().map(|found| (found.seq, found)));
        }
        let mut events: Vec<_> = events.into_values().collect();
        self.name_actors(organization, &mut events).await?;
        let entry = events.iter().find(|found| found.seq == seq).cloned();
        Ok(AuditStory {
            entry: entry.ok_or_else(no_event)?,
            events,
        })
    }

    /// Whether the log of the organization of `who`, who has to be an administrator, is as it was
    /// written: the last signature is checked, and everything after it. `keyway audit verify` looks at
    /// all of it.
    pub async fn audit_standing(&self, who: &Principal) -> Result<AuditStanding, Error> {
        access::administer(&self.inner.store, who).await?;
        let (store, organization) = (&self.inner.store, who.organization());
        let checkpoint = store.last_audit_checkpoint(organization).await?;
        let after = checkpoint.as_ref().map_or(0, |last| last.seq - 1);
        let mut chain = Chain::part(self.audit().verifying_keys());
        let mut at = after;
        let mut looked_at = 0;
        loop {
            let rows = store
                .audit_after(organization, &AuditFilter::default(), at, 500)
                .await?;
            let Some(last) = rows.last() else { break };
            at = last.seq;
            for row in &rows {
                chain.event(row);
                looked_at += 1;
                if let Some(last) = checkpoint.as_ref().filter(|last| last.seq == row.seq) {
                    chain.checkpoint(last);
                }
            }
            if looked_at >= TAIL {
                break;
            }
        }
        if let Some(missing) = checkpoint.as_ref().filter(|last| last.seq > at) {
            chain.checkpoint(missing);
        }
        let signed = checkpoint.as_ref().and_then(|last| {
            let at = Timestamp::from_millisecond(last.at).ok()?;
            Some((last.seq, at))
        });
        Ok(AuditStanding {
            events: store.audit_head(organization).await?.seq,
            signed,
            looked_at,
            broken: chain.broken().first().map(ToString::to_string),
        })
    }

    /// Of an intent its outcome, and the other way round.
    async fn other_half(
        &self,
        organization: &OrgId,
        entry: &AuditEntry,
    ) -> Result<Option<(i64, AuditEntry)>, Error> {
        if entry.phase.is_none() {
            return Ok(None);
        }
        let filter = AuditFilter {
            kind: Some(entry.kind.clone()),
            tool: entry.tool.clone(),
            target: entry.target.as_ref().map(|target| target.id.clone()),
            since: entry.at.checked_sub(LASTS).ok(),
            until: entry.at.checked_add(LASTS).ok(),
            ..AuditFilter::default()
        };
        let found = self.look(organization, &filter, None, HALF).await?;
        let other = found.into_iter().find(|found| {
            let outcome = found.intent.as_deref() == Some(entry.id.as_str());
            outcome || entry.intent.as_deref() == Some(found.id.as_str())
        });
        Ok(other.map(|other| (other.seq, other)))
    }

    async fn look(
        &self,
        organization: &OrgId,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, Error> {
        let store = &self.inner.store;
        let found = store
            .search_audit(organization, filter, before, limit, LOOK)
            .await?;
        let entries = found.rows.into_iter().map(|row| {
            let event = AuditEvent::of(row).map_err(Error::internal)?;
            Ok(AuditEntry::of(&event))
        });
        entries.collect()
    }

    async fn name_actors(
        &self,
        organization: &OrgId,
        entries: &mut [AuditEntry],
    ) -> Result<(), Error> {
        let ids = entries.iter().map(|entry| entry.actor.id.as_str());
        let names = self.names_of(organization, ids).await?;
        for entry in entries {
            entry.actor_name = names.get(&entry.actor.id).cloned();
        }
        Ok(())
    }
}

/// What has a life of its own that is told by several events.
fn is_followed(kind: &str) -> bool {
    ["job", "approval"].contains(&kind)
}

/// Looks only near the moment that the id of a request tells. False where it tells none.
fn near_request(filter: &mut AuditFilter) -> bool {
    let Some(made) = filter.request.as_deref().and_then(made_at) else {
        return false;
    };
    let later =
        |one: Timestamp, other: Option<Timestamp>| other.map_or(one, |other| other.max(one));
    let earlier =
        |one: Timestamp, other: Option<Timestamp>| other.map_or(one, |other| other.min(one));
    filter.since = Some(later(made, filter.since));
    let end = made.checked_add(LASTS).unwrap_or(Timestamp::MAX);
    filter.until = Some(earlier(end, filter.until));
    true
}

/// When an id was made (RFC 9562, section 5.7).
fn made_at(id: &str) -> Option<Timestamp> {
    let (_, uuid) = id.split_once('_')?;
    let digits: String = uuid.chars().filter(char::is_ascii_hexdigit).collect();
    if digits.len() != 32 || digits.get(12..13) != Some("7") {
        return None;
    }
    let milliseconds = i64::from_str_radix(digits.get(..12)?, 16).ok()?;
    Timestamp::from_millisecond(milliseconds).ok()
}

fn no_event() -> Error {
    Error::new(
        Kind::NotFound,
        "audit_event_not_found",
        "there is no such event in the audit log",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_request_tells_when_it_was_made() {
        let at = made_at("req_01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        assert_eq!(at.as_millisecond(), 0x0189_0a5d_ac96);
        for other in [
            "canary",
            "req_01890a5d-ac96-474b-bcce-b302099a8057",
            "req_7",
        ] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }
}
