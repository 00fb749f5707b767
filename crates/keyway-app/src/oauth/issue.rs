use jiff::Timestamp;
use keyway_core::{Actor, Arrival, GrantId, Role, Scopes};
use keyway_oauth::server::client::GrantType;
use keyway_store::oauth::{GrantKind, NewGrant, NewToken, NewTokens};

use super::clients::{KnownClient, within};
use super::service::later;
use super::{Failure, Oauth, Tokens};
use crate::audit::{Event, EventKind, Outcome, Who};
use crate::keys::TokenKind;

/// A pair of tokens: what the client gets, and what is stored of it.
pub(super) struct Pair {
    pub(super) tokens: Tokens,
    pub(super) rows: NewTokens,
}

impl Oauth {
    /// Makes the tokens of a grant: none outlives it, and only clients that are registered for it
    /// get a refresh token.
    pub(super) fn pair(
        &self,
        client: &KnownClient,
        grant: &NewGrant,
        scopes: &Scopes,
        now: Timestamp,
    ) -> Pair {
        let renews = grant.kind != GrantKind::Client
            && client.metadata.allows(GrantType::RefreshToken).is_ok();
        let access = self.secret(TokenKind::Access);
        let refresh = renews.then(|| self.secret(TokenKind::Refresh));
        let expires_at = later(now, self.parts.settings.access_ttl).min(grant.expires_at);
        let left = expires_at.duration_since(now);
        let rows = NewTokens {
            access: NewToken {
                hash: access.digest().to_hex(),
                expires_at,
            },
            refresh: refresh.as_ref().map(|token| NewToken {
                hash: token.digest().to_hex(),
                expires_at: grant.expires_at,
            }),
            scopes: scopes.clone(),
            created_at: now,
        };
        let tokens = Tokens {
            access: access.secret().clone(),
            refresh: refresh.map(|token| token.secret().clone()),
            expires_in: left.try_into().unwrap_or_default(),
            scopes: scopes.clone(),
        };
        Pair { tokens, rows }
    }

    /// What of a grant's scopes its tokens can really do at this moment: who was demoted since has
    /// nothing to administer, and gets it back with their role.
    pub(super) async fn effective(
        &self,
        grant: &NewGrant,
        scopes: &Scopes,
    ) -> Result<Scopes, Failure> {
        let (store, organization) = (&self.parts.store, &grant.organization);
        let role = match &grant.owner {
            Actor::User(user) => store.role(organization, user).await?,
            Actor::ServiceAccount(account) => {
                let account = store.service_account(organization, account).await?;
                account.map(|account| account.role)
            }
        };
        Ok(within(scopes, role.unwrap_or(Role::Member)))
    }

    pub(super) fn new_grant_id(&self) -> GrantId {
        GrantId::generate(&*self.parts.clock, &*self.parts.random)
    }

    /// Writes down that someone let a client in, before the client learns of its tokens.
    pub(super) async fn record_grant(
        &self,
        grant: &NewGrant,
        arrival: Arrival,
    ) -> Result<(), Failure> {
        let event = about(EventKind::GrantMade, grant, arrival)
            .detail("scope", grant.scopes.to_string())
            .detail("resource", grant.resource.as_str())
            .detail("kind", grant.kind.as_str())
            .outcome(Outcome::Ok);
        Ok(self.parts.audit.record(event).await?)
    }
}

/// An event about a grant, done by who gave it, through its client.
pub(super) fn about(kind: EventKind, grant: &NewGrant, arrival: Arrival) -> Event {
    let who = Who::actor(&grant.organization, grant.owner.clone())
        .through(&grant.client)
        .arriving(arrival);
    Event::new(kind, who)
        .target("oauth_grant", grant.id.as_str())
        .credential(grant.id.as_str())
}
