//! Looking into the logs: a page for administrators, all of it for the operator.

use keyway_core::{Error, OrgId, Principal, Problem};
pub use keyway_store::AuditFilter;
use keyway_vault::VerifyingKey;

use super::checkpoint::PURPOSE;
use super::verify::Chain;
use super::view::AuditEvent;
use super::{Audit, EventKind};
use crate::{App, access};

/// How many events are read at once.
const PAGE: u32 = 1_000;

/// The most events of one page.
const MOST: u32 = 500;

/// A page of events, the newest first.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    /// The events.
    pub events: Vec<AuditEvent>,
    /// What to ask the next page with; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl App {
    /// A page of the log of the organization of `who`, who has to be an administrator.
    pub async fn audit_events(
        &self,
        who: &Principal,
        filter: &AuditFilter,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<AuditPage, Error> {
        access::administer(&self.inner.store, who).await?;
        let mut problems = Vec::new();
        let kind = filter.kind.as_deref();
        if kind.is_some_and(|kind| kind.parse::<EventKind>().is_err()) {
            problems.push(problem(
                "/kind",
                "a kind of event, such as `call` or `sign_in`",
            ));
        }
        let before: Option<i64> = cursor.and_then(|cursor| cursor.parse().ok());
        if cursor.is_some() && before.is_none_or(|before| before < 1) {
            problems.push(problem("/cursor", "the `nextCursor` of a page"));
        }
        let limit = limit.unwrap_or(50);
        if limit == 0 || limit > MOST {
            problems.push(problem("/limit", "1 to 500"));
        }
        if !problems.is_empty() {
            return Err(Error::invalid_input(problems));
        }
        let store = &self.inner.store;
        let organization = who.organization();
        let mut rows = store
            .audit_before(organization, filter, before, limit + 1)
            .await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let last = rows.last().map(|row| row.seq.to_string());
        let events = rows.into_iter().map(AuditEvent::of);
        Ok(AuditPage {
            events: events.collect::<Result<_, _>>().map_err(Error::internal)?,
            next_cursor: last.filter(|_| more),
        })
    }
}

impl Audit {
    /// The keys that checkpoints are checked with; the one that signs now first.
    pub fn verifying_keys(&self) -> Vec<VerifyingKey> {
        let vault = self.inner.vault.as_ref();
        vault.map_or_else(Vec::new, |vault| vault.verifying_keys(PURPOSE))
    }

    /// Every organization that has a log.
    pub async fn organizations(&self) -> Result<Vec<OrgId>, Error> {
        Ok(self.inner.store.audited_organizations().await?)
    }

    /// The last events of a log, the newest last.
    pub async fn last(
        &self,
        organization: &OrgId,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, Error> {
        let rows = self
            .inner
            .store
            .audit_before(organization, filter, None, limit)
            .await?;
        let events = rows.into_iter().rev().map(AuditEvent::of);
        events.collect::<Result<_, _>>().map_err(Error::internal)
    }

    /// Where a log ends.
    pub async fn ends(&self, organization: &OrgId) -> Result<i64, Error> {
        Ok(self.inner.store.audit_head(organization).await?.seq)
    }

    /// Events after a place, the oldest first.
    pub async fn after(
        &self,
        organization: &OrgId,
        filter: &AuditFilter,
        after: i64,
    ) -> Result<Vec<AuditEvent>, Error> {
        let rows = self
            .inner
            .store
            .audit_after(organization, filter, after, PAGE)
            .await?;
        let events = rows.into_iter().map(AuditEvent::of);
        events.collect::<Result<_, _>>().map_err(Error::internal)
    }

    /// Looks through a whole log. `looked` is told every so often how many events were looked at.
    pub async fn verify(
        &self,
        organization: &OrgId,
        mut looked: impl FnMut(u64),
    ) -> Result<Chain, Error> {
        let store = &self.inner.store;
        // First the checkpoints: what is appended meanwhile comes after them.
        let checkpoints = store.audit_checkpoints(organization, i64::MIN).await?;
        let mut checkpoints = checkpoints.iter().peekable();
        let mut chain = Chain::whole(self.verifying_keys());
        let mut after = i64::MIN;
        loop {
            let rows = store
                .audit_after(organization, &AuditFilter::default(), after, PAGE)
                .await?;
            let Some(last) = rows.last() else { break };
            after = last.seq;
            for row in &rows {
                chain.event(row);
                while let Some(due) = checkpoints.next_if(|due| due.seq <= row.seq) {
                    chain.checkpoint(due);
                }
            }
            looked(chain.events());
        }
        checkpoints.for_each(|left| chain.checkpoint(left));
        Ok(chain)
    }
}

fn problem(pointer: &str, expected: &str) -> Problem {
    Problem {
        pointer: pointer.to_owned(),
        expected: expected.to_owned(),
    }
}
