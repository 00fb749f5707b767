use http::Method;
use keyway_testkit::models::Script;
use serde_json::json;

use super::world::{AGENT, Desk, event, settings};

#[tokio::test]
async fn a_publication_is_made_shown_changed_and_removed_and_its_secret_is_shown_once() {
    let desk = Desk::new(Script::default()).await;
    let path = format!("/v1/publications/{}", desk.id());
    let shown = desk.get(&path).await;
    assert_eq!(shown, desk.publication);
    assert!(shown["url"].as_str().unwrap().ends_with(&desk.path()));
    let list = desk.get("/v1/publications").await;
    assert_eq!(list["publications"], json!([shown]));
    assert!(!list.to_string().contains(&desk.secret));
    let integrations = desk.get("/v1/integrations").await;
    let mut listed = integrations["integrations"].as_array().unwrap().iter();
    assert_eq!(
        listed.find(|one| one["id"] == "webhook"),
        Some(&json!({
            "id": "webhook", "displayName": "Webhook", "install": "credentials",
            "granularities": ["per_event", "per_thread", "per_user", "per_workspace"],
            "usualGranularity": "per_event", "scopes": [], "fields": [], "publications": 1
        }))
    );
    let renamed = desk
        .change(&json!({ "name": "Alerts", "revision": 1 }))
        .await;
    assert_eq!(renamed.status(), 200, "{}", renamed.text());
    assert_eq!(
        (&renamed.json()["name"], &renamed.json()["revision"]),
        (&json!("Alerts"), &json!(2))
    );
    let late = desk.change(&json!({ "name": "Late", "revision": 1 })).await;
    assert_eq!(
        (late.status(), &late.json()["code"]),
        (409, &json!("publication_changed"))
    );

    desk.send(&event("e1", "7", "a")).await;
    desk.settled(1, &["answered"]).await;
    let ask = desk.lab.app.ask(Method::DELETE, &path);
    assert_eq!(ask.bearer(&desk.lab.app.key).send().await.status(), 204);
    assert_eq!(
        desk.signed(&event("e2", "7", "b"), 0).send().await.status(),
        401
    );
    assert_eq!(desk.lab.app.get(&path).send().await.status(), 404);
    // What came in stays listed; it cannot be said again.
    let all = desk.deliveries().await;
    assert_eq!(all.len(), 1);
    let replay = format!("/v1/deliveries/{}/replay", all[0]["id"].as_str().unwrap());
    let gone = desk.post(&replay, &json!({})).await;
    assert_eq!(
        (gone.status(), &gone.json()["code"]),
        (404, &json!("publication_not_found"))
    );
}

#[tokio::test]
async fn what_cannot_be_published_is_told_at_its_place() {
    let desk = Desk::new(Script::default()).await;
    let good = json!({
        "provider": "webhook", "name": "More", "agent": AGENT, "serviceAccount": desk.account,
        "settings": settings()
    });
    let nobody = "svc_01890a5d-ac96-774b-bcce-b302099a8057";
    let mut twisted = settings();
    twisted["verification"]["signed"] = "{body}{timestamp}".into();
    for (field, value, at) in [
        ("provider", json!("nothing"), "/provider"),
        ("agent", json!("nobody"), "/agent"),
        ("name", json!(" "), "/name"),
        ("serviceAccount", json!(nobody), "/serviceAccount"),
        ("serviceAccount", json!("me"), "/serviceAccount"),
        ("granularity", json!("per_issue"), "/granularity"),
        ("secret", json!("short"), "/secret"),
        ("settings", json!({}), "/settings"),
        ("settings", twisted, "/settings/verification/signed"),
        (
            "triggers",
            json!({ "where": [{ "pointer": "x", "equals": [1] }] }),
            "/triggers/where/0/pointer",
        ),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let refused = desk.post("/v1/publications", &bad).await;
        assert_eq!(refused.status(), 422, "{field}: {}", refused.text());
        let problems = refused.json()["problems"].clone();
        assert_eq!(problems[0]["pointer"], at, "{problems}");
    }
    let count = desk.get("/v1/publications").await;
    assert_eq!(
        count["publications"].as_array().unwrap().len(),
        1,
        "nothing half-made"
    );
    let member = desk.lab.member("of nobody").await;
    let paths = ["/v1/publications", "/v1/deliveries", "/v1/integrations"];
    for path in paths {
        let refused = desk.lab.get(&member, path).await;
        assert_eq!(refused.status(), 403, "{path}: {}", refused.text());
    }
}
