use http::Method;
use keyway_testkit::models::Script;
use keyway_testkit::receiver::Receiver;
use serde_json::json;

use super::world::{ENDPOINTS, Hook, hasty};
use crate::agents::world::{Lab, agent};

#[tokio::test]
async fn what_cannot_be_an_endpoint_is_told_at_its_place_and_not_repeated() {
    let hook = Hook::new(Script::default(), &["session.failed"], []).await;
    for (field, value, at) in [
        ("url", json!("http://canary.example/"), "/url"),
        ("url", json!("http://10.0.0.1/canary"), "/url"),
        ("url", json!("https://10.0.0.1/canary"), "/url"),
        ("url", json!("https://192.168.1.1/canary"), "/url"),
        ("url", json!("https://169.254.169.254/canary"), "/url"),
        ("url", json!("https://[fd00::1]/canary"), "/url"),
        ("url", json!("https://canary@acme.example/"), "/url"),
        ("url", json!("https://u:canary@acme.example/"), "/url"),
        ("url", json!("https://acme.example/#canary"), "/url"),
        ("url", json!("unix:/run/canary.sock"), "/url"),
        ("url", json!("canary"), "/url"),
        ("events", json!([]), "/events"),
        ("events", json!(["session.canary"]), "/events/0"),
        (
            "events",
            json!(["session.failed", "webhook.test"]),
            "/events/1",
        ),
    ] {
        let mut draft = json!({ "url": hook.receiver.url(), "events": ["session.failed"] });
        draft[field] = value.clone();
        let refused = hook.post(ENDPOINTS, &draft).await;
        assert_eq!(refused.status(), 422, "{value}: {}", refused.text());
        assert_eq!(refused.json()["problems"][0]["pointer"], at, "{value}");
        assert!(!refused.text().contains("canary"), "{}", refused.text());
        let patched = hook.change(&json!({ field: value })).await;
        assert_eq!(patched.status(), 422, "{value}: {}", patched.text());
    }
    let unknown = json!({ "url": hook.receiver.url(), "events": ["session.failed"], "x": 1 });
    assert_eq!(hook.post(ENDPOINTS, &unknown).await.status(), 422);
    assert_eq!(hook.get(&hook.path()).await, hook.endpoint, "as it was");
    for bad in ["state=burnt", "cursor=x", "limit=x", "x=1"] {
        let path = format!("{}/messages?{bad}", hook.path());
        let refused = hook.lab.app.get(&path).send().await;
        assert!(matches!(refused.status(), 400 | 422), "{bad}");
    }
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    for path in [
        format!("{ENDPOINTS}/whe_{nobody}"),
        format!("{ENDPOINTS}/whe_{nobody}/messages"),
        format!("{ENDPOINTS}/msg_{nobody}"),
        format!("{ENDPOINTS}/nothing"),
        format!("/v1/webhook-messages/msg_{nobody}"),
        "/v1/webhook-messages/nothing".to_owned(),
    ] {
        let refused = hook.lab.app.get(&path).send().await;
        assert_eq!(refused.status(), 404, "{path}: {}", refused.text());
    }
}

#[tokio::test]
async fn this_machine_is_no_endpoint_where_the_operator_does_not_allow_it() {
    let lab = Lab::new(vec![agent("one")], Script::default()).await;
    let receiver = Receiver::start([]).await;
    let port = receiver.url().split(':').nth(2).unwrap().to_owned();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let url = format!("http://{host}:{port}");
        let draft = json!({ "url": url, "events": ["session.failed"] });
        let refused = lab.app.post(ENDPOINTS).json(&draft).send().await;
        assert_eq!(refused.status(), 422, "{host}: {}", refused.text());
        assert!(
            refused.text().contains("egress.allow"),
            "{}",
            refused.text()
        );
    }
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn attack_an_address_that_became_private_is_not_sent_to() {
    let hook = Hook::new(Script::default(), &["session.failed"], []).await;
    hook.sql("UPDATE webhook_endpoints SET url = 'http://127.0.0.2:9/'")
        .await;
    let message = hook.test().await;
    let failed = hook.becomes(&message, "failed").await;
    assert_eq!(failed["lastError"], "address_refused");
}

#[tokio::test]
async fn an_organization_has_no_more_endpoints_than_it_may() {
    let hook = Hook::set(Script::default(), &["session.failed"], [], |config| {
        hasty(config);
        config.webhooks.endpoints = 2;
    })
    .await;
    let draft = json!({ "url": hook.receiver.url(), "events": ["session.failed"] });
    assert_eq!(hook.post(ENDPOINTS, &draft).await.status(), 201);
    let refused = hook.post(ENDPOINTS, &draft).await;
    assert_eq!(
        (refused.status(), &refused.json()["code"]),
        (409, &json!("too_many_webhook_endpoints"))
    );
    let ask = hook.lab.app.ask(Method::DELETE, &hook.path());
    ask.bearer(&hook.lab.app.key).send().await;
    assert_eq!(hook.post(ENDPOINTS, &draft).await.status(), 201);
}
