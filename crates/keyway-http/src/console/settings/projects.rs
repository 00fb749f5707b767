use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::Seen;
use keyway_app::people::ProjectView;
use keyway_core::ProjectId;
use keyway_pages::console_context::{Filled, ProjectLine, ProjectPage, Projects};

use crate::console::form::{Now, refused, sent, stale};
use crate::console::member::Admin;
use crate::console::rows::{ask, is_stale, sent_revision, shown_revision};
use crate::console::show::{done, moment};
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

const HERE: &str = "/console/settings/projects";

/// `GET /console/settings/projects`
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let (people, part) = (shared.app.people(), admin.part());
    let listed = people.list_projects(admin.who(), &part).await?;
    let page = Projects {
        query: admin.params.get("q").to_owned(),
        pager: admin.pager(&["q"], listed.next_cursor.as_deref()),
        projects: listed
            .rows
            .into_iter()
            .map(|row| line(&shared, row))
            .collect(),
    };
    admin.show(&shared, &page).await
}

/// `GET /console/settings/projects/new`
pub(super) async fn new(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let page = ProjectPage {
        project: None,
        form: Filled::new(),
    };
    admin.show(&shared, &page).await
}

/// `POST /console/settings/projects/new`
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let made = people.create_project(admin.who(), form.get("slug").trim(), form.get("name"));
    match made.await {
        Ok(_) => Ok(done(HERE, "project-made")),
        Err(error) => {
            let taken = error.code() == "slug_taken";
            let (status, mut filled) = refused(error, sent(&form, &["slug", "name"]))?;
            if taken && let Some(message) = filled.message.take() {
                filled.errors.insert("slug".to_owned(), message);
            }
            let page = ProjectPage {
                project: None,
                form: filled,
            };
            admin.show_as(&shared, &page, status).await
        }
    }
}

/// `GET /console/settings/projects/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ProjectId>,
) -> Result<Response, Refusal> {
    let project = shared.app.people().project(admin.who(), &id).await?;
    let page = ProjectPage {
        form: Filled::new()
            .with("name", project.name.as_str())
            .of_revision(shown_revision(project.revision)),
        project: Some(line(&shared, project)),
    };
    admin.show(&shared, &page).await
}

/// `POST /console/settings/projects/{id}`: another name.
pub(super) async fn rename(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ProjectId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let (people, seen) = (shared.app.people(), Seen::at(&id, sent_revision(&form)));
    let renamed = people.rename_project(admin.who(), seen, form.get("name"));
    let Err(error) = renamed.await else {
        return Ok(done(&format!("{HERE}/{id}"), "project-renamed"));
    };
    let project = people.project(admin.who(), &id).await?;
    let sent = sent(&form, &["name"]);
    let (status, form) = if is_stale(&error) {
        let now = Now {
            name: "name",
            label: "projects-name",
            value: project.name.clone(),
        };
        let sent = stale(sent, vec![now], shown_revision(project.revision));
        if sent.changed.is_empty() {
            // Somebody else wanted the same.
            return Ok(done(&format!("{HERE}/{id}"), "project-renamed"));
        }
        (StatusCode::CONFLICT, sent)
    } else {
        refused(error, sent)?
    };
    let page = ProjectPage {
        project: Some(line(&shared, project)),
        form,
    };
    admin.show_as(&shared, &page, status).await
}

/// `GET /console/settings/projects/{id}/delete`
pub(super) async fn ask_delete(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ProjectId>,
) -> Result<Response, Refusal> {
    let project = shared.app.people().project(admin.who(), &id).await?;
    let href = format!("{HERE}/{id}");
    let page = ask("project-delete", &project.name, &href, "delete");
    admin.show(&shared, &page).await
}

/// `POST /console/settings/projects/{id}/delete`
pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<ProjectId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    people.delete_project(admin.who(), &id).await?;
    Ok(done(HERE, "project-deleted"))
}

fn line(shared: &Shared, project: ProjectView) -> ProjectLine {
    ProjectLine {
        href: format!("{HERE}/{}", project.id),
        slug: project.slug,
        name: project.name,
        since: moment(shared, project.created_at),
    }
}
