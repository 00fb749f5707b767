use jiff::Timestamp;
use keyway_core::{Error, OrgId, Principal};
use keyway_store::{Changed, Organization, Reason, Seen};

use super::{People, changed_meanwhile, error};
use crate::access;
use crate::audit::{Event, EventKind};

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
    /// How often it was changed, from 1. A change may name the one it was made of.
    pub revision: i64,
}

impl People {
    /// The organization of `who`.
    pub async fn organization(&self, who: &Principal) -> Result<OrganizationView, Error> {
        self.administer(who).await?;
        self.read_organization(who.organization()).await
    }

    /// Gives the organization of `who` another name; `changed_meanwhile` when it is not of the
    /// revision it was seen as, where one is named.
    pub async fn rename_organization(
        &self,
        who: &Principal,
        name: &str,
        revision: Option<i64>,
    ) -> Result<OrganizationView, Error> {
        let change = async {
            self.administer(who).await?;
            let name = error::name(name)?;
            let (store, id) = (&self.parts.store, who.organization());
            let renamed = store.rename_organization(Seen::at(id, revision), &name);
            match renamed.await? {
                Changed::Done => Ok(()),
                Changed::Stale => Err(stale(&self.read_organization(id).await?)),
                Changed::Missing | Changed::LastOwner => Err(not_found()),
            }
        };
        let organization = who.organization();
        let event = Event::new(EventKind::OrganizationChanged, who)
            .target("organization", organization.as_str());
        self.change(event, change).await?;
        self.read_organization(who.organization()).await
    }

    /// All organizations. The operator's alone.
    pub async fn organizations(&self, who: &Principal) -> Result<Vec<OrganizationView>, Error> {
        access::operate(who)?;
        let all = self.parts.store.organizations().await?;
        Ok(all.into_iter().map(view).collect())
    }

    /// Makes an organization without members: invite an owner next. The operator's alone.
    pub async fn create_organization(
        &self,
        who: &Principal,
        slug: &str,
        name: &str,
    ) -> Result<OrganizationView, Error> {
        let parts = &self.parts;
        let id = OrgId::generate(&*parts.clock, &*parts.random);
        let event =
            Event::new(EventKind::OrganizationChanged, who).target("organization", id.as_str());
        let change = async {
            access::operate(who)?;
            let new = Organization {
                id,
                slug: error::slug(slug)?,
                name: error::name(name)?,
                created_at: self.now(),
                revision: 1,
            };
            let made = parts.store.create_organization(&new).await;
            made.map_err(|found| match found.reason() {
                Reason::Conflict => error::conflict(
                    "slug_taken",
                    "an organization of this slug is there already",
                ),
                _ => found.into(),
            })?;
            Ok(view(new))
        };
        self.change(event, change).await
    }

    /// The operator, acting in the organization with this slug.
    pub async fn operator_of(&self, who: &Principal, slug: &str) -> Result<Principal, Error> {
        access::operate(who)?;
        let found = self.parts.store.organization(slug).await?;
        let found = found.ok_or_else(not_found)?;
        Ok(Principal::new(found.id, who.subject().clone()))
    }

    async fn read_organization(&self, id: &OrgId) -> Result<OrganizationView, Error> {
        let found = self.parts.store.organization_by_id(id).await?;
        found.map(view).ok_or_else(not_found)
    }
}

fn view(organization: Organization) -> OrganizationView {
    OrganizationView {
        id: organization.id,
        slug: organization.slug,
        name: organization.name,
        created_at: organization.created_at,
        revision: organization.revision,
    }
}

/// The organization is not what it was when it was seen.
fn stale(now: &OrganizationView) -> Error {
    let (name, revision) = (&now.name, now.revision);
    let is = format!("its name is “{name}” (revision {revision})");
    changed_meanwhile("the organization", &is)
}

fn not_found() -> Error {
    error::not_found("organization_not_found", "there is no such organization")
}
