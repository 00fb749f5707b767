use std::time::Duration;

use http::Method;
use keyway::Expose;
use keyway_app::KeyRequest;
use keyway_core::Role;
use keyway_testkit::models::{Trouble, Turn};
use serde_json::{Value, json};

use super::world::{Client, long, request, tasks};
use crate::agents::world::{Lab, agent};
use crate::support::mcp::MODERN;
use crate::support::wait::until;

const METHODS: [&str; 3] = ["tasks/get", "tasks/update", "tasks/cancel"];

/// A model that never gets to the end of anything.
fn hanging() -> Vec<Turn> {
    let turn = || Turn::text(["never", "ends"]).with(Trouble::HangAfter(1));
    std::iter::repeat_with(turn).take(6).collect()
}

fn params(id: &str) -> Value {
    json!({ "taskId": id, "inputResponses": {} })
}

#[tokio::test]
async fn what_is_no_task_of_whoever_asks_is_not_there_whatever_the_reason() {
    let slow = || agent("slow").expose(Expose::MCP);
    let lab = Lab::new(vec![slow()], hanging()).await;
    let client = Client::of(&lab.app);
    let id = client
        .begin("agent__slow", json!({ "message": "go" }))
        .await;
    lab.model.wait_asked(1).await;
    let bot = Client::with_key(&lab.app, &lab.member("bot").await);
    let mut answers = Vec::new();
    for (client, id) in [
        (&bot, id.as_str()),
        (&client, "task_01890a5d-ac96-774b-bcce-b302099a8057"),
        (&client, "job_01890a5d-ac96-774b-bcce-b302099a8057"),
        (&client, "../x"),
        (&client, ""),
    ] {
        for method in METHODS {
            let answer = client.ask(method, params(id)).await;
            assert_eq!(answer.status(), 200, "{method} {id}");
            let error = answer.json()["error"].clone();
            assert_eq!(error["code"], -32602, "{method} {id}: {error}");
            answers.push(error.to_string());
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "nothing tells them apart: {answers:?}");
    assert_eq!(
        client.status(&id).await,
        "working",
        "and nothing happened to it"
    );

    for (bad, why) in [
        (json!({}), "taskId"),
        (json!({ "taskId": 7 }), "taskId"),
        (json!({ "taskid": id }), "letters"),
    ] {
        let answer = client.ask("tasks/get", bad).await.json();
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert!(
            answer["error"]["message"].as_str().unwrap().contains(why),
            "{answer}"
        );
    }
    let answer = client.of_task("tasks/update", &id).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    for removed in ["tasks/list", "tasks/result"] {
        let answer = client.ask(removed, params(&id)).await;
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.json()["error"]["code"], -32601);
    }
}

#[tokio::test]
async fn a_client_that_does_not_declare_tasks_and_headers_that_differ_are_refused() {
    let lab = Lab::new(vec![agent("slow").expose(Expose::MCP)], hanging()).await;
    let client = Client::of(&lab.app);
    let id = client
        .begin("agent__slow", json!({ "message": "go" }))
        .await;
    let plain = Client {
        able: json!({ "extensions": { "io.modelcontextprotocol/ui": {} } }),
        ..Client::of(&lab.app)
    };
    for method in METHODS {
        let refused = plain.ask(method, params(&id)).await;
        assert_eq!(refused.status(), 400, "{method}");
        let error = refused.json()["error"].clone();
        assert_eq!(error["code"], -32021, "{error}");
        assert_eq!(error["data"]["requiredCapabilities"], tasks());
        let ask = || lab.app.post("/mcp");
        let wrong = json!({ "taskId": id, "inputResponses": {}, "name": "other" });
        for params in [wrong, Value::Null] {
            let refused = match params {
                Value::Null => unnamed(ask(), method, &id).send().await,
                // Its header names something else.
                params => request(ask(), method, params, &tasks()).send().await,
            };
            assert_eq!(refused.status(), 400, "{method}");
            assert_eq!(
                refused.json()["error"]["code"],
                -32020,
                "{}",
                refused.text()
            );
        }
    }
    assert_eq!(client.status(&id).await, "working");
}

