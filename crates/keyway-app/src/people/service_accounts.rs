use jiff::Timestamp;
use keyway_core::{Error, Principal, Role, ServiceAccountId};
use keyway_store::{Changed, Reason, Seen, ServiceAccount, StoreError};

use super::{People, changed_meanwhile, error};
use crate::access;
use crate::audit::{Event, EventKind};
use crate::{Listed, Part};

/// A machine identity of an organization.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccountView {
    /// Its id.
    pub id: ServiceAccountId,
    /// Its name; unique in the organization.
    pub name: String,
    /// What it may do: `admin` or `member`.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was disabled, if it is.
    pub disabled_at: Option<Timestamp>,
    /// How often it was changed, from 1. A change may name the one it was made of.
    pub revision: i64,
}

/// What a service account is to be from now on. What is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ServiceAccountChange {
    /// Another name.
    pub name: Option<String>,
    /// Another role: `admin` or `member`.
    pub role: Option<Role>,
}

impl People {
    /// Makes a service account. It comes in with API keys or as an OAuth client.
    pub async fn create_service_account(
        &self,
        who: &Principal,
        name: &str,
        role: Role,
    ) -> Result<ServiceAccountView, Error> {
        let parts = &self.parts;
        let id = ServiceAccountId::generate(&*parts.clock, &*parts.random);
        let event = Event::new(EventKind::ServiceAccountMade, who)
            .target("service_account", id.as_str())
            .detail("role", role.as_str());
        let change = async {
            self.administer(who).await?;
            access::made_by_hand(who)?;
            not_an_owner(role)?;
            let new = ServiceAccount {
                id,
                name: error::name(name)?,
                role,
                created_at: self.now(),
                disabled_at: None,
                revision: 1,
            };
            let store = &parts.store;
            let made = store.create_service_account(who.organization(), &new).await;
            made.map_err(taken)?;
            Ok(view(new))
        };
        self.change(event, change).await
    }

    /// The service accounts of the organization of `who`, oldest first.
    pub async fn service_accounts(
        &self,
        who: &Principal,
    ) -> Result<Vec<ServiceAccountView>, Error> {
        self.administer(who).await?;
        let all = self.parts.store.service_accounts(who.organization());
        Ok(all.await?.into_iter().map(view).collect())
    }

    /// One service account of the organization of `who`.
    pub async fn service_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
    ) -> Result<ServiceAccountView, Error> {
        self.administer(who).await?;
        let found = self.parts.store.service_account(who.organization(), id);
        found.await?.map(view).ok_or_else(not_found)
    }

    /// A part of the service accounts of the organization of `who`, oldest first. Searched are names.
    pub async fn list_service_accounts(
        &self,
        who: &Principal,
        part: &Part<'_>,
    ) -> Result<Listed<ServiceAccountView>, Error> {
        self.administer(who).await?;
        let wanted = part.read()?;
        let store = &self.parts.store;
        let found = store.service_accounts_slice(who.organization(), wanted.slice());
        let place = |row: &ServiceAccount| (row.created_at, row.id.to_string());
        Ok(wanted.listed(found.await?, place, view))
    }

    /// Gives it another name or role; `changed_meanwhile` when it is not what it was when it was
    /// seen. Its keys and tokens have the new role at once.
    pub async fn change_service_account(
        &self,
        who: &Principal,
        account: impl Into<Seen<'_, ServiceAccountId>>,
        to: &ServiceAccountChange,
    ) -> Result<ServiceAccountView, Error> {
        let seen = account.into();
        let mut event = Event::new(EventKind::ServiceAccountChanged, who)
            .target("service_account", seen.id.as_str());
        if let Some(role) = to.role {
            event = event.detail("role", role.as_str());
        }
        let change = async {
            self.administer(who).await?;
            access::made_by_hand(who)?;
            let (store, organization) = (&self.parts.store, who.organization());
            let now = store.service_account(organization, seen.id).await?;
            let now = now.ok_or_else(not_found)?;
            let role = to.role.unwrap_or(now.role);
            not_an_owner(role)?;
            let name = to.name.as_deref().map_or(Ok(now.name), error::name)?;
            // What was read above must not be written over what came between.
            let seen = Seen::at(seen.id, seen.revision.or(Some(now.revision)));
            let changed = store.change_service_account(organization, seen, &name, role);
            let changed = changed.await.map_err(taken)?;
            let now = store.service_account(organization, seen.id).await?;
            let now = now.ok_or_else(not_found)?;
            match changed {
                Changed::Stale => Err(stale(&now)),
                _ => Ok(now),
            }
        };
        let now = self.change(event, change).await?;
        self.noticed().await;
        Ok(view(now))
    }

    /// Keeps it out: its keys and tokens end at once, and work again once it is enabled.
    pub async fn disable_service_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
    ) -> Result<ServiceAccountView, Error> {
        self.disable_account(who, id, Some(self.now())).await
    }

    /// Lets it in again.
    pub async fn enable_service_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
    ) -> Result<ServiceAccountView, Error> {
        self.disable_account(who, id, None).await
    }

    /// Deletes it with everything it could come in with.
    pub async fn delete_service_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
    ) -> Result<(), Error> {
        let event = Event::new(EventKind::ServiceAccountRemoved, who)
            .target("service_account", id.as_str());
        let change = async {
            self.administer(who).await?;
            let (store, organization) = (&self.parts.store, who.organization());
            let found = store.delete_service_account(organization, id).await?;
            found.then_some(()).ok_or_else(not_found)
        };
        self.change(event, change).await?;
        self.noticed().await;
        Ok(())
    }

    async fn disable_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
        at: Option<Timestamp>,
    ) -> Result<ServiceAccountView, Error> {
        let event = Event::new(EventKind::ServiceAccountChanged, who)
            .target("service_account", id.as_str())
            .detail("disabled", at.is_some());
        let change = async {
            self.administer(who).await?;
            let (store, organization) = (&self.parts.store, who.organization());
            store.disable_service_account(organization, id, at).await?;
            let found = store.service_account(organization, id).await?;
            found.ok_or_else(not_found)
        };
        let found = self.change(event, change).await?;
        self.noticed().await;
        Ok(view(found))
    }
}

fn view(account: ServiceAccount) -> ServiceAccountView {
    ServiceAccountView {
        id: account.id,
        name: account.name,
        role: account.role,
        created_at: account.created_at,
        disabled_at: account.disabled_at,
        revision: account.revision,
    }
}

fn not_an_owner(role: Role) -> Result<(), Error> {
    if role == Role::Owner {
        return Err(Error::invalid_at("/role", "`admin` or `member`"));
    }
    Ok(())
}

fn taken(found: StoreError) -> Error {
    match found.reason() {
        Reason::Conflict => error::conflict(
            "name_taken",
            "a service account of this name is there already",
        ),
        _ => found.into(),
    }
}

/// A service account is not what it was when it was seen.
fn stale(now: &ServiceAccount) -> Error {
    let (name, role, revision) = (&now.name, now.role, now.revision);
    let state = match now.disabled_at {
        Some(_) => "disabled",
        None => "let in",
    };
    let is =
        format!("it is {state}, called “{name}”, with the role `{role}` (revision {revision})");
    changed_meanwhile("the service account", &is)
}

pub(crate) fn not_found() -> Error {
    error::not_found(
        "service_account_not_found",
        "there is no service account with this id",
    )
}
