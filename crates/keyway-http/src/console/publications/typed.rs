//! The form of a publication: what was typed, what is stored, and what is wrong with it.

use keyway_app::publications::{
    IntegrationView, PublicationDraft, PublicationPatch, PublicationView,
};
use keyway_core::{Error, Problem, Secret};
use keyway_pages::console_context::{Filled, ScopeLine};
use serde_json::{Map, Value};

use crate::console::form;
use crate::console::rows::{sent_revision, shown_revision};
use crate::pages::PageForm;

/// The fields whose values are shown again, beside one of each scope. No secret is among them.
const SHOWN: [&str; 9] = [
    "name",
    "agent",
    "service_account",
    "granularity",
    "settings",
    "settings_was",
    "triggers",
    "limits",
    "schedule",
];

/// The fields that are JSON objects.
const JSON: [&str; 4] = ["settings", "triggers", "limits", "schedule"];

/// What a new publication is like where nothing is said.
pub(super) fn usual(of: &IntegrationView, agent: &str) -> Filled {
    let form = Filled::new()
        .with("agent", agent)
        .with("granularity", of.usual_granularity.as_str())
        .with("settings", "{}")
        .with("triggers", "{}")
        .with("limits", "{}")
        .with("schedule", "{}");
    let usual = of.scopes.iter().filter(|scope| scope.usual);
    usual.fold(form, |form, scope| form.with(&field(scope.name), "on"))
}

/// The form of a publication that is there.
pub(super) fn stored(of: &IntegrationView, view: &PublicationView) -> Filled {
    let settings = pretty(&view.settings);
    let form = Filled::new()
        .with("name", &view.name)
        .with("agent", &view.agent)
        .with("granularity", view.granularity.as_str())
        .with("settings", &settings)
        .with("settings_was", settings)
        .with("triggers", pretty(&view.triggers))
        .with("limits", pretty(&view.limits))
        .with("schedule", pretty(&view.schedule))
        .with("scopes", view.scopes.join(", "))
        .of_revision(shown_revision(view.revision));
    let offered = of.scopes.iter().map(|scope| scope.name);
    let granted = offered.filter(|name| view.scopes.iter().any(|one| one == name));
    granted.fold(form, |form, name| form.with(&field(name), "on"))
}

/// What was sent, to be shown again. JSON is laid out as it is where it is stored.
pub(super) fn sent(of: &IntegrationView, form: &PageForm) -> Filled {
    let boxes: Vec<_> = of.scopes.iter().map(|scope| field(scope.name)).collect();
    let fields = SHOWN.into_iter().chain(boxes.iter().map(String::as_str));
    let fields: Vec<_> = fields.collect();
    let filled = form::sent(form, &fields).with("scopes", scopes(of, form).join(", "));
    JSON.into_iter()
        .fold(filled, |filled, name| match object(form, name) {
            Ok(value) => filled.with(name, pretty(&value)),
            Err(_) => filled,
        })
}

/// A publication as it was typed.
pub(super) fn draft(of: &IntegrationView, form: &PageForm) -> Result<PublicationDraft, Error> {
    let [settings, triggers, limits, schedule] = objects(form)?;
    Ok(PublicationDraft {
        provider: of.id.to_owned(),
        name: form.get("name").trim().to_owned(),
        agent: form.get("agent").to_owned(),
        service_account: form.get("service_account").to_owned(),
        granularity: Some(form.get("granularity").to_owned()),
        settings,
        triggers,
        limits,
        schedule,
        scopes: Some(scopes(of, form)),
        secret: secret(form),
    })
}

/// What is to change of a publication. Settings that nobody touched stay as they are: installing changes
/// them too.
pub(super) fn patch(of: &IntegrationView, form: &PageForm) -> Result<PublicationPatch, Error> {
    let [settings, triggers, limits, schedule] = objects(form)?;
    let touched = object(form, "settings_was").ok().as_ref() != Some(&settings);
    Ok(PublicationPatch {
        revision: Some(sent_revision(form).unwrap_or_default()),
        name: Some(form.get("name").trim().to_owned()),
        agent: Some(form.get("agent").to_owned()),
        granularity: Some(form.get("granularity").to_owned()),
        settings: touched.then_some(settings),
        triggers: Some(triggers),
        limits: Some(limits),
        schedule: Some(schedule),
        scopes: Some(scopes(of, form)),
        paused: None,
    })
}

/// Whether settings were typed over others than those that are stored.
pub(super) fn settings_are_old(patch: &PublicationPatch, form: &PageForm, now: &Value) -> bool {
    patch.settings.is_some() && object(form, "settings_was").ok().as_ref() != Some(now)
}

/// What is wrong, at the fields of the form, in which settings and triggers are one text each.
pub(super) fn at_fields(error: Error) -> Error {
    if error.problems().is_empty() {
        return error;
    }
    let mut all: Vec<Problem> = Vec::new();
    for problem in error.problems() {
        let pointer = problem.pointer.trim_start_matches('/');
        let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
        let field = match first {
            "serviceAccount" => "service_account",
            other => other,
        };
        let expected = match (field, rest) {
            (field, rest) if JSON.contains(&field) && !rest.is_empty() => {
                format!("{}, at /{rest}", problem.expected)
            }
            _ => problem.expected.clone(),
        };
        let pointer = format!("/{field}");
        match all.iter_mut().find(|one| one.pointer == pointer) {
            Some(there) if there.expected != expected => {
                there.expected = format!("{}; {expected}", there.expected);
            }
            Some(_) => {}
            None => all.push(Problem { pointer, expected }),
        }
    }
    Error::invalid_input(all)
}

/// The scopes of a provider, with the fields that grant them.
pub(super) fn boxes(of: &IntegrationView, granted: &[String]) -> Vec<ScopeLine> {
    let line = |scope: &keyway_app::publications::ScopeView| ScopeLine {
        field: field(scope.name),
        name: scope.name.to_owned(),
        description: scope.description.to_owned(),
        granted: granted.iter().any(|name| name == scope.name),
    };
    of.scopes.iter().map(line).collect()
}

/// JSON as people read it.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn scopes(of: &IntegrationView, form: &PageForm) -> Vec<String> {
    let all = of.scopes.iter().map(|scope| scope.name);
    let on = all.filter(|name| form.get(&field(name)) == "on");
    on.map(str::to_owned).collect()
}

fn field(scope: &str) -> String {
    format!("scope.{scope}")
}

/// A JSON object that was typed; an empty one where nothing was.
fn object(form: &PageForm, name: &str) -> Result<Value, Error> {
    let text = form.get(name).trim();
    if text.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let wrong = |expected: String| Error::invalid_at(format!("/{name}"), expected);
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(wrong("a JSON object, which stands in { and }".into())),
        Err(error) => Err(wrong(format!(
            "a JSON object; this stops being one in line {}, column {}",
            error.line(),
            error.column()
        ))),
    }
}

/// What was typed as JSON, or everything that is wrong with any of it.
fn objects(form: &PageForm) -> Result<[Value; 4], Error> {
    let mut problems = Vec::new();
    let all = JSON.map(|name| {
        object(form, name).unwrap_or_else(|error| {
            problems.extend(error.problems().to_vec());
            Value::Null
        })
    });
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(Error::invalid_input(problems))
    }
}

/// A secret that was typed, if one was.
pub(super) fn secret(form: &PageForm) -> Option<Secret<String>> {
    Some(form.secret("secret")).filter(|secret| !secret.expose().is_empty())
}
