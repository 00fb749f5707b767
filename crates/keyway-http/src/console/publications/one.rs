use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::tz::TimeZone;
use keyway_app::inbox::ListDeliveries;
use keyway_app::installations::InstallationView;
use keyway_app::publications::{IntegrationView, PublicationView};
use keyway_core::{Error, PublicationId};
use keyway_pages::console_context::{Filled, Installed, Publication};

use serde_json::Value;

use super::line::{name_of, path, web_address};
use super::typed;
use crate::console::member::{Admin, Member};
use crate::console::rows::actor_href;
use crate::console::show::moment;
use crate::console::webhooks;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// How many of its deliveries are shown.
const DELIVERIES: u32 = 10;

/// `GET /console/publications/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
) -> Result<Response, Refusal> {
    let view = shared.app.publications().show(admin.who(), &id).await?;
    let page = page(&shared, &admin, view, Filled::new()).await?;
    admin.show(&shared, &page).await
}

/// The page of a publication, with the form of another secret as it was sent.
pub(super) async fn page(
    shared: &Shared,
    member: &Member,
    view: PublicationView,
    rotation: Filled,
) -> Result<Publication, Error> {
    let (app, who) = (&shared.app, member.who());
    let providers = app.publications().integrations(who).await?;
    let provider = providers.iter().find(|one| one.id == view.provider);
    let installation = match provider {
        Some(_) => Some(app.installations().show(who, &view.installation).await?),
        None => None,
    };
    let list = ListDeliveries {
        publication: Some(view.id.as_str()),
        limit: Some(DELIVERIES),
        ..ListDeliveries::default()
    };
    let usage = app.publications().usage(who, &view.id).await?;
    let today = shared.clock.now().to_zoned(TimeZone::UTC).date();
    let deliveries = app.deliveries().list(who, &list).await?.deliveries;
    let by = installation
        .as_ref()
        .and_then(|of| of.installed_by.as_deref());
    let ids = [&*view.service_account, &*view.created_by, &*view.changed_by];
    let names = app.names(who, ids.into_iter().chain(by)).await?;
    Ok(Publication {
        path: path(&view.id),
        provider: name_of(&providers, &view.provider),
        installed: installed(shared, &view, provider.zip(installation), &names),
        paused: view.paused,
        account: named(&names, &view.service_account),
        account_href: actor_href(&view.service_account),
        granularity: view.granularity.as_str(),
        scopes: provider.map_or_else(Vec::new, |of| typed::boxes(of, &view.scopes)),
        settings: typed::pretty(&view.settings),
        triggers: typed::pretty(&view.triggers),
        limits: some(&view.limits),
        schedule: some(&view.schedule),
        next_run: view
            .next_run_at
            .filter(|_| !view.paused)
            .map(|at| moment(shared, at)),
        used: usage
            .first()
            .filter(|last| last.day == today)
            .map(|last| (last.turns, last.tokens)),
        made: moment(shared, view.created_at),
        made_by: named(&names, &view.created_by),
        changed: moment(shared, view.changed_at),
        changed_by: named(&names, &view.changed_by),
        deliveries: webhooks::lines(shared, &deliveries),
        all_deliveries: format!("/console/webhooks?publication={}", view.id),
        rotation,
        id: view.id.to_string(),
        name: view.name,
        agent: view.agent,
    })
}

/// A JSON object as people read it; nothing where there is nothing in it.
fn some(value: &Value) -> Option<String> {
    let fields = value.as_object().filter(|fields| !fields.is_empty());
    fields.map(|_| typed::pretty(value))
}

fn installed(
    shared: &Shared,
    view: &PublicationView,
    of: Option<(&IntegrationView, InstallationView)>,
    names: &HashMap<String, String>,
) -> Installed {
    let workspace = view.workspace.clone();
    let (bot, url) = workspace.as_ref().map_or((None, None), |there| {
        (there.bot_name.clone(), there.url.clone())
    });
    let known = Installed {
        state: view.state,
        next: "gone",
        placeless: view.url.starts_with('/'),
        webhook: view.url.clone(),
        callback: None,
        page: None,
        workspace: workspace.map(|there| there.name),
        workspace_url: url.as_deref().and_then(web_address),
        bot,
        at: None,
        by: None,
        link_until: None,
        before_until: None,
    };
    let Some((provider, of)) = of else {
        return known;
    };
    let in_browser = provider.install != "credentials";
    let installs = in_browser || !provider.fields.is_empty();
    let page = format!("/install/{}?publication={}", view.provider, view.id);
    Installed {
        next: if installs { view.state } else { "paste" },
        page: installs.then_some(page),
        callback: in_browser.then_some(of.addresses.callback),
        at: of.installed_at.map(|at| moment(shared, at)),
        by: of.installed_by.map(|by| named(names, &by)),
        link_until: of.setup_link_until.map(|until| moment(shared, until)),
        before_until: of.secret_before_until.map(|until| moment(shared, until)),
        ..known
    }
}

fn named(names: &HashMap<String, String>, id: &str) -> String {
    names.get(id).cloned().unwrap_or_else(|| id.to_owned())
}
