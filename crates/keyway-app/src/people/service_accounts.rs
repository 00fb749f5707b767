use jiff::Timestamp;
use keyway_core::{Error, Principal, Role, ServiceAccountId};
use keyway_store::{Reason, ServiceAccount};

use super::{People, error};
use crate::access;
use crate::audit::{Event, EventKind};

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
            if role == Role::Owner {
                return Err(Error::invalid_at("/role", "`admin` or `member`"));
            }
            let new = ServiceAccount {
                id,
                name: error::name(name)?,
                role,
                created_at: self.now(),
                disabled_at: None,
            };
            let store = &parts.store;
            let made = store.create_service_account(who.organization(), &new).await;
            made.map_err(|found| match found.reason() {
                Reason::Conflict => error::conflict(
                    "name_taken",
                    "a service account of this name is there already",
                ),
                _ => found.into(),
            })?;
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
    }
}

pub(crate) fn not_found() -> Error {
    error::not_found(
        "service_account_not_found",
        "there is no service account with this id",
    )
}
