use jiff::Timestamp;
use keyway_core::{Error, Principal, ProjectId};

use super::People;

/// A project: a named slice of an organization.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectView {
    /// Its id.
    pub id: ProjectId,
    /// Its name in commands and URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl People {
    /// The projects of the organization of `who`, oldest first.
    pub async fn projects(&self, who: &Principal) -> Result<Vec<ProjectView>, Error> {
        let _ = who;
        todo!()
    }

    /// Makes a project.
    pub async fn create_project(
        &self,
        who: &Principal,
        slug: &str,
        name: &str,
    ) -> Result<ProjectView, Error> {
        let _ = (who, slug, name);
        todo!()
    }

    /// Gives a project another name.
    pub async fn rename_project(
        &self,
        who: &Principal,
        id: &ProjectId,
        name: &str,
    ) -> Result<ProjectView, Error> {
        let _ = (who, id, name);
        todo!()
    }

    /// Deletes a project.
    pub async fn delete_project(&self, who: &Principal, id: &ProjectId) -> Result<(), Error> {
        let _ = (who, id);
        todo!()
    }
}