/// A request about a task without the header that names it.
fn unnamed(
    ask: crate::support::client::Ask,
    method: &str,
    id: &str,
) -> crate::support::client::Ask {
    let params = json!({
        "taskId": id, "inputResponses": {},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": tasks()
        }
    });
    ask.header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", MODERN)
        .header("mcp-method", method)
        .json(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
}

#[tokio::test]
async fn what_would_be_refused_at_once_begins_no_task() {
    let agents = vec![agent("slow").expose(Expose::MCP), agent("hidden")];
    let lab = Lab::set(agents, vec![], hanging(), |config| {
        config.tasks.per_principal = 2;
    })
    .await;
    let client = Client::of(&lab.app);
    let bad = client.call("agent__slow", json!({ "message": "" })).await;
    assert_eq!(bad["result"]["isError"], true, "{bad}");
    for name in ["agent__hidden", "agent__none", "agent-slow"] {
        let unknown = client.call(name, json!({ "message": "go" })).await;
        assert_eq!(unknown["error"]["code"], -32602, "{name}: {unknown}");
    }
    let jobs = lab.get(&lab.app.key, "/v1/jobs").await.json();
    assert_eq!(jobs["jobs"], json!([]));
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(
            client
                .begin("agent__slow", json!({ "message": "go" }))
                .await,
        );
    }
    let full = client.call("agent__slow", json!({ "message": "go" })).await;
    assert_eq!(full["result"]["isError"], true, "{full}");
    assert!(full.to_string().contains("too_many_tasks"), "{full}");
    let bot = Client::with_key(&lab.app, &lab.member("bot").await);
    bot.begin("agent__slow", json!({ "message": "go" })).await;
    client.of_task("tasks/cancel", &ids[0]).await;
    client
        .begin("agent__slow", json!({ "message": "go" }))
        .await;
}

#[tokio::test]
async fn a_task_is_forgotten_after_its_time() {
    let lab = Lab::set(
        vec![],
        vec![long("report", "done")],
        Vec::<Turn>::new(),
        |config| {
            config.tasks.keep = Duration::from_secs(2);
        },
    )
    .await;
    let client = Client::of(&lab.app);
    let id = client.begin("report", json!({})).await;
    until("the task to be gone", || async {
        let answer = client.of_task("tasks/get", &id).await;
        answer["error"]["code"] == -32602
    })
    .await;
}

#[tokio::test]
async fn attack_a_revoked_key_reads_nothing_and_what_it_asked_for_ends() {
    let lab = Lab::new(vec![agent("slow").expose(Expose::MCP)], hanging()).await;
    let (app, local) = (lab.app.running.app(), lab.app.running.app().local());
    let bot = app
        .people()
        .create_service_account(&local, "bot", Role::Member);
    let bot = bot.await.unwrap().id;
    let issue = async |scopes: &str| {
        let request = KeyRequest {
            name: scopes.into(),
            scopes: Some(scopes.parse().unwrap()),
            service_account: Some(bot.clone()),
            ..KeyRequest::default()
        };
        app.api_keys().issue(&local, request).await.unwrap()
    };
    let issued = issue("mcp").await;
    let client = Client::with_key(&lab.app, issued.secret.expose());
    let id = client
        .begin("agent__slow", json!({ "message": "go" }))
        .await;
    lab.model.wait_asked(1).await;
    // Another key of the same machine is somebody else.
    let second = issue("tools:agent__slow").await;
    let other = Client::with_key(&lab.app, second.secret.expose());
    let answer = other.of_task("tasks/get", &id).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    app.api_keys()
        .revoke(&local, &issued.view.id)
        .await
        .unwrap();
    until("the key to be refused", || async {
        let ask = lab
            .app
            .ask(Method::POST, "/mcp")
            .bearer(issued.secret.expose());
        let refused = request(ask, "tasks/get", json!({ "taskId": id }), &tasks());
        refused.send().await.status() == 401
    })
    .await;
    until("its turn to end", || async {
        let sessions = lab.get(&lab.app.key, "/v1/sessions").await.json();
        sessions["sessions"][0]["status"] == "interrupted"
    })
    .await;
}
