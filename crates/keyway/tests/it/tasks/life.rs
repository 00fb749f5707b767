use keyway::Expose;
use keyway_testkit::models::{Trouble, Turn};
use serde_json::{Value, json};

use super::world::{Client, long, request, tasks};
use crate::agents::world::{Lab, agent, call, search};
use crate::support::actions::say_back;
use crate::support::mcp;
use crate::support::wait::until;

#[tokio::test]
async fn an_agent_is_a_task_for_a_client_that_comes_back_for_its_answer() {
    let writer = agent("writer").expose(Expose::MCP);
    let lab = Lab::new(vec![writer], vec![Turn::text(["A brief."])]).await;
    let client = Client::of(&lab.app);
    let told = client.ask("server/discover", json!({})).await.json();
    let capabilities = &told["result"]["capabilities"];
    assert_eq!(capabilities["extensions"], tasks()["extensions"], "{told}");
    assert!(capabilities.get("tasks").is_none());

    let arguments = json!({ "message": "About Ada" });
    let begun = client.call("agent__writer", arguments).await["result"].clone();
    assert_eq!(begun["resultType"], "task", "{begun}");
    assert_eq!(
        (&begun["status"], &begun["ttlMs"], &begun["pollIntervalMs"]),
        (&json!("working"), &json!(86_400_000), &json!(1000))
    );
    let id = begun["taskId"].as_str().unwrap();
    assert!(id.starts_with("task_"), "{id}");
    let ended = client.until(id, "completed").await;
    assert_eq!(ended["createdAt"], begun["createdAt"]);
    let answer = &ended["result"]["structuredContent"];
    assert_eq!(answer["text"], "A brief.", "{ended}");
    assert!(ended["result"].get("isError").is_none());
    assert_eq!(lab.model.asked().len(), 1, "it is asked once");
    let session = answer["sessionId"].as_str().unwrap();
    let path = format!("/v1/sessions/{session}/events");
    let events = lab.get(&lab.app.key, &path).await.json();
    let said = events["events"][1]["text"].clone();
    assert_eq!(said, "About Ada", "nothing is added to it: {events}");
    until("its job to be done", || async {
        let jobs = lab.get(&lab.app.key, "/v1/jobs").await.json();
        jobs["jobs"][0]["state"] == "done" && jobs["jobs"][0]["action"] == "agent:writer"
    })
    .await;
    let again = client.get(id).await;
    assert_eq!(
        again["result"], ended["result"],
        "it is there until its time is over"
    );
}

