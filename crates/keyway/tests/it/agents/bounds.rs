use std::time::Duration;

use keyway::{Agent, Gateway};
use keyway_testkit::models::{Trouble, Turn};
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::world::{Lab, agent, call, search};
use crate::support::app::TestApp;

#[derive(JsonSchema)]
#[expect(dead_code, reason = "its schema is what counts")]
struct Verdict {
    /// Whether it is fraud.
    fraud: bool,
}

async fn error(lab: &Lab, slug: &str) -> (Value, String) {
    let answer = lab.prompt(slug, "go").await;
    let code = answer["error"]["code"].as_str().unwrap().to_owned();
    (answer["status"].clone(), code)
}

#[tokio::test]
async fn a_used_up_budget_ends_the_turn_with_its_own_status_and_code() {
    let again = || call("acme-search", json!({ "text": "more" }));
    let turns = vec![
        again(),
        again(),
        again(),
        Turn::text(["slow"]).with(Trouble::HangAfter(1)),
    ];
    let agents = vec![
        agent("rounds").rounds(2).tool(search()),
        agent("tokens").tokens(10).tool(search()),
        agent("time").time(Duration::from_millis(200)),
    ];
    let lab = Lab::new(agents, turns).await;
    for slug in ["rounds", "tokens", "time"] {
        let (status, code) = error(&lab, slug).await;
        assert_eq!(
            (status, code.as_str()),
            (json!("budget"), "agent_budget_spent")
        );
    }
    let sessions = lab.get(&lab.app.key, "/v1/sessions").await.json();
    for session in sessions["sessions"].as_array().unwrap() {
        assert_eq!(session["status"], "budget");
        assert_eq!(session["lastError"], "agent_budget_spent");
    }
}

#[tokio::test]
async fn a_last_word_that_does_not_fit_is_corrected_once_and_then_refused() {
    let judge = agent("judge").output::<Verdict>().tool(search());
    let turns = vec![
        Turn::text([r#"{"fraud":true}"#]),
        Turn::text(["I think it is fraud."]),
        Turn::text(["```json\n{\"fraud\": false}\n```"]),
        Turn::text(["No idea."]),
        Turn::text([r#"{"fraud":"maybe"}"#]),
    ];
    let lab = Lab::new(vec![judge], turns).await;
    let first = lab.prompt("judge", "one").await;
    assert_eq!(first["output"], json!({ "fraud": true }), "{first}");
    let system = lab.asked(0)["messages"][0]["content"].clone();
    assert!(
        system.as_str().unwrap().contains("Whether it is fraud"),
        "{system}"
    );

    let second = lab.prompt("judge", "two").await;
    assert_eq!(second["output"], json!({ "fraud": false }), "{second}");
    assert_eq!(second["usage"]["outputTokens"], 14, "both answers count");
    let correction =
        lab.asked(2)["messages"].as_array().unwrap().last().unwrap()["content"].clone();
    assert!(
        correction
            .as_str()
            .unwrap()
            .contains("does not fit the JSON Schema")
    );
    assert!(
        lab.tools(2).is_empty(),
        "nothing is left to do but to say it"
    );

    let third = lab.prompt("judge", "three").await;
    assert_eq!(third["status"], "failed");
    assert_eq!(third["error"]["code"], "agent_output_invalid", "{third}");
    assert!(third["error"]["hint"].as_str().unwrap().contains("/fraud"));
}

#[tokio::test]
async fn a_model_that_cannot_be_asked_is_told_with_its_code_and_the_session_goes_on() {
    let turns = vec![Turn::status(400), Turn::text(["there"])];
    let agents = vec![agent("known"), Agent::new("unknown").model("nobody/model")];
    let lab = Lab::new(agents, turns).await;
    let (status, code) = error(&lab, "unknown").await;
    assert_eq!(
        (status, code.as_str()),
        (json!("failed"), "model_vendor_unknown")
    );
    let failed = lab.prompt("known", "hello").await;
    assert_eq!(
        failed["error"]["code"], "model_request_rejected",
        "{failed}"
    );
    let body = json!({ "message": "again", "sessionId": failed["sessionId"] });
    let answer = lab.post(&lab.app.key, "known", &body).await.json();
    assert_eq!(answer["text"], "there");
}

#[tokio::test]
async fn agents_that_cannot_be_served_stop_the_start_and_are_named_with_their_places() {
    for (agents, said) in [
        (vec![Agent::new("a").model("claude")], "`vendor/model`"),
        (
            vec![agent("a").tool("acme:none")],
            "there is no such action",
        ),
        (
            vec![agent("a").tool("mcp__none")],
            "there is no such MCP server",
        ),
        (
            vec![agent("a").tool("agent:b"), agent("b").tool("agent:a")],
            "in a circle: `a` → `b` → `a`",
        ),
        (vec![agent("a"), agent("a")], "claimed by"),
        (
            vec![agent("a").output_schema(json!({ "type": 7 }))],
            "output schema",
        ),
    ] {
        let started = TestApp::builder().agents(agents).try_start().await;
        let error = started.err().unwrap();
        let text = error.to_string();
        assert!(text.contains(said) && text.contains("bounds.rs:"), "{text}");
    }
    assert_eq!(Gateway::builder().build().agents().len(), 0);
}
