use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::oauth::Registration;
use keyway_app::people::{OrganizationView, SignInView, Signup};
use keyway_pages::console_context::{Filled, Settings, SignInFacts};

use crate::console::form::{Now, refused, sent, stale};
use crate::console::member::Admin;
use crate::console::rows::{is_stale, sent_revision, shown_revision};
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/settings`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let organization = shared.app.people().organization(admin.who()).await?;
    let form = Filled::new()
        .with("name", organization.name.as_str())
        .of_revision(shown_revision(organization.revision));
    let page = page(&shared, &admin, organization, form).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/settings`: another name of the organization.
pub(super) async fn rename(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let (name, revision) = (form.get("name"), sent_revision(&form));
    let renamed = people.rename_organization(admin.who(), name, revision);
    let Err(error) = renamed.await else {
        return Ok(done("/console/settings", "organization-renamed"));
    };
    let organization = people.organization(admin.who()).await?;
    let sent = sent(&form, &["name"]);
    let (status, sent) = if is_stale(&error) {
        let now = Now {
            name: "name",
            label: "settings-name",
            value: organization.name.clone(),
        };
        let sent = stale(sent, vec![now], shown_revision(organization.revision));
        if sent.changed.is_empty() {
            // Somebody else wanted the same.
            return Ok(done("/console/settings", "organization-renamed"));
        }
        (StatusCode::CONFLICT, sent)
    } else {
        refused(error, sent)?
    };
    let page = page(&shared, &admin, organization, sent).await?;
    admin.show_as(&shared, &page, status).await
}

async fn page(
    shared: &Shared,
    admin: &Admin,
    organization: OrganizationView,
    form: Filled,
) -> Result<Settings, Refusal> {
    let sign_in = shared.app.people().sign_in_view(admin.who()).await?;
    Ok(Settings {
        id: organization.id.to_string(),
        slug: organization.slug,
        form,
        sign_in: facts(sign_in),
        registration: match shared.app.oauth().settings().registration {
            Registration::Open => "open",
            Registration::Closed => "closed",
        },
    })
}

fn facts(view: SignInView) -> SignInFacts {
    let (signup, domains) = match view.signup {
        Signup::Closed => ("closed", Vec::new()),
        Signup::Invited => ("invited", Vec::new()),
        Signup::Domains(domains) => ("domains", domains),
        Signup::Open => ("open", Vec::new()),
    };
    SignInFacts {
        signup,
        domains,
        providers: view.providers,
        password: view.password_min_length,
        idle_hours: hours(view.session_idle),
        life_hours: hours(view.session_lifetime),
    }
}

/// Whole hours, one at least.
fn hours(time: Duration) -> u64 {
    (time.as_secs() / 3600).max(1)
}
