use keyway_testkit::models::{Script, Turn};
use serde_json::Value;

use crate::console::form::{Form, fill, secret};
use crate::support::browser::{Browser, set_up};
use crate::webhooks::world::{Desk, settings};

pub(super) const INTEGRATIONS: &str = "/console/integrations";
pub(super) const NEW: &str = "/console/publications/new";
pub(super) const WEBHOOK: &str = "/console/publications/new?provider=webhook";

/// A gateway whose agent is published, and its owner at a browser.
pub(super) async fn desk(turns: Vec<Turn>) -> (Desk, Browser) {
    let desk = Desk::new(Script::from(turns)).await;
    let owner = set_up(&desk.lab.app).await;
    (desk, owner)
}

/// The page of the publication of a desk.
pub(super) fn page(desk: &Desk) -> String {
    format!("/console/publications/{}", desk.id())
}

/// Publishes the agent of a desk once more by the form, and leaves the desk with that one.
pub(super) async fn publish(desk: &mut Desk, owner: &mut Browser, name: &str) {
    let settings = settings().to_string();
    let fields = [
        ("name", name),
        ("granularity", "per_thread"),
        ("settings", &settings),
    ];
    let made = fill(owner, WEBHOOK, WEBHOOK, &fields).await;
    desk.secret = secret(&made);
    let on = made.text().split("/console/publications/pub_").nth(1);
    let id = on.unwrap().split('"').next().unwrap();
    desk.publication = desk.get(&format!("/v1/publications/pub_{id}")).await;
}

/// What the form of a publication would change it to.
pub(super) async fn old_form(owner: &mut Browser, page: &str) -> Form {
    let at = format!("{page}/edit");
    let shown = owner.get(&at).await;
    assert_eq!(shown.status(), 200, "{}", shown.text());
    Form::of(&shown, &at)
}

pub(super) fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap()
}
