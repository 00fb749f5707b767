use std::collections::VecDeque;

use jiff::Timestamp;
use keyway_core::{Error, OrgId, Principal};
use keyway_store::{AuditCheckpoint, AuditFilter, Store};

use super::view::{AuditEvent, Checkpoint, Line};
use super::{Audit, Event, EventKind};
use crate::{App, access};

/// How many events are read at once.
const PAGE: u32 = 1_000;

/// A log, or a part of one, on its way out.
pub struct Exporting {
    store: Store,
    organization: OrgId,
    after: i64,
    end: i64,
    checkpoints: VecDeque<AuditCheckpoint>,
}

impl App {
    /// Begins to hand out the log of the organization of `who`, who has to be an administrator, or the
    /// part of it from `since` to `until`. That it is, is written down first.
    pub async fn export_audit(
        &self,
        who: &Principal,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Exporting, Error> {
        let event = Event::new(EventKind::AuditExported, who);
        let allowed = access::administer(&self.inner.store, who);
        self.audit().checked(event.clone(), allowed).await?;
        self.audit().record(event).await?;
        self.audit()
            .exporting(who.organization(), since, until)
            .await
    }
}

impl Audit {
    /// Hands out a log, or the part of it from `since` to `until` and on to the next checkpoint,
    /// line by line.
    pub async fn export(
        &self,
        organization: &OrgId,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
        mut line: impl FnMut(&Line) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let mut exporting = self.exporting(organization, since, until).await?;
        let mut count = 0;
        while let Some(lines) = exporting.next().await? {
            for one in &lines {
                line(one)?;
                count += u64::from(matches!(one, Line::Event(_)));
            }
        }
        Ok(count)
    }

    async fn exporting(
        &self,
        organization: &OrgId,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Exporting, Error> {
        let store = self.inner.store.clone();
        let window = |since, until| AuditFilter {
            since,
            until,
            ..AuditFilter::default()
        };
        // A part has no holes: events whose moment is a little out of order are in it.
        let first = store
            .audit_after(organization, &window(since, None), 0, 1)
            .await?;
        let last = store
            .audit_before(organization, &window(None, until), None, 1)
            .await?;
        let mut exporting = Exporting {
            organization: organization.clone(),
            store,
            after: 0,
            end: 0,
            checkpoints: VecDeque::new(),
        };
        let (Some(first), Some(last)) = (first.first(), last.first()) else {
            return Ok(exporting);
        };
        exporting.after = first.seq - 1;
        let checkpoints = exporting
            .store
            .audit_checkpoints(organization, exporting.after)
            .await?;
        let signed = checkpoints
            .iter()
            .find(|checkpoint| checkpoint.seq >= last.seq);
        exporting.end = signed.map_or(last.seq, |checkpoint| checkpoint.seq);
        exporting.checkpoints = checkpoints.into();
        Ok(exporting)
    }
}

impl Exporting {
    /// The next lines; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Line>>, Error> {
        if self.after >= self.end {
            return Ok(None);
        }
        let rows = self
            .store
            .audit_after(
                &self.organization,
                &AuditFilter::default(),
                self.after,
                PAGE,
            )
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| row.seq <= self.end) {
            self.after = row.seq;
            let event = AuditEvent::of(row).map_err(Error::internal)?;
            lines.push(Line::Event(event));
            while let Some(due) = self.checkpoints.pop_front() {
                if due.seq > self.after {
                    self.checkpoints.push_front(due);
                    break;
                }
                let checkpoint = Checkpoint::of(&due).map_err(Error::internal)?;
                lines.push(Line::Checkpoint(checkpoint));
            }
        }
        Ok((!lines.is_empty()).then_some(lines))
    }
}

impl std::fmt::Debug for Exporting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exporting").finish_non_exhaustive()
    }
}
