use keyway_agent::transcript::{Entry, Event, Sink, SinkError};
use keyway_core::ports::BoxFuture;
use keyway_core::{Error, JobId, OrgId, SessionId};
use keyway_store::{NewSessionEvent, SessionLease, Store};
use serde_json::Value;

use crate::changes::{Changes, Topic};

/// How many events are read at a time.
const PAGE: u32 = 500;

/// The rows of a session, for as long as it is held.
pub(super) struct Rows {
    pub(super) store: Store,
    pub(super) lease: SessionLease,
    pub(super) changes: Changes,
    /// The job that says something: the event names it, and what corrects the answer does.
    pub(super) job: Option<JobId>,
}

impl Sink for Rows {
    fn append<'a>(&'a self, entry: &'a Entry) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            let mut value = serde_json::to_value(entry).map_err(|_| unwritable())?;
            if matches!(entry.event, Event::UserMessage { .. })
                && let (Some(job), Some(fields)) = (&self.job, value.as_object_mut())
            {
                fields.insert("message".into(), job.as_str().into());
            }
            let kind = value.get("type").and_then(Value::as_str);
            let event = NewSessionEvent {
                seq: entry.seq,
                kind: kind.unwrap_or("unknown"),
                payload: &value.to_string(),
                created_at: entry.at,
            };
            match self.store.append_session_event(&self.lease, &event).await {
                Ok(true) => {
                    self.changes.tell(&self.lease.organization, Topic::Sessions);
                    Ok(())
                }
                Ok(false) => Err(SinkError("another process went on with it".to_owned())),
                Err(error) => {
                    tracing::error!(%error, session = %self.lease.id, "a session cannot be kept");
                    Err(unwritable())
                }
            }
        })
    }
}

fn unwritable() -> SinkError {
    SinkError("the store does not take it".to_owned())
}

/// All that happened in a session.
pub(super) async fn entries(
    store: &Store,
    organization: &OrgId,
    session: &SessionId,
) -> Result<Vec<Entry>, Error> {
    let mut all: Vec<Entry> = Vec::new();
    loop {
        let after = all.last().map_or(0, |last| last.seq);
        let page = store
            .session_events(organization, session, after, PAGE)
            .await?;
        let whole = page.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
        for event in page {
            let entry = serde_json::from_str(&event.payload);
            all.push(entry.map_err(Error::internal)?);
        }
        if !whole {
            return Ok(all);
        }
    }
}
