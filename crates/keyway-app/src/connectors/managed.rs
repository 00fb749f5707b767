use keyway_core::{Error, Principal};
use keyway_store::StoredConnector;

use super::manage::event;
use super::{Connectors, error};
use crate::access;
use crate::audit::{Event, EventKind};

impl Connectors {
    /// A connector by its id or key, for who may do something about it. That somebody tried who may not
    /// is written down, as what they tried.
    ///
    /// # Errors
    ///
    /// `administrators_only`, whether there is such a connector or not; `connector_not_found`.
    pub(super) async fn managed(
        &self,
        who: &Principal,
        name: &str,
        tried: EventKind,
    ) -> Result<StoredConnector, Error> {
        let inner = &self.app.inner;
        let found = inner.store.connector(who.organization(), name).await?;
        let event = match &found {
            Some(stored) => event(who, tried, &stored.id).server(&stored.slug),
            None => Event::new(tried, who),
        };
        let allowed = self.app.administer(who);
        inner.audit.checked(event, allowed).await?;
        found.ok_or_else(error::not_found)
    }

    /// The same for what makes another connector of it.
    ///
    /// # Errors
    ///
    /// `not_through_a_client` besides.
    pub(super) async fn managed_by_hand(
        &self,
        who: &Principal,
        name: &str,
        tried: EventKind,
    ) -> Result<StoredConnector, Error> {
        let stored = self.managed(who, name, tried).await?;
        let event = event(who, tried, &stored.id).server(&stored.slug);
        let allowed = async { access::made_by_hand(who) };
        self.app.inner.audit.checked(event, allowed).await?;
        Ok(stored)
    }

    /// Refuses who may not connect servers: what an OAuth client asks for, its person has to do
    /// themselves. A connector that is made anew is seen anew, so that a poisoned tool could have itself
    /// accepted, and one that is pointed elsewhere is sent what its tools are called with.
    pub(super) async fn by_hand(&self, who: &Principal) -> Result<(), Error> {
        self.app.administer(who).await?;
        access::made_by_hand(who)
    }

    /// Refuses one more where there are as many as one organization may have.
    pub(super) async fn room(&self, who: &Principal) -> Result<(), Error> {
        let most = self.app.settings().connectors;
        let there = self.app.inner.store.connectors_of(who.organization());
        if there.await? < u64::from(most) {
            return Ok(());
        }
        Err(error::too_many(most))
    }
}
