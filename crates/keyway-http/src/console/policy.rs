use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::Part;
use keyway_app::policy::{Access, Explained, PolicyView, Question, Tags};
use keyway_core::{Error, Scopes};
use keyway_pages::console_context::{Filled, Policy, PolicyCheck, PolicyOutcome, PolicyText};

use super::form::refused;
use super::member::Admin;
use super::routes::Route;
use crate::refusal::Refusal;
use crate::shared::Shared;

const FIELDS: [&str; 5] = ["principal", "tool", "access", "client", "scopes"];

/// How many tools are named to choose from; any other is typed.
const CHOICES: usize = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/policy").nav("policy").get(show),
        Route::admin("/console/policy/check").get(check),
    ]
}

/// `GET /console/policy`
async fn show(State(shared): State<Arc<Shared>>, admin: Admin) -> Result<Response, Refusal> {
    let all = shared.app.policies(admin.who()).await?;
    let (built_in, own) = all
        .into_iter()
        .map(text)
        .partition(|policy| policy.built_in);
    admin.show(&shared, &Policy { own, built_in }).await
}

/// `GET /console/policy/check`: what is decided about a call, once `principal` and `tool` are named.
async fn check(State(shared): State<Arc<Shared>>, admin: Admin) -> Result<Response, Refusal> {
    let form = FIELDS.iter().fold(Filled::new(), |form, field| {
        let usual = match *field {
            "access" => "oauth",
            "scopes" => "mcp",
            _ => "",
        };
        form.with(field, admin.params.some(field).unwrap_or(usual))
    });
    let mut page = PolicyCheck {
        people: people(&shared, &admin).await?,
        tools: shared.app.tool_names(admin.who(), CHOICES),
        clients: clients(&shared, &admin).await?,
        outcome: None,
        form,
    };
    let asked = admin
        .params
        .some("principal")
        .zip(admin.params.some("tool"));
    let mut status = StatusCode::OK;
    if let Some((principal, tool)) = asked {
        match decide(&shared, &admin, &page.form, principal, tool).await {
            Ok(explained) => page.outcome = Some(outcome(&explained, principal)),
            Err(error) if error.code() == "unknown_principal" => {
                let nobody = "somebody of the organization who can come in";
                page.form = page.form.wrong("principal", &format!("expected: {nobody}"));
                status = StatusCode::UNPROCESSABLE_ENTITY;
            }
            Err(error) => (status, page.form) = refused(error, page.form)?,
        }
    }
    admin.show_as(&shared, &page, status).await
}

async fn decide(
    shared: &Shared,
    admin: &Admin,
    form: &Filled,
    principal: &str,
    tool: &str,
) -> Result<Explained, Error> {
    let value = |field: &str| form.values.get(field).map_or("", String::as_str);
    let access = value("access").parse::<Access>();
    let scopes = value("scopes").parse::<Scopes>();
    let question = Question {
        principal,
        tool,
        access: access.map_err(|error| Error::invalid_at("/access", error.to_string()))?,
        client: Some(value("client")).filter(|client| !client.is_empty()),
        scopes: scopes.map_err(|error| Error::invalid_at("/scopes", error.to_string()))?,
        tags: Tags::default(),
    };
    shared.app.check_policy(admin.who(), &question).await
}

/// The first people and machines of the organization, to choose from.
async fn people(shared: &Shared, admin: &Admin) -> Result<Vec<(String, String)>, Refusal> {
    let (people, part) = (shared.app.people(), Part::default());
    let members = people.list_members(admin.who(), &part).await?;
    let accounts = people.list_service_accounts(admin.who(), &part).await?;
    let members = members.rows.into_iter().map(|member| {
        let id = member.id.to_string();
        (member.email.unwrap_or(id), member.name)
    });
    let accounts = accounts.rows.into_iter();
    let accounts = accounts.map(|account| (account.id.to_string(), account.name));
    Ok(members.chain(accounts).collect())
}

/// The first clients of the organization, to choose from.
async fn clients(shared: &Shared, admin: &Admin) -> Result<Vec<(String, String)>, Refusal> {
    let oauth = shared.app.oauth();
    let clients = oauth.list_clients(admin.who(), &Part::default()).await?;
    let named = clients.rows.into_iter();
    Ok(named
        .map(|client| (client.id.to_string(), client.name))
        .collect())
}

fn outcome(explained: &Explained, principal: &str) -> PolicyOutcome {
    let policies: Vec<_> = explained.views().into_iter().map(text).collect();
    let decided = explained.decision.policies.iter();
    PolicyOutcome {
        decision: explained.outcome(),
        policy: explained.decision.verdict.as_str(),
        who: principal.to_owned(),
        tool: explained.tool.name.to_string(),
        known: explained.known,
        others: decided
            .filter(|id| !explained.policies.iter().any(|shown| shown.id == **id))
            .cloned()
            .collect(),
        policies,
    }
}

fn text(policy: PolicyView) -> PolicyText {
    PolicyText {
        effect: match (policy.approval.as_deref(), policy.effect) {
            (Some("required"), _) => "ask",
            (Some(_), _) => "waive",
            (None, "permit") => "permit",
            (None, _) => "forbid",
        },
        place: format!("{}:{}", policy.file, policy.line),
        id: policy.id,
        doc: policy.doc,
        built_in: policy.built_in,
        text: policy.text,
    }
}