#[tokio::test]
async fn without_the_extension_an_agent_is_waited_for_and_tells_of_its_progress() {
    let writer = agent("writer").tool(search()).expose(Expose::MCP);
    let turns = vec![
        call("acme-search", json!({ "text": "Ada" })),
        Turn::text(["A brief."]),
    ];
    let lab = Lab::new(vec![writer], turns).await;
    let params = json!({
        "name": "agent__writer",
        "arguments": { "message": "About Ada" },
        "_meta": { "progressToken": "p1" },
    });
    let ask = lab.app.post("/mcp");
    let able = json!({ "elicitation": {}, "extensions": { "com.example/tasks": {} } });
    let answer = request(ask, "tools/call", params, &able).send().await;
    let text = answer.text().to_owned();
    let messages: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .filter_map(|data| serde_json::from_str(data.trim()).ok())
        .collect();
    let (last, told) = messages.split_last().unwrap_or_else(|| panic!("{text}"));
    let progress: Vec<_> = told
        .iter()
        .map(|told| {
            assert_eq!(told["params"]["progressToken"], "p1", "{told}");
            let step = told["params"]["progress"].as_u64().unwrap();
            (step, told["params"]["message"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(
        progress,
        [
            (1, "the agent has begun".to_owned()),
            (2, "the agent calls acme-search".to_owned())
        ]
    );
    assert_eq!(last["result"]["resultType"], "complete", "{last}");
    assert_eq!(last["result"]["structuredContent"]["text"], "A brief.");

    // The older revision has none of it.
    let params = json!({
        "protocolVersion": mcp::LEGACY, "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" }
    });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    let ask = lab
        .app
        .post("/mcp")
        .header("accept", "application/json, text/event-stream");
    let begun = ask.json(&body).send().await;
    assert!(!begun.text().contains("extensions"), "{}", begun.text());
    let session = begun.header("mcp-session-id").to_owned();
    let body =
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tasks/get", "params": { "taskId": "x" } });
    let refused = mcp::legacy(&lab.app, &session, &body).send().await;
    assert!(refused.text().contains("-32601"), "{}", refused.text());
}

#[tokio::test]
async fn what_says_that_it_takes_long_in_the_background_is_a_task_and_nothing_else_is() {
    let lab = Lab::with(
        vec![],
        vec![long("report", "done"), say_back()],
        Vec::<Turn>::new(),
    )
    .await;
    let client = Client::of(&lab.app);
    let id = client.begin("report", json!({})).await;
    let ended = client.until(&id, "completed").await;
    assert_eq!(
        ended["result"]["structuredContent"]["text"], "done",
        "{ended}"
    );
    let params = json!({
        "name": "say-back", "arguments": { "text": "hi" }, "task": { "ttl": 1000 }
    });
    let said = client.ask("tools/call", params).await.json();
    assert_eq!(said["result"]["resultType"], "complete", "{said}");
    assert_eq!(said["result"]["structuredContent"]["text"], "hi");
}

#[tokio::test]
async fn a_task_that_is_cancelled_ends_its_turn_and_stays_cancelled() {
    let turns = vec![Turn::text(["never", "ends"]).with(Trouble::HangAfter(1))];
    let lab = Lab::new(vec![agent("slow").expose(Expose::MCP)], turns).await;
    let client = Client::of(&lab.app);
    let id = client
        .begin("agent__slow", json!({ "message": "go" }))
        .await;
    lab.model.wait_asked(1).await;
    let working = client.get(&id).await;
    assert_eq!(working["status"], "working", "{working}");
    assert_eq!(working["statusMessage"], "the agent has begun");
    for _ in 0..2 {
        let heard = client.of_task("tasks/cancel", &id).await;
        assert_eq!(heard["result"]["resultType"], "complete", "{heard}");
        assert!(heard["result"].get("taskId").is_none());
        let cancelled = client.get(&id).await;
        assert_eq!(cancelled["status"], "cancelled", "{cancelled}");
        assert!(cancelled.get("result").is_none());
    }
    until("its turn to be interrupted", || async {
        let sessions = lab.get(&lab.app.key, "/v1/sessions").await.json();
        sessions["sessions"][0]["status"] == "interrupted"
    })
    .await;
    let jobs = lab.get(&lab.app.key, "/v1/jobs").await.json();
    assert_eq!(jobs["jobs"][0]["state"], "cancelled", "{jobs}");
    let events = lab.get(&lab.app.key, "/v1/audit?kind=job_cancelled");
    assert!(events.await.text().contains(&id), "it is in the audit log");
}

#[tokio::test]
async fn a_session_goes_on_by_a_task_and_a_failure_of_the_tool_is_its_result() {
    let turns = vec![Turn::text(["one"]), Turn::text(["two"])];
    let lab = Lab::new(vec![agent("writer").expose(Expose::MCP)], turns).await;
    let client = Client::of(&lab.app);
    let first = lab.prompt("writer", "first").await;
    let session = first["sessionId"].clone();
    let arguments = json!({ "message": "second", "sessionId": session });
    let id = client.begin("agent__writer", arguments).await;
    let ended = client.until(&id, "completed").await;
    let answer = &ended["result"]["structuredContent"];
    assert_eq!(
        (&answer["text"], &answer["sessionId"]),
        (&json!("two"), &session),
        "{ended}"
    );

    let unknown = "sess_01890a5d-ac96-774b-bcce-b302099a8057";
    let arguments = json!({ "message": "third", "sessionId": unknown });
    let id = client.begin("agent__writer", arguments).await;
    let ended = client.until(&id, "completed").await;
    assert_eq!(ended["result"]["isError"], true, "{ended}");
    let text = ended["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("session_not_found"), "{text}");
    assert_eq!(lab.model.asked().len(), 2);
}
