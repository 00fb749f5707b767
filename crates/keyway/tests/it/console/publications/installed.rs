use http::Method;
use serde_json::json;

use super::world::{INTEGRATIONS, old_form};
use crate::console::form::{Form, confirm, fill, follow, plain, secret};
use crate::installs::world::World;
use crate::support::browser::Browser;

const TRACKER: &str = "/console/publications/new?provider=tracker";

#[tokio::test]
async fn a_provider_that_a_developer_registered_is_published_through_with_its_own_scopes() {
    let mut world = World::start().await;
    let list = plain(world.owner.get(INTEGRATIONS).await.text());
    for part in [
        "tracker-key",
        "consent in the browser",
        "keys that are typed in",
        TRACKER,
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let shown = world.owner.get(TRACKER).await;
    let form = Form::of(&shown, TRACKER);
    assert_eq!(form.value("scope.issue.read"), "on");
    assert_eq!(form.value("scope.issue.delete"), "");
    assert!(plain(shown.text()).contains("delete issues"));
    let form = form.with("name", "Issues").with("scope.issue.delete", "on");
    let made = form.send(&mut world.owner).await;
    secret(&made);
    let all = world.app.get("/v1/publications").send().await.json();
    let published = &all["publications"][0];
    assert_eq!(published["scopes"], json!(["issue.read", "issue.delete"]));
    assert_eq!(published["granularity"], "per_event");
    let id = published["id"].as_str().unwrap();
    let page = format!("/console/publications/{id}");
    let told = plain(world.owner.get(&page).await.text());
    for part in [
        "to be installed",
        "Install it next",
        &format!("/install/tracker?publication={id}"),
        "/install/tracker/callback",
        "read issues",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let edit = format!("{page}/edit");
    let less = Form::of(&world.owner.get(&edit).await, &edit);
    let less = less.with("scope.issue.delete", "");
    let saved = less.send(&mut world.owner).await;
    assert_eq!(saved.status(), 303, "{}", saved.text());
    let now = world
        .app
        .get(&format!("/v1/publications/{id}"))
        .send()
        .await;
    assert_eq!(now.json()["scopes"], json!(["issue.read"]));
}

#[tokio::test]
async fn a_setup_link_is_shown_once_and_revoked_after_a_question() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    let page = format!("/console/publications/{}", published.id);
    let made = fill(&mut world.owner, &page, &format!("{page}/setup-link"), &[]).await;
    let link = secret(&made);
    let path = link.find("/install/tracker/setup/").map(|at| &link[at..]);
    let path = path.unwrap().to_owned();
    let mut somebody = Browser::of(&world.app);
    assert_eq!(somebody.get(&path).await.status(), 200);
    let shown = plain(world.owner.get(&page).await.text());
    assert!(shown.contains("A setup link works until") && !shown.contains(&path));
    let revoke = format!("{page}/setup-link/revoke");
    let done = confirm(&mut world.owner, &revoke).await;
    let told = follow(&mut world.owner, &done).await;
    assert!(told.contains("The setup link is revoked."), "{told}");
    assert_eq!(somebody.get(&path).await.status(), 404);
    assert_eq!(
        confirm(&mut world.owner, &revoke).await.status(),
        404,
        "none works any more"
    );
}

#[tokio::test]
async fn what_is_installed_is_shown_with_its_workspace_and_uninstalled_after_a_question() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let page = format!("/console/publications/{}", published.id);
    let told = plain(world.owner.get(&page).await.text());
    for part in ["It is installed.", "Install again", "T1", "Ada Lovelace"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let uninstall = format!("{page}/uninstall");
    let question = world.owner.get(&uninstall).await;
    assert!(plain(question.text()).contains("Uninstall Issues?"));
    assert_eq!(world.shown(&published).await["state"], "installed");
    let done = confirm(&mut world.owner, &uninstall).await;
    let told = follow(&mut world.owner, &done).await;
    for part in ["Uninstalled.", "paused", "Install it again, and resume it."] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(world.shown(&published).await["state"], "revoked");
    let list = plain(world.owner.get(INTEGRATIONS).await.text());
    assert!(
        list.contains("uninstalled") && list.contains("paused"),
        "{list}"
    );
}

#[tokio::test]
async fn each_state_of_an_installation_says_what_to_do_next() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let page = format!("/console/publications/{}", published.id);
    for (state, told) in [
        ("waiting", "Somebody there has to agree first."),
        ("suspended", "Whoever administers that can lift it."),
        ("needs_reauth", "The other system takes its token no more."),
    ] {
        world
            .sql(&format!("UPDATE installations SET state = '{state}'"))
            .await;
        let shown = plain(world.owner.get(&page).await.text());
        assert!(shown.contains(told), "{state}: {shown}");
    }
}

#[tokio::test]
async fn settings_that_nobody_touched_are_not_written_over_what_installing_learnt() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    let page = format!("/console/publications/{}", published.id);
    let old = old_form(&mut world.owner, &page).await;
    let fields = json!({ "fields": { "clientId": "app-1" } });
    let changed = world.ask(Method::PATCH, &published, "", fields).await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
    let touched = old.clone().with("settings", "{ \"clientId\": \"app-2\" }");
    let late = touched.send(&mut world.owner).await;
    assert_eq!(late.status(), 409, "{}", late.text());
    assert!(plain(late.text()).contains("app-1") && plain(late.text()).contains("app-2"));
    let saved = old.with("name", "Renamed").send(&mut world.owner).await;
    assert_eq!(saved.status(), 303, "{}", saved.text());
    let shown = world.shown(&published).await;
    assert_eq!(shown["settings"]["clientId"], "app-1");
    assert_eq!(shown["name"], "Renamed");
    // Having seen it, one may replace it.
    let again = Form::of(&late, &format!("{page}/edit"));
    let again = again.with("revision", "2").send(&mut world.owner).await;
    assert_eq!(again.status(), 303, "{}", again.text());
    assert_eq!(
        world.shown(&published).await["settings"]["clientId"],
        "app-2"
    );
}
