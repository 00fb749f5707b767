use jiff::Timestamp;
use keyway_core::{Actor, ClientId, Error, GrantId, Kind, Principal};
use keyway_store::oauth::{Grant, GrantFilter, RevokedFor, Whose};

use super::Oauth;
use crate::access;
use crate::audit::{Event, EventKind};

/// The most grants of one page.
const MAX_PAGE: u32 = 1_000;

/// Which grants to list.
#[derive(Debug, Clone, Default)]
pub struct GrantsWanted {
    /// Those of this client.
    pub client: Option<ClientId>,
    /// Those this person or service account gave.
    pub owner: Option<Actor>,
    /// Also those that were revoked or are over.
    pub ended: bool,
    /// Those in the name of whose client or owner this is found.
    pub search: Option<String>,
    /// What [`GrantPage::next`] said.
    pub after: Option<GrantId>,
    /// At most so many; 100 unless said otherwise.
    pub limit: Option<u32>,
}

/// One page of grants, newest first.
#[derive(Debug, Clone, serde::Serialize)]
pub struct GrantPage {
    /// The grants.
    pub grants: Vec<GrantView>,
    /// What to ask the next page with, when there may be one.
    pub next: Option<GrantId>,
}

/// A grant as it is listed.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantView {
    /// Its id.
    pub id: GrantId,
    /// To which client.
    pub client: ClientId,
    /// The client's name, in its own words.
    pub client_name: String,
    /// Who gave it.
    pub owner: String,
    /// Their name.
    pub owner_name: String,
    /// How it came about: `code`, `device`, `client`.
    pub kind: &'static str,
    /// For what.
    pub scopes: String,
    /// For which resource.
    pub resource: String,
    /// Whether it is valid.
    pub state: GrantState,
    /// When it was given.
    pub created_at: Timestamp,
    /// When a token of it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// The absolute end of its tokens.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked: `user`, `admin`, `client`, `replay`, `reuse`.
    pub revoked_for: Option<&'static str>,
}

/// Whether a grant is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// It is.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

/// Which grants to revoke at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevokeGrants {
    /// Every one of the organization.
    All,
    /// Those of one client.
    Client(ClientId),
    /// Those one person or service account gave.
    Owner(Actor),
}

impl Oauth {
    /// Grants of the organization of `who`. Who does not administer it sees their own.
    pub async fn grants(&self, who: &Principal, wanted: &GrantsWanted) -> Result<GrantPage, Error> {
        let owner = match self.reach(who).await? {
            Reach::All => wanted.owner.clone(),
            Reach::Own(owner) => Some(owner),
        };
        let now = self.now();
        let filter = GrantFilter {
            client: wanted.client.clone(),
            owner,
            valid_at: (!wanted.ended).then_some(now),
            search: wanted.search.clone(),
        };
        let limit = wanted.limit.unwrap_or(100).clamp(1, MAX_PAGE);
        let rows = self
            .parts
            .store
            .oauth_grants(who.organization(), &filter, wanted.after.as_ref(), limit)
            .await?;
        let full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
        let last = rows.last().map(|grant| grant.grant.id.clone());
        Ok(GrantPage {
            next: last.filter(|_| full),
            grants: rows.into_iter().map(|grant| view(grant, now)).collect(),
        })
    }

    /// One grant, if `who` may see it.
    pub async fn grant(&self, who: &Principal, id: &GrantId) -> Result<GrantView, Error> {
        let reach = self.reach(who).await?;
        let found = self.parts.store.oauth_grant(who.organization(), id).await?;
        let found = found.filter(|found| reach.covers(&found.grant.owner));
        Ok(view(found.ok_or_else(not_found)?, self.now()))
    }

    /// Revokes one grant: its tokens stop working, and streams that hang on it end, at once. Who
    /// does not administer the organization revokes their own.
    pub async fn revoke_grant(&self, who: &Principal, id: &GrantId) -> Result<(), Error> {
        let store = &self.parts.store;
        let found = store.oauth_grant(who.organization(), id).await?;
        let event = Event::new(EventKind::GrantRevoked, who).target("oauth_grant", id.as_str());
        let looking = self.parts.audit.checked(event.clone(), self.reach(who));
        let reach = looking.await?;
        let found = found.filter(|found| reach.covers(&found.grant.owner));
        let found = found.ok_or_else(not_found)?;
        let reason = if who.actor().as_ref() == Some(&found.grant.owner) {
            RevokedFor::User
        } else {
            RevokedFor::Admin
        };
        let event = event.detail("client", found.grant.client.as_str());
        let now = self.now();
        let revoked = async {
            let found = store
                .revoke_oauth_grant(who.organization(), id, reason, now)
                .await?;
            if found { Ok(()) } else { Err(not_found()) }
        };
        self.parts.audit.change(event, revoked).await?;
        self.noticed().await;
        Ok(())
    }

    /// Revokes many grants at once. Answers how many were valid.
    pub async fn revoke_grants(&self, who: &Principal, which: &RevokeGrants) -> Result<u64, Error> {
        let (whose, target) = match which {
            RevokeGrants::All => (Whose::All, "all"),
            RevokeGrants::Client(client) => (Whose::Client(client), client.as_str()),
            RevokeGrants::Owner(owner) => (Whose::Owner(owner), owner.as_str()),
        };
        let event = Event::new(EventKind::GrantRevoked, who).target("oauth_grants", target);
        let (store, now) = (&self.parts.store, self.now());
        let revoked = async {
            access::administer(store, who).await?;
            let organization = who.organization();
            Ok(store
                .revoke_oauth_grants(organization, whose, RevokedFor::Admin, now)
                .await?)
        };
        let count = self.parts.audit.change(event, revoked).await?;
        self.noticed().await;
        Ok(count)
    }

    /// Whose grants `who` may see and end.
    async fn reach(&self, who: &Principal) -> Result<Reach, Error> {
        match access::administer(&self.parts.store, who).await {
            Ok(_) => Ok(Reach::All),
            Err(error) => match who.actor() {
                // A client may not look at what else its person let in, unless it was given that.
                Some(owner) if who.client().is_none() && error.kind() == Kind::Forbidden => {
                    Ok(Reach::Own(owner))
                }
                _ => Err(error),
            },
        }
    }
}

enum Reach {
    All,
    Own(Actor),
}

impl Reach {
    fn covers(&self, owner: &Actor) -> bool {
        match self {
            Self::All => true,
            Self::Own(own) => own == owner,
        }
    }
}

fn view(found: Grant, now: Timestamp) -> GrantView {
    let grant = found.grant;
    let state = if found.revoked.is_some() {
        GrantState::Revoked
    } else if grant.expires_at <= now {
        GrantState::Expired
    } else {
        GrantState::Active
    };
    GrantView {
        state,
        id: grant.id,
        client: grant.client,
        client_name: found.client_name,
        owner: grant.owner.as_str().to_owned(),
        owner_name: found.owner_name,
        kind: grant.kind.as_str(),
        scopes: grant.scopes.to_string(),
        resource: grant.resource,
        created_at: grant.created_at,
        last_used_at: found.last_used_at,
        expires_at: grant.expires_at,
        revoked_at: found.revoked.map(|(at, _)| at),
        revoked_for: found.revoked.map(|(_, reason)| reason.as_str()),
    }
}

fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "grant_not_found",
        "there is no grant with this id",
    )
}
