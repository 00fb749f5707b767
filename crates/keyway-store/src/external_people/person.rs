use jiff::Timestamp;
use keyway_core::{InstallationId, OrgId, PersonLinkId, UserId};

use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// Somebody at a third party, as an installation tells of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// The installation whose webhooks tell.
    pub installation: InstallationId,
    /// The provider's id.
    pub provider: String,
    /// The third party's id of where they are.
    pub workspace: String,
    /// Its name.
    pub workspace_name: String,
    /// The third party's id of who they are.
    pub id: String,
    /// What they call themselves there.
    pub name: String,
}

/// Somebody at a third party who is somebody here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalPerson {
    /// The id of the link between the two.
    pub id: PersonLinkId,
    /// Who they are here.
    pub user: UserId,
    /// Who they are there.
    pub identity: ExternalIdentity,
    /// When they said so.
    pub created_at: Timestamp,
}

pub(super) const IDENTITY: &str =
    "installation_id, provider, workspace, workspace_name, external_id, name";

#[derive(sqlx::FromRow)]
pub(super) struct IdentityRow {
    installation_id: String,
    provider: String,
    workspace: String,
    workspace_name: String,
    external_id: String,
    name: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    created_at: i64,
    #[sqlx(flatten)]
    identity: IdentityRow,
}

impl Store {
    /// A link by its id.
    pub async fn external_person(
        &self,
        organization: &OrgId,
        id: &PersonLinkId,
    ) -> Result<Option<ExternalPerson>, StoreError> {
        let sql = format!(
            "SELECT id, user_id, created_at, {IDENTITY} FROM external_people \
             WHERE organization_id = $1 AND id = $2"
        );
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read who somebody at a third party is")?;
        row.map(Row::read).transpose()
    }

    /// Who somebody at a third party is here.
    pub async fn external_person_known(
        &self,
        organization: &OrgId,
        who: &ExternalIdentity,
    ) -> Result<Option<ExternalPerson>, StoreError> {
        let sql = format!(
            "SELECT id, user_id, created_at, {IDENTITY} FROM external_people \
             WHERE organization_id = $1 AND installation_id = $2 AND provider = $3 \
             AND workspace = $4 AND external_id = $5"
        );
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(who.installation.as_str())
            .bind(&who.provider)
            .bind(&who.workspace)
            .bind(&who.id)
            .fetch_optional(self.pool())
            .await
            .doing("look who somebody at a third party is")?;
        row.map(Row::read).transpose()
    }

    /// Who a member is at third parties, the last first.
    pub async fn external_people(
        &self,
        organization: &OrgId,
        user: &UserId,
    ) -> Result<Vec<ExternalPerson>, StoreError> {
        let sql = format!(
            "SELECT id, user_id, created_at, {IDENTITY} FROM external_people \
             WHERE organization_id = $1 AND user_id = $2 ORDER BY created_at DESC, id DESC LIMIT 200"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(user.as_str())
            .fetch_all(self.pool())
            .await
            .doing("list who a member is at third parties")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Ends a link. False where there is none.
    pub async fn remove_external_person(
        &self,
        organization: &OrgId,
        id: &PersonLinkId,
    ) -> Result<bool, StoreError> {
        let gone = query("DELETE FROM external_people WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(self.pool())
            .await
            .doing("end a link of somebody at a third party")?;
        Ok(gone.rows_affected() > 0)
    }
}

impl IdentityRow {
    pub(super) fn read(self) -> Result<ExternalIdentity, StoreError> {
        Ok(ExternalIdentity {
            installation: store::id(&self.installation_id)?,
            provider: self.provider,
            workspace: self.workspace,
            workspace_name: self.workspace_name,
            id: self.external_id,
            name: self.name,
        })
    }
}

impl Row {
    fn read(self) -> Result<ExternalPerson, StoreError> {
        Ok(ExternalPerson {
            id: store::id(&self.id)?,
            user: store::id(&self.user_id)?,
            identity: self.identity.read()?,
            created_at: store::moment(self.created_at)?,
        })
    }
}
