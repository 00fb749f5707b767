use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use keyway_core::ports::Upstream as _;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::bind::Bound;
use super::connection::{Connection, Leased};
use crate::App;
use crate::credentials::CredentialChoice;

/// How often connections are looked at that nobody uses.
const LOOK: Duration = Duration::from_secs(1);

/// Closes connections that nobody uses, and those of credentials that are no longer what they were.
pub(crate) async fn watch(app: App, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = app.inner.held.changes();
    loop {
        let changed = tokio::select! {
            () = shutdown.cancelled() => return,
            heard = told.changed() => heard.is_ok(),
            _ = ticks.tick() => false,
        };
        if changed {
            app.check_bound().await;
        } else {
            app.rest_idle();
        }
    }
}

impl App {
    fn rest_idle(&self) {
        let idle =
            SignedDuration::try_from(self.settings().server_idle).unwrap_or(SignedDuration::MAX);
        let Ok(since) = self.inner.clock.now().checked_sub(idle) else {
            return;
        };
        for connection in self.inner.bound.all() {
            if connection.is_open() && connection.is_idle(since) {
                self.inner.bound.rest(&connection, since);
            }
        }
    }

    /// Ends the connections of instances that changed or went, and tells everyone who reaches
    /// something else now.
    async fn check_bound(&self) {
        for (who, before) in self.inner.bound.everyone() {
            let Some(ids) = self.reached(&who).await else {
                continue;
            };
            if ids != before.ids()[..] {
                let nothing = Bound::nothing();
                self.inner.bound.remember(&who, &nothing);
                self.tell_person(&who);
            }
        }
        let mut good: HashSet<Leased> = HashSet::new();
        for (organization, servers) in &*self.inner.bound.each() {
            for need in servers.all().iter().flat_map(|server| server.needs()) {
                let key = need.definition().key();
                let known = self.inner.held.revisions(organization, key).await;
                let Ok(known) = known else {
                    return tracing::warn!(
                        "connections of credentials are not checked: the store does not answer"
                    );
                };
                good.extend(known);
            }
        }
        for connection in self.inner.bound.all() {
            if !connection
                .instances()
                .iter()
                .all(|leased| good.contains(leased))
            {
                let tenant = self.tenant_of(connection.organization());
                tenant.connection_gone(connection.id());
                self.inner.bound.drop(connection.id());
            }
        }
    }

    /// The names of the connections `who` would have. `None` when that cannot be found out.
    async fn reached(&self, who: &keyway_core::Principal) -> Option<Vec<Arc<str>>> {
        let mut ids = Vec::new();
        let (choice, definitions) = (CredentialChoice::default(), self.definitions());
        let servers = self.inner.bound.of(who.organization()).unwrap_or_default();
        for server in servers.all() {
            let mut instances = Some(Vec::new());
            let nobodys = self.inner.bound.nobodys(who, server.key());
            for need in server.needs() {
                match (
                    self.instance(who, &definitions, need, &choice).await,
                    &mut instances,
                ) {
                    (Ok(instance), Some(found)) => found.extend(instance),
                    (Err(error), _) if error.kind() == keyway_core::Kind::Conflict => {
                        instances = None;
                    }
                    (Err(_), _) => return None,
                    (Ok(_), None) => {}
                }
            }
            let own = instances.map(|own| Connection::name(who.organization(), server.key(), &own));
            ids.extend(own.or_else(|| Some(nobodys?.shared_id())));
        }
        Some(ids)
    }
}
