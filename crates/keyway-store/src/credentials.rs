use jiff::Timestamp;
use keyway_core::credential::CredentialScope;
use keyway_core::{CredentialId, OrgId, ProjectId, UserId};

use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::seen::unchanged;
use crate::{Changed, Reason, Store, StoreError, store};

/// Where an instance of a credential belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CredentialPlace {
    /// The whole organization.
    Organization,
    /// One project of it.
    Project(ProjectId),
    /// One member of it.
    User(UserId),
}

impl CredentialPlace {
    /// The scope it is.
    pub fn scope(&self) -> CredentialScope {
        match self {
            Self::Organization => CredentialScope::Organization,
            Self::Project(_) => CredentialScope::Project,
            Self::User(_) => CredentialScope::User,
        }
    }

    fn columns(&self) -> (&'static str, Option<&str>, Option<&str>) {
        let scope = self.scope().as_str();
        match self {
            Self::Organization => (scope, None, None),
            Self::Project(project) => (scope, Some(project.as_str()), None),
            Self::User(user) => (scope, None, Some(user.as_str())),
        }
    }
}

/// An instance of a credential, without what is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// Its id.
    pub id: CredentialId,
    /// The key of its definition.
    pub key: String,
    /// Where it belongs.
    pub place: CredentialPlace,
    /// Its name; unique for the key at its place.
    pub name: String,
    /// Whether it is the one that is used at its place where none is named.
    pub is_default: bool,
    /// Grows with each change of what is sealed.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When what is sealed last changed.
    pub changed_at: Timestamp,
    /// When it was last leased.
    pub last_used_at: Option<Timestamp>,
    /// The code of the last failure of its service that was about it, and when.
    pub last_error: Option<(String, Timestamp)>,
}

/// An instance to make.
#[derive(Debug, Clone)]
pub struct NewStoredCredential {
    /// Its id.
    pub id: CredentialId,
    /// The key of its definition.
    pub key: String,
    /// Where it belongs.
    pub place: CredentialPlace,
    /// Its name.
    pub name: String,
    /// Its fields, sealed.
    pub sealed: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

pub(crate) const COLUMNS: &str = "id, key, scope, project_id, user_id, name, is_default, revision, created_at, \
                       changed_at, last_used_at, last_error, last_error_at";

impl Store {
    /// Makes an instance. The first one at its place becomes the default. A taken name is
    /// [`Reason::Conflict`], a project or member that is not there [`Reason::Missing`].
    pub async fn create_credential(
        &self,
        organization: &OrgId,
        new: &NewStoredCredential,
    ) -> Result<StoredCredential, StoreError> {
        let doing = "make a credential";
        let mut transaction = self.write(doing).await?;
        let place = || [lock_of(organization)];
        transaction.alone(place).await.doing(doing)?;
        let row = insert(&mut transaction, organization, new).await?;
        transaction.commit().await.doing(doing)?;
        row.read()
    }

