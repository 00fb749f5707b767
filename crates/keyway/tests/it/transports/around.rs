use std::sync::{Arc, Mutex};

use http::Method;
use keyway::{Action, Error, Expose, Kind};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::mcp;
use crate::support::wait::until;

#[tokio::test]
async fn what_is_around_the_gateway_sees_each_call_that_may_run_and_no_other() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&seen);
    let say = Action::new("say", |_, input: Value| async move {
        match input["text"].as_str() {
            Some("bad") => Err(Error::new(Kind::Conflict, "bad_text", "not that")),
            text => Ok(json!(text)),
        }
    })
    .input_schema_override(json!({
        "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"]
    }))
    .expose(Expose::HTTP | Expose::MCP);
    let app = TestApp::builder()
        .actions([say])
        .more(move |gateway| {
            gateway.around(move |calling, next| {
                let log = Arc::clone(&log);
                async move {
                    let input = calling.input();
                    if input.as_str().contains("refuse") {
                        return Err(Error::new(Kind::Forbidden, "not_today", "not today"));
                    }
                    let outcome = next.run().await;
                    let ended = outcome.as_ref().map_or_else(Error::code, |_| "ok");
                    log.lock().unwrap().push(format!(
                        "{} {} {ended}",
                        calling.slug(),
                        input.as_str()
                    ));
                    outcome
                }
            })
        })
        .start()
        .await;
    let call = |text: Value| {
        let input = json!({ "text": text });
        app.post("/v1/actions/say").json(&input).send()
    };
    assert_eq!(call(json!("a")).await.status(), 200);
    assert_eq!(call(json!("bad")).await.json()["code"], "bad_text");
    assert_eq!(call(json!(7)).await.status(), 422, "validation comes first");
    let refused = call(json!("refuse")).await;
    assert_eq!(
        (refused.status(), &refused.json()["code"]),
        (403, &json!("not_today"))
    );
    let tool = json!({ "name": "say", "arguments": { "text": "b" } });
    let called = mcp::modern(&app, "tools/call", tool).send().await;
    assert_eq!(called.status(), 200, "{}", called.text());
    let nobody = app.ask(Method::POST, "/v1/actions/say").send().await;
    assert_eq!(nobody.status(), 401);
    assert_eq!(
        *seen.lock().unwrap(),
        [
            r#"say {"text":"a"} ok"#,
            r#"say {"text":"bad"} bad_text"#,
            r#"say {"text":"b"} ok"#,
        ]
    );
    // What was refused around it is in the log as well.
    until("it is in the log", async || {
        let events = app.get("/v1/audit?tool=say").send().await.json();
        let mut events = events["events"].as_array().unwrap().iter();
        events.any(|event| event["record"]["code"] == "not_today")
    })
    .await;
}
