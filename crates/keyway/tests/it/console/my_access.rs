use http::Method;
use keyway_core::Role;
use serde_json::json;

use super::form::{confirm, fill, plain, secret, wrong};
use super::world::{another, owned};
use crate::support::app::TestApp;

const HERE: &str = "/console/me/access";
const NEW: &str = "/console/me/access/new";

async fn status(app: &TestApp, key: &str) -> u16 {
    let ask = app.ask(Method::GET, "/v1/actions").bearer(key);
    ask.send().await.status()
}

#[tokio::test]
async fn a_member_makes_sees_and_revokes_their_own_keys_and_nobody_elses() {
    let (app, mut owner) = owned().await;
    let mut bob = another(&app, "bob@example.com", Role::Member).await;
    let empty = plain(bob.get(HERE).await.text());
    assert!(empty.contains("You have no API key"), "{empty}");
    assert!(empty.contains("No application acts for you"), "{empty}");
    assert!(bob.get("/console").await.text().contains(HERE));

    let fields = [("name", "laptop"), ("reach", "mcp"), ("life", "30")];
    let bobs = secret(&fill(&mut bob, NEW, NEW, &fields).await);
    assert_eq!(status(&app, &bobs).await, 200);
    let fields = [("name", "of the owner"), ("reach", "mcp"), ("life", "30")];
    let owners = secret(&fill(&mut owner, NEW, NEW, &fields).await);

    let page = bob.get(HERE).await;
    let text = plain(page.text());
    assert!(
        text.contains("laptop") && !text.contains("of the owner"),
        "{text}"
    );
    assert!(!page.text().contains(&bobs));
    // Who administers sees their own here too: those of others are at API keys.
    let text = plain(owner.get(HERE).await.text());
    assert!(
        text.contains("of the owner") && !text.contains("laptop"),
        "{text}"
    );

    let all = app.get("/v1/api-keys").send().await.json();
    let id = |name: &str| {
        let mut keys = all["apiKeys"].as_array().unwrap().iter();
        let found = keys.find(|key| key["name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let revoke = |name: &str| format!("{HERE}/keys/{}/revoke", id(name));
    for (browser, name) in [(&mut bob, "of the owner"), (&mut owner, "laptop")] {
        let path = revoke(name);
        assert_eq!(browser.get(&path).await.status(), 404);
        assert_eq!(browser.post(&path, &[]).await.status(), 404);
    }
    assert_eq!(status(&app, &owners).await, 200);

    let done = confirm(&mut bob, &revoke("laptop")).await;
    assert_eq!(done.header("location"), format!("{HERE}?done=key-revoked"));
    assert_eq!(status(&app, &bobs).await, 401);
    let text = plain(bob.get(HERE).await.text());
    assert!(text.contains("revoked"), "{text}");
}

#[tokio::test]
async fn what_is_wrong_with_a_key_of_ones_own_is_told_at_its_field() {
    let (app, _owner) = owned().await;
    let mut bob = another(&app, "bob@example.com", Role::Member).await;
    for (field, fields) in [
        ("name", [("name", ""), ("reach", "mcp"), ("life", "30")]),
        ("tools", [("name", "a"), ("reach", "some"), ("life", "30")]),
        ("life", [("name", "a"), ("reach", "mcp"), ("life", "31")]),
    ] {
        let page = fill(&mut bob, NEW, NEW, &fields).await;
        assert_eq!(page.status(), 422, "{field}");
        wrong(&page, field);
    }
}

#[tokio::test]
async fn attack_a_member_s_own_key_is_for_nobody_else_and_administers_nothing() {
    let (app, _owner) = owned().await;
    let mut bob = another(&app, "bob@example.com", Role::Member).await;
    let account = json!({ "name": "robot", "role": "admin" });
    let account = app.post("/v1/service-accounts").json(&account).send().await;
    let account = account.json()["id"].as_str().unwrap().to_owned();
    let usual = [("name", "x"), ("reach", "mcp"), ("life", "30")];
    let before = app.get("/v1/api-keys").send().await.json();
    for (field, value, status) in [("owner", account.as_str(), 422), ("admin", "on", 403)] {
        let fields = [&usual[..], &[(field, value)]].concat();
        let refused = fill(&mut bob, NEW, NEW, &fields).await;
        assert_eq!(refused.status(), status, "{field}: {}", refused.text());
    }
    let after = app.get("/v1/api-keys").send().await.json();
    assert_eq!(before, after, "nothing is made");

    let made = secret(&fill(&mut bob, NEW, NEW, &usual).await);
    for path in ["/v1/members", "/v1/connectors", "/v1/service-accounts"] {
        let asked = app.ask(Method::GET, path).bearer(&made).send().await;
        assert_eq!(asked.status(), 403, "{path}: {}", asked.text());
    }
    // What people may in their browser, their key may not.
    let more = app.ask(Method::POST, "/v1/api-keys").bearer(&made);
    let more = more.json(&json!({ "name": "more" }));
    assert_eq!(more.send().await.status(), 403);
}
