use crate::error::Doing as _;
use crate::{
    Member, NewApiKey, Organization, Store, StoreError, api_keys, facts, organizations, users,
};

/// What a fresh database gets: an organization, its owner, and the owner's API key.
#[derive(Debug)]
pub struct FirstRows {
    /// The organization.
    pub organization: Organization,
    /// Its owner.
    pub owner: Member,
    /// The owner's key.
    pub api_key: NewApiKey,
}

/// How a first start went.
#[derive(Debug, PartialEq, Eq)]
pub enum FirstStart {
    /// The rows were made.
    Made,
    /// It was not the first: the organization is there, and nothing was made.
    Before(Organization),
}

impl Store {
    /// Makes the first rows in one transaction, unless the organization is there already. Two
    /// processes may try at once: one makes them, the other is told.
    pub async fn first_start(&self, rows: &FirstRows) -> Result<FirstStart, StoreError> {
        let doing = "make the first organization";
        let mut transaction = self.write(doing).await?;
        transaction
            .alone(|| ["first start".to_owned()])
            .await
            .doing(doing)?;
        let slug = &rows.organization.slug;
        if let Some(found) = organizations::read_organization(&mut *transaction, slug).await? {
            return Ok(FirstStart::Before(found));
        }
        let organization = &rows.organization;
        organizations::insert_organization(&mut *transaction, organization).await?;
        users::insert_member(&mut transaction, &organization.id, &rows.owner).await?;
        api_keys::insert(&mut transaction, &organization.id, &rows.api_key).await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(FirstStart::Made)
    }
}
