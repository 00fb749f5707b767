use keyway::{Action, Channel, Expose};
use serde_json::{Value, json};

use crate::support::app::TestApp;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Publish {
    channel: String,
    message: Value,
}

fn publish() -> Action {
    Action::new("publish", |context, input: Publish| async move {
        context.publish(&input.channel, &input.message).await
    })
    .expose(Expose::HTTP)
}

/// A gateway with a channel for everyone and one for nobody.
pub(super) async fn gateway() -> TestApp {
    TestApp::builder()
        .actions([publish()])
        .channel(Channel::new("orders").allow_everyone())
        .channel(Channel::new("silent"))
        .start()
        .await
}

/// Publishes over HTTP; the number of the message.
pub(super) async fn say(app: &TestApp, message: Value) -> i64 {
    let input = json!({ "channel": "orders", "message": message });
    let answer = app.post("/v1/actions/publish").json(&input).send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.json().as_i64().unwrap()
}
