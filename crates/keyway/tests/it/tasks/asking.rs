use keyway::{Action, Expose};
use keyway_app::approvals::{Decide, Through};
use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::world::{Client, asks, tasks};
use crate::agents::world::{Lab, agent, call};
use crate::support::actions::{Nothing, Said};

fn able(elicitation: Value) -> Value {
    let mut able = tasks();
    able["elicitation"] = elicitation;
    able
}

#[tokio::test]
async fn a_task_asks_by_how_it_stands_and_goes_on_once_it_is_answered() {
    let helper = agent("helper").tool("acme:who").expose(Expose::MCP);
    let turns = vec![call("acme-who", json!({})), Turn::text(["Hello, Ada."])];
    let lab = Lab::with(vec![helper], vec![asks("acme:who")], turns).await;
    let client = Client {
        able: able(json!({ "form": {} })),
        ..Client::of(&lab.app)
    };
    let id = client
        .begin("agent__helper", json!({ "message": "greet" }))
        .await;
    let waiting = client.until(&id, "input_required").await;
    assert_eq!(waiting["statusMessage"], "the agent calls acme-who");
    let (key, asked) = waiting["inputRequests"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    assert_eq!(asked["method"], "elicitation/create", "{waiting}");
    assert_eq!(asked["params"]["message"], "Who?");
    let update = async |responses: Value| {
        let params = json!({ "taskId": id, "inputResponses": responses });
        let heard = client.ask("tasks/update", params).await.json();
        assert_eq!(heard["result"]["resultType"], "complete", "{heard}");
        assert!(heard["result"].get("status").is_none());
    };
    // What was not asked, and what is no answer, changes nothing.
    update(json!({ "who": { "action": "accept" } })).await;
    update(json!({ key: { "yes": true } })).await;
    assert_eq!(
        client.get(&id).await["inputRequests"],
        waiting["inputRequests"]
    );
    update(json!({ key: { "action": "accept", "content": { "name": "Ada" } } })).await;
    let ended = client.until(&id, "completed").await;
    assert_eq!(ended["result"]["structuredContent"]["text"], "Hello, Ada.");
    assert!(lab.told(1).contains("Ada"), "{}", lab.told(1));
    // One that has ended has no use for answers.
    update(json!({ key: { "action": "decline" } })).await;
    assert_eq!(client.get(&id).await["result"], ended["result"]);
}

#[tokio::test]
async fn a_client_that_cannot_be_asked_is_not_and_a_task_that_waits_can_be_cancelled() {
    let lab = Lab::with(vec![], vec![asks("acme:who")], Vec::<Turn>::new()).await;
    let client = Client::of(&lab.app);
    let id = client.begin("acme-who", json!({})).await;
    let failed = client.until(&id, "failed").await;
    assert_eq!(failed["error"]["code"], -32021, "{failed}");
    assert!(failed.get("result").is_none() && failed["statusMessage"].is_string());
    let client = Client {
        able: able(json!({})),
        ..client
    };
    let id = client.begin("acme-who", json!({})).await;
    client.until(&id, "input_required").await;
    client.of_task("tasks/cancel", &id).await;
    let cancelled = client.get(&id).await;
    assert_eq!(cancelled["status"], "cancelled", "{cancelled}");
    assert!(cancelled.get("inputRequests").is_none());
}

#[tokio::test]
async fn a_call_of_an_agent_s_that_needs_an_approval_leads_to_where_a_person_decides() {
    let drop = Action::new("acme:drop", |_, _: Nothing| async move {
        Ok(Said {
            text: "dropped".into(),
        })
    })
    .destructive()
    .expose(Expose::NONE);
    let helper = agent("helper").tool(drop).expose(Expose::MCP);
    let turns = vec![call("acme-drop", json!({})), Turn::text(["It is gone."])];
    let lab = Lab::new(vec![helper], turns).await;
    let client = Client {
        able: able(json!({ "url": {} })),
        ..Client::of(&lab.app)
    };
    let id = client
        .begin("agent__helper", json!({ "message": "drop it" }))
        .await;
    let waiting = client.until(&id, "input_required").await;
    let (key, asked) = waiting["inputRequests"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    let url = asked["params"]["url"]
        .as_str()
        .unwrap_or_else(|| panic!("{waiting}"));
    let approval = url.rsplit('/').next().unwrap();
    // The client says that it led somebody there, which decides nothing; nor does its key.
    let answer = json!({ "taskId": id, "inputResponses": { key: { "action": "accept" } } });
    let approve = format!("/v1/approvals/{approval}/approve");
    let refused = lab.app.post(&approve).json(&json!({})).send().await;
    assert_eq!(refused.status(), 403, "{}", refused.text());
    assert_eq!(client.status(&id).await, "input_required");
    let (app, local) = (lab.app.running.app(), lab.app.running.app().local());
    let (approvals, approval) = (app.approvals(), approval.parse().unwrap());
    let deciding = approvals.decide(&local, &approval, Decide::Approve, Through::Cli);
    deciding.await.unwrap();
    let ended = client.until(&id, "completed").await;
    assert_eq!(
        ended["result"]["structuredContent"]["text"], "It is gone.",
        "{ended}"
    );
    assert!(lab.told(1).contains("dropped"), "{}", lab.told(1));
    client.ask("tasks/update", answer).await;
    assert_eq!(client.status(&id).await, "completed");
}
