use jiff::Timestamp;
use keyway_core::{InstallationId, OrgId};

use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A link that lets whoever has it install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupLink {
    /// The hash of its token.
    pub id: String,
    /// The organization.
    pub organization: OrgId,
    /// What is installed with it.
    pub installation: InstallationId,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organization_id: String,
    installation_id: String,
    created_at: i64,
    created_by: String,
    expires_at: i64,
}

const COLUMNS: &str = "id, organization_id, installation_id, created_at, created_by, expires_at";

/// What is true of those that work.
const OPEN: &str = "used_at IS NULL AND revoked_at IS NULL";

impl Store {
    /// Makes a setup link; those before of the installation work no more.
    pub async fn create_setup_link(&self, new: &SetupLink) -> Result<(), StoreError> {
        let doing = "make a setup link";
        let mut transaction = self.write(doing).await?;
        let name = || [format!("setup_links/{}", new.installation)];
        transaction.alone(name).await.doing(doing)?;
        revoke(
            &mut transaction,
            &new.organization,
            &new.installation,
            new.created_at,
        )
        .await
        .doing(doing)?;
        query(
            "INSERT INTO setup_links (id, organization_id, installation_id, created_at, \
             created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&new.id)
        .bind(new.organization.as_str())
        .bind(new.installation.as_str())
        .bind(new.created_at.as_millisecond())
        .bind(&new.created_by)
        .bind(new.expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// The setup link whose token has this hash, if it works at `now`. Names no organization: who has it is
    /// nobody here, and the link tells whose it is.
    pub async fn setup_link(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<SetupLink>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM setup_links WHERE id = $1 AND {OPEN} AND expires_at > $2"
        );
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(now.as_millisecond())
            .fetch_optional(self.pool())
            .await
            .doing("look for a setup link")?;
        row.map(Row::read).transpose()
    }

    /// The setup link of an installation that works at `now`.
    pub async fn setup_link_of(
        &self,
        organization: &OrgId,
        installation: &InstallationId,
        now: Timestamp,
    ) -> Result<Option<SetupLink>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM setup_links WHERE organization_id = $1 \
             AND installation_id = $2 AND {OPEN} AND expires_at > $3"
        );
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(installation.as_str())
            .bind(now.as_millisecond())
            .fetch_optional(self.pool())
            .await
            .doing("read the setup link of an installation")?;
        row.map(Row::read).transpose()
    }

    /// Revokes what setup link an installation has. False where there is none that works.
    pub async fn revoke_setup_link(
        &self,
        organization: &OrgId,
        installation: &InstallationId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "revoke a setup link";
        let mut transaction = self.write(doing).await?;
        let revoked = revoke(&mut transaction, organization, installation, now);
        let revoked = revoked.await.doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(revoked)
    }
}

async fn revoke(
    transaction: &mut crate::writing::Writing,
    organization: &OrgId,
    installation: &InstallationId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let sql = format!(
        "UPDATE setup_links SET revoked_at = $3 WHERE organization_id = $1 \
         AND installation_id = $2 AND {OPEN}"
    );
    let revoked = query(sqlx::AssertSqlSafe(sql))
        .bind(organization.as_str())
        .bind(installation.as_str())
        .bind(now.as_millisecond())
        .execute(&mut **transaction)
        .await?;
    Ok(revoked.rows_affected() > 0)
}

impl Row {
    fn read(self) -> Result<SetupLink, StoreError> {
        Ok(SetupLink {
            id: self.id,
            organization: store::id(&self.organization_id)?,
            installation: store::id(&self.installation_id)?,
            created_at: store::moment(self.created_at)?,
            created_by: self.created_by,
            expires_at: store::moment(self.expires_at)?,
        })
    }
}
