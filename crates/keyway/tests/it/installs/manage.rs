use http::Method;
use keyway_core::Role;
use serde_json::json;

use super::world::{World, refusal};
use crate::connectors::world::machine;
use crate::support::wait::until;

#[tokio::test]
async fn scopes_are_of_the_offer_and_the_usual_ones_where_nothing_is_said() {
    let world = World::start().await;
    let list = world.app.get("/v1/integrations").send().await.json();
    let all = list["integrations"].as_array().unwrap();
    let tracker = all.iter().find(|one| one["id"] == "tracker").unwrap();
    assert_eq!(tracker["install"], "oauth");
    assert_eq!(tracker["scopes"][1]["name"], "issue.delete");
    assert_eq!(tracker["fields"][1]["secret"], true);
    let mut draft = world.draft("tracker");
    let usual = world.app.post("/v1/publications").json(&draft).send().await;
    assert_eq!(usual.json()["scopes"], json!(["issue.read"]));
    draft["scopes"] = json!(["issue.delete", "pr.merge", "issue.read"]);
    let wrong = world.app.post("/v1/publications").json(&draft).send().await;
    assert_eq!(wrong.status(), 422, "{}", wrong.text());
    assert_eq!(wrong.json()["problems"][0]["pointer"], "/scopes/1");
    assert!(!wrong.text().contains("pr.merge"), "{}", wrong.text());
    let path = format!("/v1/publications/{}", usual.json()["id"].as_str().unwrap());
    let patch = json!({ "scopes": ["issue.delete"] });
    let ask = world.app.ask(Method::PATCH, &path).bearer(&world.app.key);
    let changed = ask.json(&patch).send().await;
    assert_eq!(
        changed.json()["scopes"],
        json!(["issue.delete"]),
        "{}",
        changed.text()
    );
}

#[tokio::test]
async fn a_webhook_secret_is_replaced_while_the_one_before_is_good_for_a_day() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let event = |id: u32| json!({ "workspace": "T1", "id": id });
    let old = published.secret.clone();
    assert_eq!(
        world.webhook(&published, &old, &event(1)).await.status(),
        200
    );
    let rotated = world
        .ask(Method::POST, &published, "/rotate-secret", json!({}))
        .await;
    assert_eq!(rotated.status(), 200, "{}", rotated.text());
    let new = rotated.json()["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    assert_ne!(rotated.json()["secretBeforeUntil"], json!(null));
    for (secret, id, status) in [
        (&old, 2, 200),
        (&new, 3, 200),
        (&"other".to_owned(), 4, 401),
    ] {
        let answer = world.webhook(&published, secret, &event(id)).await;
        assert_eq!(answer.status(), status, "{}", answer.text());
    }
    world.sql("UPDATE installations SET before_until = 1").await;
    assert_eq!(
        world.webhook(&published, &old, &event(5)).await.status(),
        401
    );
    assert_eq!(
        world.webhook(&published, &new, &event(6)).await.status(),
        200
    );
    // One that is brought is shown as well, this once.
    let brought = json!({ "secret": "brought from the vendor" });
    let brought = world
        .ask(Method::POST, &published, "/rotate-secret", brought)
        .await;
    assert_eq!(brought.json()["secret"], "brought from the vendor");
    assert_eq!(
        world.webhook(&published, &new, &event(7)).await.status(),
        200
    );
    world
        .is_clean(&[old, new, "brought from the vendor".to_owned()])
        .await;
}

#[tokio::test]
async fn what_comes_before_it_is_installed_or_from_elsewhere_wakes_nobody() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    let early = json!({ "workspace": "T1", "id": 1 });
    assert_eq!(
        world
            .webhook(&published, &published.secret, &early)
            .await
            .status(),
        200
    );
    let installed = world.installed("T1").await;
    let elsewhere = json!({ "workspace": "T2", "id": 2 });
    assert_eq!(
        world
            .webhook(&installed, &installed.secret, &elsewhere)
            .await
            .status(),
        200
    );
    let here = json!({ "workspace": "T1", "id": 3 });
    assert_eq!(
        world
            .webhook(&installed, &installed.secret, &here)
            .await
            .status(),
        200
    );
    let all = world.app.get("/v1/deliveries").send().await.json();
    let rules: Vec<_> = all["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["rule"])
        .collect();
    assert_eq!(rules, ["signed", "other_workspace", "not_installed"]);
    let id = all["deliveries"][2]["id"].as_str().unwrap();
    let why = world
        .app
        .get(&format!("/v1/deliveries/{id}/why"))
        .send()
        .await;
    assert!(why.text().contains("was not installed"), "{}", why.text());
    let path = format!("/webhook/tracker/{}", installed.id);
    assert_eq!(world.app.ask(Method::GET, &path).send().await.status(), 405);
}

#[tokio::test]
async fn an_installation_that_somebody_else_changed_is_not_overwritten() {
    let world = World::start().await;
    let published = world.publish("tracker").await;
    let patch = json!({ "revision": 1, "fields": { "clientId": "app-1" } });
    let changed = world
        .ask(Method::PATCH, &published, "", patch.clone())
        .await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
    assert_eq!(changed.json()["revision"], 2);
    let late = world.ask(Method::PATCH, &published, "", patch).await;
    assert_eq!(refusal(&late), (409, "installation_changed".to_owned()));
    let away = json!({ "fields": { "clientId": null } });
    let away = world.ask(Method::PATCH, &published, "", away).await;
    assert_eq!(away.json()["settings"], json!({}));
    let wrong = json!({ "fields": { "clientId": "a b" } });
    let wrong = world.ask(Method::PATCH, &published, "", wrong).await;
    assert_eq!(wrong.json()["problems"][0]["pointer"], "/fields/clientId");
}

#[tokio::test]
async fn members_and_clients_install_nothing() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let use_cases = world.app.running.app();
    let local = use_cases.local();
    let member = machine(&world.app, &local, "ci", Role::Member).await;
    let path = format!("/v1/installations/{}", published.installation);
    for (method, rest) in [
        (Method::GET, ""),
        (Method::PATCH, ""),
        (Method::DELETE, ""),
        (Method::POST, "/connect"),
        (Method::POST, "/authorize"),
        (Method::POST, "/setup-links"),
        (Method::DELETE, "/setup-links"),
        (Method::POST, "/rotate-secret"),
    ] {
        let ask = world
            .app
            .ask(method.clone(), &format!("{path}{rest}"))
            .bearer(&member);
        let refused = ask.json(&json!({})).send().await;
        assert_eq!(refused.status(), 403, "{method} {rest}: {}", refused.text());
    }
    let ask = world
        .app
        .ask(Method::GET, "/v1/installations")
        .bearer(&member);
    assert_eq!(ask.send().await.status(), 403);
    assert_eq!(world.shown(&published).await["state"], "installed");
    until("the refusals to be written down", || async {
        let audit = world.app.get("/v1/audit?limit=200").send().await;
        audit.text().contains("administrators_only")
    })
    .await;
}
