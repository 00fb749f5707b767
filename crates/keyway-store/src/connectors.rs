use jiff::Timestamp;
use keyway_core::{ConnectorId, OrgId, ProjectId, Role};

use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Reason, Store, StoreError, store};

/// Who may list and call what a connector has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConnectorReach {
    /// Everybody of the organization.
    Organization,
    /// Who works for one project of it.
    Project(ProjectId),
    /// Who has one of these roles.
    Roles(Vec<Role>),
}

impl ConnectorReach {
    /// Columns: scope, project, roles.
    fn columns(&self) -> (&'static str, Option<&str>, Option<String>) {
        match self {
            Self::Organization => ("organization", None, None),
            Self::Project(project) => ("project", Some(project.as_str()), None),
            Self::Roles(roles) => {
                let names: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
                ("roles", None, Some(names.join(" ")))
            }
        }
    }
}

/// A remote MCP server that an administrator connected, without what is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConnector {
    /// Its id.
    pub id: ConnectorId,
    /// Whose it is.
    pub organization: OrgId,
    /// The server's key; unique in the organization among those that were not removed.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Who may use it.
    pub reach: ConnectorReach,
    /// Whether it is connected to.
    pub enabled: bool,
    /// Everything else that is no secret, as JSON.
    pub settings: String,
    /// Grows with each change.
    pub revision: i64,
    /// How often somebody asked for a new connection.
    pub reconnects: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom: an id, or `local`.
    pub created_by: String,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

/// What may change of a connector.
#[derive(Debug, Clone)]
pub struct ConnectorChange {
    /// Its name for people.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Who may use it.
    pub reach: ConnectorReach,
    /// Whether it is connected to.
    pub enabled: bool,
    /// Everything else that is no secret, as JSON.
    pub settings: String,
    /// The secrets, sealed; `None` for none.
    pub sealed: Option<Vec<u8>>,
    /// When.
    pub at: Timestamp,
    /// By whom: an id, or `local`.
    pub by: String,
}

/// A connector to make.
#[derive(Debug, Clone)]
pub struct NewConnector {
    /// Its id.
    pub id: ConnectorId,
    /// The server's key.
    pub slug: String,
    /// The rest of it.
    pub with: ConnectorChange,
}

const COLUMNS: &str = "id, organization_id, slug, name, url, scope, project_id, roles, enabled, \
                       settings, revision, reconnects, created_at, created_by, changed_at, changed_by, removed_at";

