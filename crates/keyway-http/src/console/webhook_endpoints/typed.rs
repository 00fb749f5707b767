//! The form of an endpoint: what was typed, and what is stored.

use keyway_app::webhook_endpoints::{EndpointView, EventType};
use keyway_pages::console_context::{EventTypeLine, Filled};

use crate::console::form;
use crate::console::rows::shown_revision;
use crate::pages::PageForm;

/// The types of events to choose.
pub(super) fn types() -> Vec<EventTypeLine> {
    let line = |one: EventType| EventTypeLine {
        field: field(one.name),
        name: one.name,
        text: one.name.replace('.', "-"),
    };
    EventType::ALL.map(line).into()
}

/// The form with every type chosen.
pub(super) fn usual() -> Filled {
    let all = EventType::ALL.into_iter();
    all.fold(Filled::new(), |form, one| form.with(&field(one.name), "on"))
}

/// The form of an endpoint that is there.
pub(super) fn stored(view: &EndpointView) -> Filled {
    let form = Filled::new()
        .with("url", &view.url)
        .with("events", view.events.join(", "))
        .of_revision(shown_revision(view.revision));
    let events = view.events.iter();
    events.fold(form, |form, name| form.with(&field(name), "on"))
}

/// What was sent, to be shown again.
pub(super) fn sent(form: &PageForm) -> Filled {
    let fields: Vec<_> = EventType::ALL.iter().map(|one| field(one.name)).collect();
    let fields: Vec<_> = fields.iter().map(String::as_str).chain(["url"]).collect();
    form::sent(form, &fields).with("events", events(form).join(", "))
}

/// The types that were chosen.
pub(super) fn events(form: &PageForm) -> Vec<String> {
    let chosen = EventType::ALL.into_iter();
    let chosen = chosen.filter(|one| form.get(&field(one.name)) == "on");
    chosen.map(|one| one.name.to_owned()).collect()
}

fn field(name: &str) -> String {
    format!("event_{}", name.replace('.', "_"))
}
