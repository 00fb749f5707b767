use jiff::Timestamp;
use keyway_core::{OrgId, ProjectId};

use crate::error::Doing as _;
use crate::{Store, StoreError, store};

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
}

impl Store {
    /// Makes a project. A taken slug is [`crate::Reason::Conflict`].
    pub async fn create_project(
        &self,
        organization: &OrgId,
        new: &Project,
    ) -> Result<(), StoreError> {
        sqlx::query(
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
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, slug, name, created_at FROM projects \
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
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, slug, name, created_at FROM projects \
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
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, slug, name, created_at FROM projects \
             WHERE organization_id = $1 AND slug = $2",
        )
        .bind(organization.as_str())
        .bind(slug)
        .fetch_optional(self.pool())
        .await
        .doing("read a project")?;
        row.map(Row::read).transpose()
    }

    /// Gives a project another name. Answers false when it is not there.
    pub async fn rename_project(
        &self,
        organization: &OrgId,
        id: &ProjectId,
        name: &str,
    ) -> Result<bool, StoreError> {
        let changed =
            sqlx::query("UPDATE projects SET name = $3 WHERE organization_id = $1 AND id = $2")
                .bind(organization.as_str())
                .bind(id.as_str())
                .bind(name)
                .execute(self.pool())
                .await
                .doing("rename a project")?;
        Ok(changed.rows_affected() > 0)
    }

    /// Deletes a project. Answers false when it is not there.
    pub async fn delete_project(
        &self,
        organization: &OrgId,
        id: &ProjectId,
    ) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM projects WHERE organization_id = $1 AND id = $2")
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
}

impl Row {
    fn read(self) -> Result<Project, StoreError> {
        Ok(Project {
            id: store::id(&self.id)?,
            slug: self.slug,
            name: self.name,
            created_at: store::moment(self.created_at)?,
        })
    }
}