impl Store {
    /// Makes a connector. A taken slug is [`Reason::Conflict`], a project that is not there
    /// [`Reason::Missing`].
    pub async fn create_connector(
        &self,
        organization: &OrgId,
        new: &NewConnector,
    ) -> Result<StoredConnector, StoreError> {
        let doing = "make a connector";
        let mut transaction = self.write(doing).await?;
        there(&mut transaction, organization, &new.with.reach, doing).await?;
        let (scope, project, roles) = new.with.reach.columns();
        let row: Row = query_as(sqlx::AssertSqlSafe(format!(
            "INSERT INTO connectors (id, organization_id, slug, name, url, scope, project_id, roles, \
             enabled, settings, sealed, revision, created_at, created_by, changed_at, changed_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13, $12, $13) \
             RETURNING {COLUMNS}"
        )))
        .bind(new.id.as_str())
        .bind(organization.as_str())
        .bind(&new.slug)
        .bind(&new.with.name)
        .bind(&new.with.url)
        .bind(scope)
        .bind(project)
        .bind(roles)
        .bind(new.with.enabled)
        .bind(&new.with.settings)
        .bind(&new.with.sealed)
        .bind(new.with.at.as_millisecond())
        .bind(&new.with.by)
        .fetch_one(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        row.read()
    }

    /// How many connectors an organization has.
    pub async fn connectors_of(&self, organization: &OrgId) -> Result<u64, StoreError> {
        let counted: i64 = query_scalar(
            "SELECT count(*) FROM connectors WHERE organization_id = $1 AND removed_at IS NULL",
        )
        .bind(organization.as_str())
        .fetch_one(self.pool())
        .await
        .doing("count connectors")?;
        Ok(counted.cast_unsigned())
    }

    /// The connectors of an organization after a slug, at most so many, by slug.
    pub async fn connectors_after(
        &self,
        organization: &OrgId,
        after: &str,
        most: u32,
    ) -> Result<Vec<StoredConnector>, StoreError> {
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM connectors WHERE organization_id = $1 AND slug > $2 \
             AND removed_at IS NULL ORDER BY slug LIMIT $3"
        )))
        .bind(organization.as_str())
        .bind(after)
        .bind(most)
        .fetch_all(self.pool())
        .await
        .doing("list the connectors")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One connector of an organization by its id or its slug. One that was removed is not there.
    pub async fn connector(
        &self,
        organization: &OrgId,
        name: &str,
    ) -> Result<Option<StoredConnector>, StoreError> {
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM connectors WHERE organization_id = $1 \
             AND (id = $2 OR slug = $2) AND removed_at IS NULL"
        )))
        .bind(organization.as_str())
        .bind(name)
        .fetch_optional(self.pool())
        .await
        .doing("read a connector")?;
        row.map(Row::read).transpose()
    }

    /// What is sealed of a connector as it was read, empty where it has no secrets; `None` where it has
    /// changed since or is not there. Secrets of another revision may be another host's.
    pub async fn sealed_connector(
        &self,
        read: &StoredConnector,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let found: Option<Option<Vec<u8>>> = query_scalar(
            "SELECT sealed FROM connectors WHERE organization_id = $1 AND id = $2 \
             AND revision = $3",
        )
        .bind(read.organization.as_str())
        .bind(read.id.as_str())
        .bind(read.revision)
        .fetch_optional(self.pool())
        .await
        .doing("read a connector")?;
        Ok(found.map(Option::unwrap_or_default))
    }

    /// Changes a connector while it still has this revision. `None` where it has another one, or is
    /// not there. A project that is not there is [`Reason::Missing`].
    pub async fn change_connector(
        &self,
        organization: &OrgId,
        id: &ConnectorId,
        revision: i64,
        change: &ConnectorChange,
    ) -> Result<Option<StoredConnector>, StoreError> {
        let doing = "change a connector";
        let mut transaction = self.write(doing).await?;
        there(&mut transaction, organization, &change.reach, doing).await?;
        let (scope, project, roles) = change.reach.columns();
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "UPDATE connectors SET name = $4, url = $5, scope = $6, project_id = $7, roles = $8, \
             enabled = $9, settings = $10, sealed = $11, changed_at = $12, changed_by = $13, \
             revision = revision + 1 WHERE organization_id = $1 AND id = $2 AND revision = $3 \
             AND removed_at IS NULL RETURNING {COLUMNS}"
        )))
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(revision)
        .bind(&change.name)
        .bind(&change.url)
        .bind(scope)
        .bind(project)
        .bind(roles)
        .bind(change.enabled)
        .bind(&change.settings)
        .bind(&change.sealed)
        .bind(change.at.as_millisecond())
        .bind(&change.by)
        .fetch_optional(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        row.map(Row::read).transpose()
    }

    /// Removes a connector and all that is sealed of it. Answers false when it is not there.
    pub async fn remove_connector(
        &self,
        organization: &OrgId,
        id: &ConnectorId,
        at: Timestamp,
        by: &str,
    ) -> Result<bool, StoreError> {
        let removed = query(
            "UPDATE connectors SET removed_at = $3, sealed = NULL, changed_at = $3, \
             changed_by = $4, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .bind(by)
        .execute(self.pool())
        .await
        .doing("remove a connector")?;
        Ok(removed.rows_affected() > 0)
    }

    /// Has a connector connected to anew. Answers false when it is not there.
    pub async fn reconnect_connector(
        &self,
        organization: &OrgId,
        id: &ConnectorId,
    ) -> Result<bool, StoreError> {
        let asked = query(
            "UPDATE connectors SET reconnects = reconnects + 1 \
             WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .execute(self.pool())
        .await
        .doing("connect a connector anew")?;
        Ok(asked.rows_affected() > 0)
    }

    /// Which connectors there are of every organization, and the revision and the asked-for connection of
    /// each: for the process that keeps them connected, which is everybody's.
    pub async fn connector_stamps(&self) -> Result<Vec<(ConnectorId, i64, i64)>, StoreError> {
        let rows: Vec<(String, i64, i64)> =
            query_as("SELECT id, revision, reconnects FROM connectors WHERE removed_at IS NULL")
                .fetch_all(self.pool())
                .await
                .doing("look for changes of connectors")?;
        let stamp = |(id, revision, reconnects): (String, i64, i64)| {
            Ok((store::id(&id)?, revision, reconnects))
        };
        rows.into_iter().map(stamp).collect()
    }

    /// Those connectors, of whichever organization they are, but not those that were removed.
    pub async fn connectors_by_id(
        &self,
        ids: &[ConnectorId],
    ) -> Result<Vec<StoredConnector>, StoreError> {
        // An id has no letter that JSON would write in another way.
        let ids: Vec<_> = ids.iter().map(|id| format!("\"{id}\"")).collect();
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM connectors WHERE removed_at IS NULL \
             AND id IN (SELECT value FROM json_each($1)) ORDER BY organization_id, slug"
        )))
        .bind(format!("[{}]", ids.join(",")))
        .fetch_all(self.pool())
        .await
        .doing("read connectors")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// A number that has grown since it was last read when any connector changed, in any process.
    pub async fn connector_epoch(&self) -> Result<i64, StoreError> {
        query_scalar("SELECT value FROM counters WHERE name = 'connector_epoch'")
            .fetch_one(self.pool())
            .await
            .doing("read the change counter of connectors")
    }
}

