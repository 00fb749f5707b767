use keyway_testkit::models::{Call, ModelServer, Script, Turn};
use keyway_testkit::peers::{Era, HttpPeer, Script as Wiki};
use serde_json::json;

use super::reader::Reader;
use super::service::Service;

const GUIDE: &str = include_str!("../../../../../docs/guides/an-agent.md");
const FOUND: &str = r#"{"content":[{"type":"text","text":"a runtime, says its README"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_research_agent_reads_a_server_and_keeps_a_note() {
    let wiki = HttpPeer::start(Wiki {
        results: [("ask_question".to_owned(), FOUND.to_owned())].into(),
        ..Wiki::new(Era::Modern)
    })
    .await;
    let notes = Service::start().await;
    let call = |tool: &str, arguments| Turn::calls([Call::new(tool, arguments)]);
    let note = |text: &str| call("keep-note", json!({ "text": text }));
    let question = json!({ "repoName": "tokio-rs/tokio", "question": "What is it?" });
    let answer = "Tokio is a runtime for asynchronous Rust, says its README. I kept a note.";
    let model = ModelServer::start(Script {
        key: "model-key".to_owned(),
        turns: vec![
            call("mcp__deepwiki__ask_question", question),
            note("Tokio is a runtime"),
            Turn::text([answer]),
            Turn::text(["Asynchronous Rust runtime."]),
            note("never kept"),
        ],
        rules: Vec::new(),
    })
    .await;
    let mut reader = Reader::new()
        .with("https://mcp.deepwiki.com/mcp", &wiki.url())
        .with("https://notes.example", &notes.url())
        .with("http://127.0.0.1:8000/v1/", &model.base_url());
    reader.follow(GUIDE).await;

    assert_eq!(notes.done(), [json!({ "text": "Tokio is a runtime" })]);
    let asked = model.asked();
    let told = asked[1].body.to_string();
    assert!(told.contains("a runtime, says its README"), "{told}");
    // The third message belongs to the session of the first two.
    let goes_on = asked[3].body.to_string();
    assert!(goes_on.contains(answer), "{goes_on}");
    assert_eq!((asked.len(), model.problems()), (5, Vec::new()));
}
