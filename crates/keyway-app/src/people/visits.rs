use std::collections::HashMap;
use std::time::Duration;

use keyway_core::{OrgId, Principal, Role, Subject, WebSessionId};
use keyway_store::StoreError;
use parking_lot::Mutex;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::People;

/// How often is asked whether the web sessions that something hangs on are still there.
const LOOK: Duration = Duration::from_secs(1);

/// Web sessions that something hangs on: streams and sockets of pages. Each at the organization it
/// was at then.
#[derive(Default)]
pub(super) struct Visits(Mutex<HashMap<(WebSessionId, OrgId), Visit>>);

struct Visit {
    /// Cancelled once it has ended, or is at another organization.
    gone: CancellationToken,
    role: Role,
}

impl People {
    /// Cancelled once the web session of `who` has ended or gone to another organization: within two
    /// seconds of it, whichever process ended it. Nothing for who has none.
    pub(crate) fn visit_ended(&self, who: &Principal) -> Option<CancellationToken> {
        let Subject::WebSession { session, .. } = who.subject() else {
            return None;
        };
        let place = (session.clone(), who.organization().clone());
        let mut table = self.parts.visits.0.lock();
        let visit = table.entry(place).or_insert_with(|| Visit {
            gone: CancellationToken::new(),
            role: who.role(),
        });
        Some(visit.gone.clone())
    }

    /// The role that the person of a web session has now, where something hangs on it.
    pub(crate) fn role_of_visit(&self, session: &WebSessionId, at: &OrgId) -> Option<Role> {
        let table = self.parts.visits.0.lock();
        table
            .get(&(session.clone(), at.clone()))
            .map(|visit| visit.role)
    }

    /// Looks after the web sessions that something hangs on until `shutdown`.
    pub(crate) async fn watch_visits(self, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(error) = self.look_after_visits().await {
                tracing::debug!(%error, "web sessions are not looked after");
            }
        }
    }

    async fn look_after_visits(&self) -> Result<(), StoreError> {
        let ids: Vec<_> = {
            let table = self.parts.visits.0.lock();
            table.keys().cloned().collect()
        };
        if ids.is_empty() {
            return Ok(());
        }
        let sessions: Vec<_> = ids.iter().map(|(session, _)| session.clone()).collect();
        let store = &self.parts.store;
        let standing = store.web_sessions_standing(&sessions, self.alive()).await?;
        let mut table = self.parts.visits.0.lock();
        for place in ids {
            let role = standing
                .iter()
                .find(|(session, at, _)| (session, at) == (&place.0, &place.1))
                .map(|(_, _, role)| *role);
            match (role, table.get_mut(&place)) {
                (Some(role), Some(visit)) => visit.role = role,
                (None, Some(visit)) => {
                    visit.gone.cancel();
                    table.remove(&place);
                }
                (_, None) => {}
            }
        }
        Ok(())
    }
}
