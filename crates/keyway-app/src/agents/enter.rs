//! Taking hold of a session for a turn.

use keyway_core::agent::{AgentEntry, AgentMessage};
use keyway_core::ports::CallFrom;
use keyway_core::{Error, SessionId};
use keyway_store::{JobLease, NewSession, SessionLease};

use super::failure;
use super::sessions::may_see;
use crate::App;
use crate::jobs::{actor_id, later};

/// The longest title of a session, in characters.
const TITLE: usize = 80;

impl App {
    /// Takes hold of the session.
    pub(super) async fn enter(
        &self,
        from: &CallFrom,
        agent: &AgentEntry,
        message: &AgentMessage,
    ) -> Result<SessionLease, Error> {
        let inner = &self.inner;
        let (organization, actor) = (from.principal.organization(), actor_id(&from.principal));
        let slug = agent.agent().slug();
        let now = inner.clock.now();
        let scopes = from.principal.scopes().to_string();
        let id = if let Some(id) = &message.session {
            let found = inner.store.session(organization, id).await?;
            let own = found.filter(|found| {
                found.actor == actor && found.agent == slug && may_see(&from.principal, found)
            });
            let own = own.ok_or_else(failure::no_session)?;
            if own.archived_at.is_some() {
                return Err(failure::archived());
            }
            own.id
        } else {
            let new = NewSession {
                id: SessionId::generate(&*inner.clock, &*inner.random),
                agent: slug.to_owned(),
                actor,
                title: title(&message.text),
                external_key: None,
                scopes: scopes.clone(),
                created_at: now,
            };
            inner.store.begin_session(organization, &new).await?;
            new.id
        };
        let until = later(now, self.settings().agents.lease);
        let claim = inner.store.claim_session(
            organization,
            &id,
            from.request.as_str(),
            &scopes,
            now,
            until,
        );
        claim.await?.ok_or_else(failure::busy)
    }

    /// Whether nobody stopped what a job does. One that cannot be looked at goes on.
    pub(super) async fn goes_on(&self, job: &JobLease) -> bool {
        let goes_on = self.inner.store.job_goes_on(job).await;
        goes_on.unwrap_or_else(|error| {
            tracing::warn!(%error, job = %job.id, "it is not seen whether a job is stopped");
            true
        })
    }
}

/// The beginning of a message, in one line.
pub(super) fn title(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= TITLE {
        return line;
    }
    let start: String = line.chars().take(TITLE - 1).collect();
    format!("{start}…")
}
