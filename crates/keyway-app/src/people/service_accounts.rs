use jiff::Timestamp;
use keyway_core::{Error, Principal, Role, ServiceAccountId};

use super::People;

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
        let _ = (who, name, role);
        todo!()
    }

    /// The service accounts of the organization of `who`, oldest first.
    pub async fn service_accounts(
        &self,
        who: &Principal,
    ) -> Result<Vec<ServiceAccountView>, Error> {
        let _ = who;
        todo!()
    }

    /// One service account of the organization of `who`.
    pub async fn service_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
    ) -> Result<ServiceAccountView, Error> {
        let _ = (who, id);
        todo!()
    }

    /// Keeps it out: its keys and tokens end at once, and work again once it is enabled.
    pub async fn disable_service_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
    ) -> Result<ServiceAccountView, Error> {
        let _ = (who, id);
        todo!()
    }

    /// Lets it in again.
    pub async fn enable_service_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
    ) -> Result<ServiceAccountView, Error> {
        let _ = (who, id);
        todo!()
    }

    /// Deletes it with everything it could come in with.
    pub async fn delete_service_account(
        &self,
        who: &Principal,
        id: &ServiceAccountId,
    ) -> Result<(), Error> {
        let _ = (who, id);
        todo!()
    }
}