/// Refuses a project of another organization, or none.
async fn there(
    transaction: &mut crate::writing::Writing,
    organization: &OrgId,
    reach: &ConnectorReach,
    doing: &'static str,
) -> Result<(), StoreError> {
    let ConnectorReach::Project(project) = reach else {
        return Ok(());
    };
    let there: Option<String> =
        query_scalar("SELECT id FROM projects WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(project.as_str())
            .fetch_optional(&mut **transaction)
            .await
            .doing(doing)?;
    there
        .map(drop)
        .ok_or_else(|| StoreError::new(doing, Reason::Missing))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organization_id: String,
    slug: String,
    name: String,
    url: String,
    scope: String,
    project_id: Option<String>,
    roles: Option<String>,
    enabled: bool,
    settings: String,
    revision: i64,
    reconnects: i64,
    created_at: i64,
    created_by: String,
    changed_at: i64,
    changed_by: String,
    removed_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<StoredConnector, StoreError> {
        let reach = match (self.scope.as_str(), self.project_id, self.roles) {
            ("organization", None, None) => ConnectorReach::Organization,
            ("project", Some(project), None) => ConnectorReach::Project(store::id(&project)?),
            ("roles", None, Some(roles)) => {
                let roles = roles.split_ascii_whitespace().map(store::role);
                ConnectorReach::Roles(roles.collect::<Result<_, _>>()?)
            }
            _ => return Err(store::damaged()),
        };
        Ok(StoredConnector {
            id: store::id(&self.id)?,
            organization: store::id(&self.organization_id)?,
            slug: self.slug,
            name: self.name,
            url: self.url,
            reach,
            enabled: self.enabled,
            settings: self.settings,
            revision: self.revision,
            reconnects: self.reconnects,
            created_at: store::moment(self.created_at)?,
            created_by: self.created_by,
            changed_at: store::moment(self.changed_at)?,
            changed_by: self.changed_by,
            removed_at: self.removed_at.map(store::moment).transpose()?,
        })
    }
}
