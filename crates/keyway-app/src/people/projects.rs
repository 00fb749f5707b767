use jiff::Timestamp;
use keyway_core::{Error, Principal, ProjectId};
use keyway_store::{Changed, Project, Reason, Seen};

use super::{People, changed_meanwhile, error};
use crate::audit::{Event, EventKind};
use crate::{Listed, Part};

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
    /// How often it was changed, from 1. A change may name the one it was made of.
    pub revision: i64,
}

impl People {
    /// The projects of the organization of `who`, oldest first.
    pub async fn projects(&self, who: &Principal) -> Result<Vec<ProjectView>, Error> {
        self.administer(who).await?;
        let all = self.parts.store.projects(who.organization()).await?;
        Ok(all.into_iter().map(view).collect())
    }

    /// A part of the projects of the organization of `who`, oldest first. Searched are names and
    /// slugs.
    pub async fn list_projects(
        &self,
        who: &Principal,
        part: &Part<'_>,
    ) -> Result<Listed<ProjectView>, Error> {
        self.administer(who).await?;
        let wanted = part.read()?;
        let store = &self.parts.store;
        let found = store.projects_slice(who.organization(), wanted.slice());
        let place = |row: &Project| (row.created_at, row.id.to_string());
        Ok(wanted.listed(found.await?, place, view))
    }

    /// One project of the organization of `who`.
    pub async fn project(&self, who: &Principal, id: &ProjectId) -> Result<ProjectView, Error> {
        self.administer(who).await?;
        let found = self.parts.store.project(who.organization(), id).await?;
        found.map(view).ok_or_else(not_found)
    }

    /// Makes a project.
    pub async fn create_project(
        &self,
        who: &Principal,
        slug: &str,
        name: &str,
    ) -> Result<ProjectView, Error> {
        let parts = &self.parts;
        let id = ProjectId::generate(&*parts.clock, &*parts.random);
        let event = project_changed(who, &id);
        let change = async {
            self.administer(who).await?;
            let new = Project {
                id,
                slug: error::slug(slug)?,
                name: error::name(name)?,
                created_at: self.now(),
                revision: 1,
            };
            let made = parts.store.create_project(who.organization(), &new).await;
            made.map_err(|found| match found.reason() {
                Reason::Conflict => {
                    error::conflict("slug_taken", "a project of this slug is there already")
                }
                _ => found.into(),
            })?;
            Ok(view(new))
        };
        self.change(event, change).await
    }

    /// Gives a project another name; `changed_meanwhile` when it is not what it was when it was seen.
    pub async fn rename_project(
        &self,
        who: &Principal,
        project: impl Into<Seen<'_, ProjectId>>,
        name: &str,
    ) -> Result<ProjectView, Error> {
        let seen = project.into();
        let change = async {
            self.administer(who).await?;
            let (store, name) = (&self.parts.store, error::name(name)?);
            let renamed = store
                .rename_project(who.organization(), seen, &name)
                .await?;
            let found = store.project(who.organization(), seen.id).await?;
            let found = found.map(view).ok_or_else(not_found)?;
            match renamed {
                Changed::Stale => Err(stale(&found)),
                _ => Ok(found),
            }
        };
        self.change(project_changed(who, seen.id), change).await
    }

    /// Deletes a project.
    pub async fn delete_project(&self, who: &Principal, id: &ProjectId) -> Result<(), Error> {
        let change = async {
            self.administer(who).await?;
            let store = &self.parts.store;
            let found = store.delete_project(who.organization(), id).await?;
            found.then_some(()).ok_or_else(not_found)
        };
        self.change(project_changed(who, id), change).await
    }
}

fn project_changed(who: &Principal, id: &ProjectId) -> Event {
    Event::new(EventKind::ProjectChanged, who).target("project", id.as_str())
}

fn view(project: Project) -> ProjectView {
    ProjectView {
        id: project.id,
        slug: project.slug,
        name: project.name,
        created_at: project.created_at,
        revision: project.revision,
    }
}

/// A project is not what it was when it was seen.
fn stale(now: &ProjectView) -> Error {
    let (name, revision) = (&now.name, now.revision);
    let is = format!("its name is “{name}” (revision {revision})");
    changed_meanwhile("the project", &is)
}

fn not_found() -> Error {
    error::not_found("project_not_found", "there is no project with this id")
}
