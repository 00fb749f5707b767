use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::publications::{IntegrationView, MadePublication};
use keyway_pages::console_context::{Filled, Issued, PublicationForm, PublicationProviders};

use super::line::{path, provider_lines, publish};
use super::typed;
use crate::console::form;
use crate::console::member::{Admin, Member};
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/publications/new`: the providers to choose from, or the form of the one that `provider`
/// names.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let integrations = shared.app.publications().integrations(admin.who()).await?;
    let agent = admin.params.get("agent");
    let Some(of) = asked_for(&integrations, &admin) else {
        return choose(&shared, &admin, &integrations).await;
    };
    let form = typed::usual(of, agent);
    let page = page(&shared, &admin, of, form).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/publications/new`: publishes, and shows the secret, this once.
pub(super) async fn send(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let publications = shared.app.publications();
    let integrations = publications.integrations(admin.who()).await?;
    let Some(of) = asked_for(&integrations, &admin) else {
        return choose(&shared, &admin, &integrations).await;
    };
    let made = async {
        let draft = typed::draft(of, &form)?;
        publications.create(admin.who(), &draft).await
    };
    match made.await {
        Ok(made) => admin.show(&shared, &issued(made)).await,
        Err(error) => {
            let sent = typed::sent(of, &form);
            let (status, filled) = form::refused(typed::at_fields(error), sent)?;
            let page = page(&shared, &admin, of, filled).await?;
            admin.show_as(&shared, &page, status).await
        }
    }
}

fn issued(made: MadePublication) -> Issued {
    Issued {
        key: "publication-made",
        secret: made.secret.expose().clone(),
        also: vec![("publication-webhook", made.publication.url)],
        on: path(&made.publication.id),
        name: made.publication.name,
    }
}

/// The provider that the address names, if there is one.
fn asked_for<'a>(all: &'a [IntegrationView], admin: &Admin) -> Option<&'a IntegrationView> {
    let wanted = admin.params.some("provider")?;
    all.iter().find(|one| one.id == wanted)
}

async fn choose(
    shared: &Shared,
    admin: &Admin,
    integrations: &[IntegrationView],
) -> Result<Response, Refusal> {
    let unknown = admin.params.some("provider").is_some();
    let page = PublicationProviders {
        providers: provider_lines(integrations, admin.params.get("agent")),
        unknown,
    };
    let status = if unknown {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    admin.show_as(shared, &page, status).await
}

async fn page(
    shared: &Shared,
    member: &Member,
    of: &IntegrationView,
    form: Filled,
) -> Result<PublicationForm, Refusal> {
    let accounts = shared.app.people().service_accounts(member.who()).await?;
    let open = accounts.into_iter().filter(|one| one.disabled_at.is_none());
    Ok(PublicationForm {
        action: publish(&[("provider", of.id)]),
        back: "/console/integrations".to_owned(),
        of: None,
        agents: agents(shared, member, None),
        accounts: open.map(|one| (one.id.to_string(), one.name)).collect(),
        ..fields(of, form)
    })
}

/// A form with what the provider says.
pub(super) fn fields(of: &IntegrationView, form: Filled) -> PublicationForm {
    let granularities = of.granularities.iter();
    PublicationForm {
        form,
        action: String::new(),
        back: String::new(),
        of: None,
        provider: of.display_name.to_owned(),
        agents: Vec::new(),
        accounts: Vec::new(),
        granularities: granularities.map(|one| one.as_str()).collect(),
        scopes: typed::boxes(of, &[]),
        example_settings: of.examples.settings,
        example_triggers: of.examples.triggers,
    }
}

/// The agents to choose from, with the one that is chosen now, even where it is no more.
pub(super) fn agents(
    shared: &Shared,
    member: &Member,
    chosen: Option<&str>,
) -> Vec<(String, String)> {
    let all = shared.app.agents(member.who());
    let mut all: Vec<_> = all.into_iter().map(|one| (one.slug, one.name)).collect();
    if let Some(slug) = chosen.filter(|chosen| !all.iter().any(|(slug, _)| slug == chosen)) {
        all.push((slug.to_owned(), slug.to_owned()));
    }
    all
}
