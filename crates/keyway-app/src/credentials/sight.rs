//! Whose instances somebody may see.

use keyway_core::{Actor, Error, Principal};
use keyway_store::CredentialPlace;

use super::Credentials;
use crate::access;

/// Whose instances somebody may see.
pub(super) struct Sight {
    pub(super) all: bool,
    pub(super) own: Option<keyway_core::UserId>,
}

impl Sight {
    pub(super) fn reaches(&self, place: &CredentialPlace) -> bool {
        match place {
            CredentialPlace::User(user) => self.all || self.own.as_ref() == Some(user),
            CredentialPlace::Organization | CredentialPlace::Project(_) => true,
        }
    }
}

/// The person `who` is, where a person asks.
pub(super) fn own_user(who: &Principal) -> Option<keyway_core::UserId> {
    match who.actor() {
        Some(Actor::User(user)) => Some(user),
        _ => None,
    }
}

impl Credentials {
    /// What `who` may see: everyone's for who administers the organization with the scope for it.
    pub(super) async fn sight(&self, who: &Principal) -> Result<Sight, Error> {
        let role = access::role(&self.parts.store, who).await?;
        let role = role.ok_or_else(access::forbidden)?;
        Ok(Sight {
            all: role.administers() && who.scopes().admin(),
            own: own_user(who),
        })
    }
}
