//! What is sealed goes to where it was typed in for, and nowhere else.

use http::Method;
use keyway_app::publications::PublicationPatch;
use keyway_app::webhook_endpoints::{EndpointDraft, EndpointPatch};
use keyway_core::{Actor, Principal, Role, Scopes, Subject, UserId};
use keyway_testkit::tracker::Tracker;
use serde_json::{Value, json};

use super::world::{Published, World};
use crate::support::browser::Browser;

/// Whoever administers changes the settings of a publication.
async fn set(world: &World, of: &Published, settings: Value) -> (u16, Value) {
    let path = format!("/v1/publications/{}", of.id);
    let ask = world.app.ask(Method::PATCH, &path).bearer(&world.app.key);
    let answer = ask.json(&json!({ "settings": settings })).send().await;
    (answer.status(), answer.json())
}

#[tokio::test]
async fn attack_a_key_is_not_sent_to_an_address_that_was_changed_behind_it() {
    let mut world = World::start().await;
    let published = world.publish("tracker-key").await;
    let key = world.tracker.make_key("T1");
    let body = json!({ "fields": { "apiKey": key } });
    let done = world.ask(Method::POST, &published, "/connect", body).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    let eve = Tracker::start().await;
    let there = json!({ "fields": { "site": eve.url() } });
    for (method, rest) in [(Method::POST, "/connect"), (Method::PATCH, "")] {
        let refused = world.ask(method, &published, rest, there.clone()).await;
        assert_eq!(refused.status(), 422, "{}", refused.text());
        assert_eq!(refused.json()["problems"][0]["pointer"], "/fields/apiKey");
    }
    let (status, refused) = set(&world, &published, json!({ "site": eve.url() })).await;
    assert_eq!(
        (status, &refused["problems"][0]["pointer"]),
        (422, &json!("/settings/site"))
    );
    // Nor by who has no account at all, but a link.
    let made = world.ask(Method::POST, &published, "/setup-links", json!({}));
    let link = made.await.json()["url"].as_str().unwrap().to_owned();
    let link = url::Url::parse(&link).unwrap().path().to_owned();
    let mut guest = Browser::of(&world.app);
    guest.get(&link).await;
    let refused = guest.post(&link, &[("site", &eve.url())]).await;
    assert_eq!(refused.status(), 422, "{}", refused.text());
    assert!(
        refused.text().contains("typed in once more"),
        "{}",
        refused.text()
    );
    assert_eq!(eve.requests(), 0, "nobody was asked there");
    assert_eq!(world.acting(&published).await.unwrap().token.expose(), &key);
    // What is typed in with it is for there.
    let other = eve.make_key("T1");
    let body = json!({ "fields": { "site": eve.url(), "apiKey": other } });
    let moved = world.ask(Method::POST, &published, "/connect", body).await;
    assert_eq!(moved.status(), 200, "{}", moved.text());
    assert_eq!(
        world.acting(&published).await.unwrap().token.expose(),
        &other
    );
    assert!(eve.requests() > 0);
    world.owner.get(&published.page).await;
}

#[tokio::test]
async fn attack_what_an_app_was_given_is_not_led_elsewhere_by_settings() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let before = world.shown(&published).await;
    let mut settings = before["settings"].clone();
    settings["apiUrl"] = "https://eve.example".into();
    let (status, refused) = set(&world, &published, settings.clone()).await;
    assert_eq!(
        (status, &refused["problems"][0]["pointer"]),
        (422, &json!("/settings/apiUrl"))
    );
    assert!(!refused.to_string().contains("eve.example"), "{refused}");
    assert_eq!(world.shown(&published).await, before);
    // What is no address may change, and what is not installed may be anywhere.
    settings["apiUrl"] = json!(null);
    settings["seen"] = "eyes".into();
    assert_eq!(set(&world, &published, settings.clone()).await.0, 200);
    let pending = world.publish("tracker").await;
    let there = json!({ "apiUrl": "https://acme.example" });
    assert_eq!(set(&world, &pending, there).await.0, 200);
    let gone = world.ask(Method::DELETE, &published, "", json!({})).await;
    assert_eq!(gone.status(), 200, "{}", gone.text());
    settings["apiUrl"] = "https://acme.example".into();
    assert_eq!(set(&world, &published, settings).await.0, 200);
}

#[tokio::test]
async fn attack_a_client_of_an_administrator_s_leads_nothing_elsewhere() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let members = world.app.get("/v1/members").send().await.json();
    let owner: UserId = members["members"][0]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let client = Subject::Token {
        grant: "grant_01890a5d-ac96-774b-bcce-b302099a8057"
            .parse()
            .unwrap(),
        client: "https://client.example/app".parse().unwrap(),
        owner: Actor::User(owner),
    };
    let who = Principal::new(world.organization(), client)
        .with_role(Role::Owner)
        .with_scopes(Scopes::all());
    let app = world.app.running.app();
    let wider = PublicationPatch {
        scopes: Some(vec!["issue.delete".to_owned()]),
        ..PublicationPatch::default()
    };
    let id = published.id.parse().unwrap();
    let refused = app
        .publications()
        .change(&who, &id, wider)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "not_through_a_client");
    let endpoints = app.webhook_endpoints();
    let draft = EndpointDraft {
        url: "http://localhost:9/hooks".to_owned(),
        events: vec!["session.failed".to_owned()],
        enabled: true,
    };
    let made = endpoints.create(&app.local(), &draft).await.unwrap();
    let id = made.endpoint.id;
    let elsewhere = EndpointPatch {
        url: Some("http://localhost:8/hooks".to_owned()),
        ..EndpointPatch::default()
    };
    let refused = endpoints.change(&who, &id, elsewhere).await.unwrap_err();
    assert_eq!(refused.code(), "not_through_a_client");
    assert_eq!(endpoints.show(&who, &id).await.unwrap().url, draft.url);
}
