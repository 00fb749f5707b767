use http::Method;
use keyway_testkit::models::Script;
use keyway_testkit::sql;
use serde_json::json;

use super::world::{ENDPOINTS, Hook};

#[tokio::test]
async fn an_endpoint_is_made_shown_changed_and_removed_and_its_secret_is_shown_once() {
    let events = ["session.failed", "session.started", "session.failed"];
    let hook = Hook::new(Script::default(), &events, []).await;
    let key = hook.secret.strip_prefix("whsec_").unwrap();
    assert_eq!(key.len(), 44, "32 bytes");
    assert_eq!(
        hook.endpoint["events"],
        json!(["session.started", "session.failed"])
    );
    assert_eq!(hook.endpoint["state"], "on");
    let shown = hook.get(&hook.path()).await;
    assert_eq!(shown, hook.endpoint);
    let list = hook.get(ENDPOINTS).await;
    assert_eq!(list["webhookEndpoints"], json!([shown]));
    let changed = hook
        .change(&json!({ "events": ["approval.decided"], "revision": 1 }))
        .await
        .json();
    assert_eq!(
        (&changed["events"], &changed["revision"]),
        (&json!(["approval.decided"]), &json!(2))
    );
    let late = hook
        .change(&json!({ "enabled": false, "revision": 1 }))
        .await;
    assert_eq!(
        (late.status(), &late.json()["code"]),
        (409, &json!("webhook_endpoint_changed"))
    );
    let off = hook.change(&json!({ "enabled": false })).await.json();
    assert_eq!(
        (&off["state"], &off["enabled"]),
        (&json!("off"), &json!(false))
    );
    hook.change(&json!({ "enabled": true })).await;
    let message = hook.test().await;
    hook.becomes(&message, "delivered").await;

    // Nothing of the secret is in what is shown, told or stored in plain text.
    let messages = hook.get(&format!("{}/messages", hook.path())).await;
    let audit = hook.get("/v1/audit").await;
    let database = hook.lab.app.data_dir().join("keyway.db");
    for text in [list.to_string(), messages.to_string(), audit.to_string()] {
        assert!(!text.contains(key), "{text}");
    }
    let plain = format!(
        "SELECT count(*) FROM webhook_endpoints WHERE instr(CAST(secret AS TEXT), '{key}') > 0 \
         OR instr(CAST(secret AS TEXT), 'whsec_') > 0"
    );
    assert_eq!(sql::number(&database, &plain).await, 0);
    let plain = "SELECT count(*) FROM webhook_messages WHERE instr(CAST(body AS TEXT), 'type') > 0";
    assert_eq!(sql::number(&database, plain).await, 0);

    let ask = hook.lab.app.ask(Method::DELETE, &hook.path());
    assert_eq!(ask.bearer(&hook.lab.app.key).send().await.status(), 204);
    assert_eq!(hook.lab.app.get(&hook.path()).send().await.status(), 404);
    let list = hook.get(ENDPOINTS).await;
    assert_eq!(list["webhookEndpoints"], json!([]));
    let kept = "SELECT count(*) FROM webhook_endpoints WHERE secret IS NOT NULL";
    assert_eq!(sql::number(&database, kept).await, 0);
    let replay = format!(
        "/v1/webhook-messages/{}/replay",
        message["id"].as_str().unwrap()
    );
    let gone = hook.post(&replay, &json!({})).await;
    assert_eq!(
        (gone.status(), &gone.json()["code"]),
        (404, &json!("webhook_endpoint_not_found"))
    );
}
