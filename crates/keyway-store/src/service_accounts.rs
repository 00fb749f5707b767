use jiff::Timestamp;
use keyway_core::{OrgId, Role, ServiceAccountId};

use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::seen::unchanged;
use crate::{Changed, Seen, Slice, Store, StoreError, facts, store};

/// A machine identity of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its id.
    pub id: ServiceAccountId,
    /// Its name; unique in the organization.
    pub name: String,
    /// What it may do: never an owner.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is kept out.
    pub disabled_at: Option<Timestamp>,
    /// How often it was changed, from 1.
    pub revision: i64,
}

impl Store {
    /// Makes a service account. A taken name is [`crate::Reason::Conflict`].
    pub async fn create_service_account(
        &self,
        organization: &OrgId,
        new: &ServiceAccount,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO service_accounts (id, organization_id, name, role, created_at, disabled_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.id.as_str())
        .bind(organization.as_str())
        .bind(&new.name)
        .bind(new.role.as_str())
        .bind(new.created_at.as_millisecond())
        .bind(new.disabled_at.map(Timestamp::as_millisecond))
        .execute(self.pool())
        .await
        .map(drop)
        .doing("make a service account")
    }

    /// The service accounts of an organization, oldest first.
    pub async fn service_accounts(
        &self,
        organization: &OrgId,
    ) -> Result<Vec<ServiceAccount>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT id, name, role, created_at, disabled_at, revision FROM service_accounts \
             WHERE organization_id = $1 ORDER BY created_at, id",
        )
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("list the service accounts")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One service account of an organization.
    pub async fn service_account(
        &self,
        organization: &OrgId,
        id: &ServiceAccountId,
    ) -> Result<Option<ServiceAccount>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT id, name, role, created_at, disabled_at, revision FROM service_accounts \
             WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a service account")?;
        row.map(Row::read).transpose()
    }

    /// A part of the service accounts of an organization, oldest first; searched are names.
    pub async fn service_accounts_slice(
        &self,
        organization: &OrgId,
        slice: &Slice<'_>,
    ) -> Result<Vec<ServiceAccount>, StoreError> {
        let (at, id) = slice.upward();
        let rows: Vec<Row> = query_as(
            "SELECT id, name, role, created_at, disabled_at, revision FROM service_accounts \
             WHERE organization_id = $1 AND (created_at, id) > ($2, $3) \
             AND ($4 IS NULL OR lower(name) LIKE $4 ESCAPE '\\') \
             ORDER BY created_at, id LIMIT $5",
        )
        .bind(organization.as_str())
        .bind(at)
        .bind(id)
        .bind(slice.pattern())
        .bind(slice.limit)
        .fetch_all(self.pool())
        .await
        .doing("list the service accounts")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Gives a service account another name and role, unless it was changed since it was seen. A
    /// taken name is [`crate::Reason::Conflict`].
    pub async fn change_service_account(
        &self,
        organization: &OrgId,
        account: impl Into<Seen<'_, ServiceAccountId>>,
        name: &str,
        role: Role,
    ) -> Result<Changed, StoreError> {
        let doing = "change a service account";
        let Seen { id, revision } = account.into();
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE service_accounts SET name = $3, role = $4, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND ($5 IS NULL OR revision = $5)",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(name)
        .bind(role.as_str())
        .bind(revision)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            let exists = "SELECT EXISTS (SELECT 1 FROM service_accounts \
                          WHERE organization_id = $1 AND id = $2)";
            return unchanged(&mut transaction, exists, organization.as_str(), id.as_str()).await;
        }
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }

    /// Keeps a service account out from `at` on, or lets it in again with `None`. Answers false when
    /// it is not there.
    pub async fn disable_service_account(
        &self,
        organization: &OrgId,
        id: &ServiceAccountId,
        at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let doing = "change a service account";
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE service_accounts SET disabled_at = \
             CASE WHEN $3 IS NULL THEN NULL ELSE coalesce(disabled_at, $3) END, \
             revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.map(Timestamp::as_millisecond))
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(changed.rows_affected() > 0)
    }

    /// Deletes a service account with its keys and grants. Answers false when it is not there.
    pub async fn delete_service_account(
        &self,
        organization: &OrgId,
        id: &ServiceAccountId,
    ) -> Result<bool, StoreError> {
        let doing = "delete a service account";
        let mut transaction = self.write(doing).await?;
        let deleted = query("DELETE FROM service_accounts WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(deleted.rows_affected() > 0)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    role: String,
    created_at: i64,
    disabled_at: Option<i64>,
    revision: i64,
}

impl Row {
    fn read(self) -> Result<ServiceAccount, StoreError> {
        Ok(ServiceAccount {
            id: store::id(&self.id)?,
            name: self.name,
            role: store::role(&self.role)?,
            created_at: store::moment(self.created_at)?,
            disabled_at: self.disabled_at.map(store::moment).transpose()?,
            revision: self.revision,
        })
    }
}
