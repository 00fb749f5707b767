use http::Method;
use keyway_testkit::models::Turn;
use serde_json::json;

use super::world::{AGENT, ENDPOINTS, Hook};
use crate::oauth::tenants::stranger;
use crate::support::wait::until;

#[tokio::test]
async fn attack_cross_tenant_nobody_else_sees_changes_or_is_told_of_anything() {
    let turns = vec![Turn::text(["One."])];
    let hook = Hook::new(turns, &["session.answered"], []).await;
    let message = hook.test().await;
    hook.becomes(&message, "delivered").await;
    let (eve, bob) = (
        stranger(&hook.lab.app.running).await,
        hook.lab.member("of nobody").await,
    );
    let ask = async |key: &str, method: Method, path: &str| {
        let ask = hook.lab.app.ask(method.clone(), path).bearer(key);
        if method == Method::GET || method == Method::DELETE {
            return ask.send().await;
        }
        let body = if path.ends_with("/replay") && path.contains("/whe_") {
            json!({ "since": "2020-01-01T00:00:00Z" })
        } else {
            json!({ "enabled": false })
        };
        ask.json(&body).send().await
    };
    let one = format!("/v1/webhook-messages/{}", message["id"].as_str().unwrap());
    let all = [
        (Method::GET, hook.path()),
        (Method::PATCH, hook.path()),
        (Method::DELETE, hook.path()),
        (Method::POST, format!("{}/rotate-secret", hook.path())),
        (Method::POST, format!("{}/test", hook.path())),
        (Method::POST, format!("{}/replay", hook.path())),
        (Method::GET, format!("{}/messages", hook.path())),
        (Method::GET, one.clone()),
        (Method::POST, format!("{one}/replay")),
    ];
    for (method, path) in all {
        let theirs = ask(&eve, method.clone(), &path).await;
        assert_eq!(theirs.status(), 404, "{method} {path}: {}", theirs.text());
        let theirs = ask(&bob, method.clone(), &path).await;
        assert_eq!(theirs.status(), 403, "{method} {path}: {}", theirs.text());
    }
    let list = ask(&eve, Method::GET, ENDPOINTS).await;
    assert_eq!(list.json()["webhookEndpoints"], json!([]));
    assert_eq!(ask(&bob, Method::GET, ENDPOINTS).await.status(), 403);
    let draft = json!({ "url": hook.receiver.url(), "events": ["session.answered"] });
    let bobs = hook.lab.app.ask(Method::POST, ENDPOINTS).bearer(&bob);
    assert_eq!(bobs.json(&draft).send().await.status(), 403);
    assert_eq!(hook.get(&hook.path()).await["revision"], 1);

    // An endpoint of another organization is told of nothing that happens here.
    let theirs = keyway_testkit::receiver::Receiver::start([]).await;
    let draft = json!({ "url": theirs.url(), "events": ["session.answered"] });
    let made = hook.lab.app.ask(Method::POST, ENDPOINTS).bearer(&eve);
    assert_eq!(made.json(&draft).send().await.status(), 201);
    hook.lab.prompt(AGENT, "hello").await;
    until("ours to be told", || async {
        hook.receiver.received().len() == 2
    })
    .await;
    assert!(theirs.received().is_empty());
    assert_eq!(hook.count("webhook_messages").await, 2);
}
