#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_app::oauth::{DeviceDecision, Failure, Tokens};
use serde_json::Value;

use super::world::{Gate, form, gate, posted, refused};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn start(gate: &Gate) -> Value {
    let body = form(&[("client_id", &gate.client), ("scope", "mcp")]);
    let posted = posted(&body);
    let started = gate
        .oauth()
        .start_device(&gate.site, &posted)
        .await
        .unwrap();
    serde_json::from_str(started.to_json().expose()).unwrap()
}

async fn poll(gate: &Gate, started: &Value) -> Result<Tokens, Failure> {
    let code = started["device_code"].as_str().unwrap();
    gate.post(&[("grant_type", DEVICE), ("device_code", code)])
        .await
}

#[tokio::test]
async fn a_terminal_that_asks_too_soon_has_to_wait_longer() {
    let gate = gate().await;
    let started = start(&gate).await;
    assert_eq!(started["interval"], 5);
    assert_eq!(
        refused(poll(&gate, &started).await),
        "authorization_pending"
    );
    gate.later(4);
    assert_eq!(refused(poll(&gate, &started).await), "slow_down");
    gate.later(5);
    assert_eq!(
        refused(poll(&gate, &started).await),
        "slow_down",
        "ten seconds now"
    );
    gate.later(15);
    assert_eq!(
        refused(poll(&gate, &started).await),
        "authorization_pending"
    );

    let code = started["user_code"].as_str().unwrap();
    let visitor = &gate.owner.visitor;
    let here = visitor.principal.organization().clone();
    let allow = DeviceDecision::Allow(here);
    gate.oauth()
        .decide_device(visitor, code, &allow)
        .await
        .unwrap();
    gate.later(15);
    let tokens = poll(&gate, &started).await.unwrap();
    gate.come_in(&tokens).await.unwrap();
    gate.world.stop().await;
}

#[tokio::test]
async fn a_code_that_is_over_is_over_for_the_terminal_and_for_the_person() {
    let gate = gate().await;
    let started = start(&gate).await;
    gate.later(600);
    assert_eq!(refused(poll(&gate, &started).await), "expired_token");
    let code = started["user_code"].as_str().unwrap();
    let error = gate
        .oauth()
        .look_at_device(&gate.owner.visitor, code)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "device_code_not_found");
    assert!(!error.to_json().to_string().contains(code));
    gate.world.stop().await;
}

#[tokio::test]
async fn who_guessed_too_often_may_try_again_later() {
    let gate = gate().await;
    let started = start(&gate).await;
    let visitor = &gate.owner.visitor;
    for _ in 0..10 {
        let error = gate
            .oauth()
            .look_at_device(visitor, "BBBB-BBBB")
            .await
            .unwrap_err();
        assert_eq!(error.code(), "device_code_not_found");
    }
    let code = started["user_code"].as_str().unwrap();
    let error = gate
        .oauth()
        .look_at_device(visitor, code)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "too_many_attempts");
    let wait = error.retry_after().unwrap();
    gate.later(wait.as_secs());
    let fresh = start(&gate).await;
    let code = fresh["user_code"].as_str().unwrap();
    gate.oauth().look_at_device(visitor, code).await.unwrap();
    gate.world.stop().await;
}