    /// The instances of an organization, of one key or of all: by key, then oldest first.
    pub async fn credentials_of(
        &self,
        organization: &OrgId,
        key: Option<&str>,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM credentials WHERE organization_id = $1 \
             AND ($2 IS NULL OR key = $2) ORDER BY key, created_at, id"
        )))
        .bind(organization.as_str())
        .bind(key)
        .fetch_all(self.pool())
        .await
        .doing("list the credentials")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One instance of an organization.
    pub async fn stored_credential(
        &self,
        organization: &OrgId,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError> {
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM credentials WHERE organization_id = $1 AND id = $2"
        )))
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a credential")?;
        row.map(Row::read).transpose()
    }

    /// What is sealed of an instance, and its revision.
    pub async fn sealed_credential(
        &self,
        organization: &OrgId,
        id: &CredentialId,
    ) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
        query_as("SELECT sealed, revision FROM credentials WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read a credential")
    }

    /// Replaces what is sealed and forgets the last error. Answers false when it is not there.
    pub async fn replace_credential(
        &self,
        organization: &OrgId,
        id: &CredentialId,
        sealed: &[u8],
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE credentials SET sealed = $3, revision = revision + 1, changed_at = $4, \
             last_error = NULL, last_error_at = NULL WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(sealed)
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .doing("replace a credential")?;
        Ok(changed.rows_affected() > 0)
    }

    /// Gives an instance another name, where one is given only if it is called `seen` still; a taken
    /// name is [`Reason::Conflict`]. Its revision stays: it is that of what is sealed.
    pub async fn rename_credential(
        &self,
        organization: &OrgId,
        id: &CredentialId,
        seen: Option<&str>,
        name: &str,
    ) -> Result<Changed, StoreError> {
        let doing = "rename a credential";
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE credentials SET name = $3 \
             WHERE organization_id = $1 AND id = $2 AND ($4 IS NULL OR name = $4)",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(name)
        .bind(seen)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            let exists =
                "SELECT EXISTS (SELECT 1 FROM credentials WHERE organization_id = $1 AND id = $2)";
            return unchanged(&mut transaction, exists, organization.as_str(), id.as_str()).await;
        }
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }

    /// Makes an instance the default of its place, in the stead of the one that was. Answers false
    /// when it is not there.
    pub async fn make_credential_default(
        &self,
        organization: &OrgId,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        let doing = "make a credential the default";
        let mut transaction = self.write(doing).await?;
        let place = || [lock_of(organization)];
        transaction.alone(place).await.doing(doing)?;
        query(
            "UPDATE credentials SET is_default = FALSE WHERE is_default AND EXISTS (\
             SELECT 1 FROM credentials AS chosen WHERE chosen.organization_id = $1 \
             AND chosen.id = $2 AND chosen.organization_id = credentials.organization_id \
             AND chosen.key = credentials.key AND chosen.scope = credentials.scope \
             AND coalesce(chosen.project_id, chosen.user_id, '') \
               = coalesce(credentials.project_id, credentials.user_id, ''))",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        let changed = query(
            "UPDATE credentials SET is_default = TRUE WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(changed.rows_affected() > 0)
    }

    /// Deletes an instance and all that is sealed of it. Answers false when it is not there.
    pub async fn delete_credential(
        &self,
        organization: &OrgId,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        let deleted = query("DELETE FROM credentials WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(self.pool())
            .await
            .doing("delete a credential")?;
        Ok(deleted.rows_affected() > 0)
    }

    /// Writes down that instances were leased, and what their services said of them since.
    pub async fn record_credential_uses(
        &self,
        uses: &[(CredentialId, Timestamp, Option<String>)],
    ) -> Result<(), StoreError> {
        let doing = "record uses of credentials";
        let mut transaction = self.write(doing).await?;
        transaction
            .alone(|| ["uses of credentials".to_owned()])
            .await
            .doing(doing)?;
        for (id, at, error) in uses {
            query(
                "UPDATE credentials SET \
                 last_used_at = CASE WHEN last_used_at > $2 THEN last_used_at ELSE $2 END, \
                 last_error = $3, last_error_at = CASE WHEN $3 IS NULL THEN NULL ELSE $2 END \
                 WHERE id = $1",
            )
            .bind(id.as_str())
            .bind(at.as_millisecond())
            .bind(error)
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        }
        transaction.commit().await.doing(doing)
    }

    /// A number that has grown since it was last read when any instance changed, in any process.
    pub async fn credential_epoch(&self) -> Result<i64, StoreError> {
        query_scalar("SELECT value FROM counters WHERE name = 'credential_epoch'")
            .fetch_one(self.pool())
            .await
            .doing("read the change counter of credentials")
    }
}

/// What those who make an instance, or the default one, are alone with: which one is the default is decided
/// by which others there are.
pub(crate) fn lock_of(organization: &OrgId) -> String {
    format!("credentials/{organization}")
}

/// Writes the row of a new instance.
pub(crate) async fn insert(
    transaction: &mut crate::writing::Writing,
    organization: &OrgId,
    new: &NewStoredCredential,
) -> Result<Row, StoreError> {
    let doing = "make a credential";
    let (scope, project, user) = new.place.columns();
    if let CredentialPlace::Project(project) = &new.place {
        let there: Option<String> =
            query_scalar("SELECT id FROM projects WHERE organization_id = $1 AND id = $2")
                .bind(organization.as_str())
                .bind(project.as_str())
                .fetch_optional(&mut **transaction)
                .await
                .doing(doing)?;
        there.ok_or_else(|| StoreError::new(doing, Reason::Missing))?;
    }
    query_as(sqlx::AssertSqlSafe(format!(
        "INSERT INTO credentials (id, organization_id, key, scope, project_id, user_id, name, \
         is_default, sealed, revision, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, NOT EXISTS (\
         SELECT 1 FROM credentials WHERE organization_id = $2 AND key = $3 AND scope = $4 \
         AND coalesce(project_id, user_id, '') = coalesce($5, $6, '') AND is_default), \
         $8, 1, $9, $9) RETURNING {COLUMNS}"
    )))
    .bind(new.id.as_str())
    .bind(organization.as_str())
    .bind(&new.key)
    .bind(scope)
    .bind(project)
    .bind(user)
    .bind(&new.name)
    .bind(&new.sealed)
    .bind(new.at.as_millisecond())
    .fetch_one(&mut **transaction)
    .await
    .doing(doing)
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: String,
    key: String,
    scope: String,
    project_id: Option<String>,
    user_id: Option<String>,
    name: String,
    is_default: bool,
    revision: i64,
    created_at: i64,
    changed_at: i64,
    last_used_at: Option<i64>,
    last_error: Option<String>,
    last_error_at: Option<i64>,
}

impl Row {
    pub(crate) fn read(self) -> Result<StoredCredential, StoreError> {
        let place = match (self.scope.as_str(), self.project_id, self.user_id) {
            ("organization", None, None) => CredentialPlace::Organization,
            ("project", Some(project), None) => CredentialPlace::Project(store::id(&project)?),
            ("user", None, Some(user)) => CredentialPlace::User(store::id(&user)?),
            _ => return Err(store::damaged()),
        };
        let last_error = match (self.last_error, self.last_error_at) {
            (Some(code), Some(at)) => Some((code, store::moment(at)?)),
            _ => None,
        };
        Ok(StoredCredential {
            id: store::id(&self.id)?,
            key: self.key,
            place,
            name: self.name,
            is_default: self.is_default,
            revision: self.revision,
            created_at: store::moment(self.created_at)?,
            changed_at: store::moment(self.changed_at)?,
            last_used_at: self.last_used_at.map(store::moment).transpose()?,
            last_error,
        })
    }
}
