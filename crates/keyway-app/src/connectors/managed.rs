use keyway_core::{Error, Principal};
use keyway_store::StoredConnector;

use super::manage::event;
use super::{Connectors, error};
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
}
