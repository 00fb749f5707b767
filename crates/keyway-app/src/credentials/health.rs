use std::collections::HashMap;

use jiff::Timestamp;
use keyway_core::{CredentialId, Error, Principal};
use keyway_store::{GrantHealth, StoredCredential};

use super::Credentials;

/// How what was granted for an instance stands.
#[derive(Debug, Default)]
pub(super) struct Health {
    pub(super) renewed_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) needs_reconnecting: bool,
    failure: Option<(String, Timestamp)>,
}

impl Health {
    /// What went wrong last: what the service said, or the authorization server.
    pub(super) fn latest(
        &self,
        service: Option<(String, Timestamp)>,
    ) -> Option<(String, Timestamp)> {
        let all = service.into_iter().chain(self.failure.clone());
        all.max_by_key(|(_, at)| *at)
    }

    fn of(found: GrantHealth, now: Timestamp) -> Self {
        let over = found.expires_at.is_some_and(|at| at <= now);
        Self {
            renewed_at: Some(found.renewed_at),
            expires_at: found.expires_at,
            needs_reconnecting: found.refused || (over && !found.renewable),
            failure: found.failure,
        }
    }
}

impl Credentials {
    /// How the grants of instances stand; of none where none of them has a server.
    pub(super) async fn healths(
        &self,
        who: &Principal,
        all: &[StoredCredential],
    ) -> Result<HashMap<CredentialId, Health>, Error> {
        let connected = |one: &StoredCredential| {
            let definition = self.parts.definitions.credentials().get(&one.key);
            crate::connectors::oauth::is_key(&one.key)
                || definition.is_some_and(|definition| definition.server().is_some())
        };
        if !all.iter().any(connected) {
            return Ok(HashMap::new());
        }
        let now = self.parts.clock.now();
        let found = self.parts.store.grants_health(who.organization()).await?;
        let each = found.into_iter();
        Ok(each
            .map(|one| (one.credential.clone(), Health::of(one, now)))
            .collect())
    }
}
