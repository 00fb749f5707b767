use jiff::Timestamp;
use keyway_core::{OrgId, ProjectId};

use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::seen::unchanged;
use crate::{Changed, Seen, Slice, Store, StoreError, store};

/// A named slice of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name in commands and URLs; unique in the organization.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often it was changed, from 1.
    pub revision: i64,
}

impl Store {
    /// Makes a project. A taken slug is [`crate::Reason::Conflict`].
    pub async fn create_project(
        &self,
        organization: &OrgId,
        new: &Project,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO projects (id, organization_id, slug, name, created_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(new.id.as_str())
        .bind(organization.as_str())
        .bind(&new.slug)
        .bind(&new.name)
        .bind(new.created_at.as_millisecond())
        .execute(self.pool())
        .await
        .map(drop)
        .doing("make a project")
    }

    /// The projects of an organization, oldest first.
    pub async fn projects(&self, organization: &OrgId) -> Result<Vec<Project>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT id, slug, name, created_at, revision FROM projects \
             WHERE organization_id = $1 ORDER BY created_at, id",
        )
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("list the projects")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One project of an organization.
    pub async fn project(
        &self,
        organization: &OrgId,
        id: &ProjectId,
    ) -> Result<Option<Project>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT id, slug, name, created_at, revision FROM projects \
             WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a project")?;
        row.map(Row::read).transpose()
    }

    /// One project of an organization, by its slug.
    pub async fn project_by_slug(
        &self,
        organization: &OrgId,
        slug: &str,
    ) -> Result<Option<Project>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT id, slug, name, created_at, revision FROM projects \
             WHERE organization_id = $1 AND slug = $2",
        )
        .bind(organization.as_str())
        .bind(slug)
        .fetch_optional(self.pool())
        .await
        .doing("read a project")?;
        row.map(Row::read).transpose()
    }

    /// A part of the projects of an organization, oldest first; searched are names and slugs.
    pub async fn projects_slice(
        &self,
        organization: &OrgId,
        slice: &Slice<'_>,
    ) -> Result<Vec<Project>, StoreError> {
        let (at, id) = slice.upward();
        let rows: Vec<Row> = query_as(
            "SELECT id, slug, name, created_at, revision FROM projects \
             WHERE organization_id = $1 AND (created_at, id) > ($2, $3) \
             AND ($4 IS NULL OR lower(name) LIKE $4 ESCAPE '\\' OR slug LIKE $4 ESCAPE '\\') \
             ORDER BY created_at, id LIMIT $5",
        )
        .bind(organization.as_str())
        .bind(at)
        .bind(id)
        .bind(slice.pattern())
        .bind(slice.limit)
        .fetch_all(self.pool())
        .await
        .doing("list the projects")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Gives a project another name, unless it was changed since it was seen.
    pub async fn rename_project(
        &self,
        organization: &OrgId,
        project: impl Into<Seen<'_, ProjectId>>,
        name: &str,
    ) -> Result<Changed, StoreError> {
        let doing = "rename a project";
        let Seen { id, revision } = project.into();
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE projects SET name = $3, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND ($4 IS NULL OR revision = $4)",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(name)
        .bind(revision)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            let exists =
                "SELECT EXISTS (SELECT 1 FROM projects WHERE organization_id = $1 AND id = $2)";
            return unchanged(&mut transaction, exists, organization.as_str(), id.as_str()).await;
        }
        transaction.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }

    /// Deletes a project. Answers false when it is not there.
    pub async fn delete_project(
        &self,
        organization: &OrgId,
        id: &ProjectId,
    ) -> Result<bool, StoreError> {
        let deleted = query("DELETE FROM projects WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(self.pool())
            .await
            .doing("delete a project")?;
        Ok(deleted.rows_affected() > 0)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    slug: String,
    name: String,
    created_at: i64,
    revision: i64,
}

impl Row {
    fn read(self) -> Result<Project, StoreError> {
        Ok(Project {
            id: store::id(&self.id)?,
            slug: self.slug,
            name: self.name,
            created_at: store::moment(self.created_at)?,
            revision: self.revision,
        })
    }
}
