use keyway_app::Settings;
use keyway_core::{ActingAgent, Role};
use serde_json::json;

use super::world::*;
#[tokio::test]
async fn a_destructive_tool_runs_through_a_client_once_a_person_approved() {
    let directory = tempfile::tempdir().unwrap();
    let (process, upstream) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let who = someone(app, Role::Member, CLIENT, "mcp");
    let desk = Desk::new(true, yes());
    let answer = at(app, &who, &desk, "mcp__s__drop").await;
    assert_eq!(answer, r#""tools/call drop""#);
    let asked = desk.asked.lock().join("\n");
    assert!(
        asked.contains("mcp__s__drop") && asked.contains("/srv/a"),
        "{asked}"
    );
    assert!(
        asked.contains(CLIENT) && asked.contains("[hidden]"),
        "{asked}"
    );
    assert!(!asked.contains("canary"), "{asked}");
    // What is not destructive, or comes with the person's own key, is not asked about.
    at(app, &who, &desk, "mcp__s__look").await;
    at(
        app,
        &someone(app, Role::Member, "key", "mcp"),
        &desk,
        "mcp__s__drop",
    )
    .await;
    assert_eq!(desk.asked.lock().len(), 1);
    upstream.log.lock().clear();
    for refusal in [
        json!({ "action": "decline" }),
        json!({ "action": "cancel" }),
        json!({ "action": "accept", "content": { "approve": false } }),
        json!({ "action": "accept", "content": { "approve": "true" } }),
        json!({ "action": "accept" }),
        json!("yes"),
    ] {
        let answer = at(app, &who, &Desk::new(true, refusal), "mcp__s__drop").await;
        assert!(
            answer.contains("approval_denied") && answer.contains("isError"),
            "{answer}"
        );
    }
    assert_eq!(upstream.last(), "");
    process.stop().await;
}

#[tokio::test]
async fn attack_what_an_agent_wants_is_asked_about_as_its_wish_and_not_as_the_persons_own() {
    let directory = tempfile::tempdir().unwrap();
    let (process, upstream) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    // With their own key nothing would be asked.
    let who = someone(app, Role::Member, "key", "mcp").through_agent(ActingAgent {
        slug: "researcher".into(),
        session: id("sess", 1).parse().unwrap(),
    });
    let desk = Desk::new(true, json!({ "action": "decline" }));
    let answer = at(app, &who, &desk, "mcp__s__drop").await;
    assert!(answer.contains("approval_denied"), "{answer}");
    assert_eq!(upstream.last(), "");
    let asked = desk.asked.lock().join("\n");
    assert!(
        asked.contains("The agent `researcher` wants it") && asked.contains("/srv/a"),
        "{asked}"
    );
    process.stop().await;
}
