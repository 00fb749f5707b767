use jiff::Timestamp;
use keyway_core::{Error, OrgId, Principal};

use super::People;

/// An organization.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationView {
    /// Its id.
    pub id: OrgId,
    /// Its name in commands and URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl People {
    /// The organization of `who`.
    pub async fn organization(&self, who: &Principal) -> Result<OrganizationView, Error> {
        let _ = who;
        todo!()
    }

    /// Gives the organization of `who` another name.
    pub async fn rename_organization(
        &self,
        who: &Principal,
        name: &str,
    ) -> Result<OrganizationView, Error> {
        let _ = (who, name);
        todo!()
    }

    /// All organizations. The operator's alone.
    pub async fn organizations(&self, who: &Principal) -> Result<Vec<OrganizationView>, Error> {
        let _ = who;
        todo!()
    }

    /// Makes an organization without members: invite an owner next. The operator's alone.
    pub async fn create_organization(
        &self,
        who: &Principal,
        slug: &str,
        name: &str,
    ) -> Result<OrganizationView, Error> {
        let _ = (who, slug, name);
        todo!()
    }
}
