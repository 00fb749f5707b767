use keyway_core::provider::{Doing, IntegrationProvider as _, TurnStep};
use keyway_integrations::Linear;
use serde_json::{Value, json};

use super::setup::{Kept, asked, code, writes};

/// A place in a new agent session.
fn place(kept: &Kept) -> Value {
    let issue = kept.vendor.add_issue("ENG", "The pipe leaks", "");
    let (session, _) = kept.vendor.mention(&issue, "@keyway look");
    json!({ "event": "session:1", "session": session, "issue": issue })
}

fn step<'a>(marker: &'a str, doing: Doing<'a>) -> TurnStep<'a> {
    TurnStep { marker, doing }
}

#[tokio::test]
async fn what_is_said_stays_and_what_is_called_is_gone_with_the_next() {
    let kept = Kept::installed().await;
    let place = place(&kept);
    let session = place["session"].as_str().unwrap();
    let context = kept.publication(json!({})).await;
    assert!(Linear.follows(&place));
    let shown = || kept.vendor.thing(session).unwrap()["activities"].clone();
    let calls = step("kw-1", Doing::Calls("mcp_linear_get_issue"));
    Linear.tell(&context, &place, &calls).await.unwrap();
    let (query, variables) = asked(&kept.vendor);
    assert!(query.contains("agentActivityCreate(input: $input)"));
    let input = &variables["input"];
    assert_eq!(
        (&input["ephemeral"], &input["agentSessionId"]),
        (&json!(true), &json!(session))
    );
    let calling =
        json!({ "type": "action", "action": "Calling", "parameter": "mcp_linear_get_issue" });
    assert_eq!(input["content"], calling);
    assert_eq!(shown().as_array().unwrap().len(), 1);
    let says = step("kw-2", Doing::Says("I look at the joint."));
    Linear.tell(&context, &place, &says).await.unwrap();
    let input = asked(&kept.vendor).1["input"].clone();
    assert_eq!(input["ephemeral"], false);
    assert_eq!(
        input["content"],
        json!({ "type": "thought", "body": "I look at the joint." })
    );
    assert_eq!(shown(), json!([input["id"]]));
    // The same step has the same id, which Linear takes once.
    assert_eq!(
        code(Linear.tell(&context, &place, &says).await),
        "vendor_refused"
    );
    let long = "é".repeat(60_000);
    Linear
        .tell(&context, &place, &step("kw-3", Doing::Says(&long)))
        .await
        .unwrap();
    assert_eq!(kept.vendor.thing(session).unwrap()["status"], "active");
}

#[tokio::test]
async fn nothing_is_told_where_there_is_no_agent_session() {
    let kept = Kept::installed().await;
    let context = kept.publication(json!({})).await;
    let place = json!({ "event": "comment:1", "session": null, "issue": "x" });
    let before = writes(&kept.vendor);
    assert!(!Linear.follows(&place));
    let says = step("kw-1", Doing::Says("I look."));
    Linear.tell(&context, &place, &says).await.unwrap();
    assert_eq!(writes(&kept.vendor), before);
}

#[tokio::test]
async fn an_agent_session_leads_to_the_session_here_once_and_keeps_other_links() {
    let kept = Kept::installed().await;
    let place = place(&kept);
    let session = place["session"].as_str().unwrap();
    let mut context = kept.publication(json!({})).await;
    // Where it is not known where the gateway is served, there is nothing to lead to.
    Linear.acknowledge(&context, &place).await.unwrap();
    assert_eq!(
        kept.vendor.thing(session).unwrap()["externalUrls"],
        json!([])
    );
    for (event, link) in [
        ("a", "https://k.example/1"),
        ("b", "https://k.example/1"),
        ("c", "https://k.example/2"),
    ] {
        context.link = Some(link.to_owned());
        let mut place = place.clone();
        place["event"] = event.into();
        Linear.acknowledge(&context, &place).await.unwrap();
    }
    let (query, variables) = asked(&kept.vendor);
    assert!(query.contains("agentSessionUpdate(id: $id, input: $input)"));
    assert_eq!(variables["id"], session);
    let urls = kept.vendor.thing(session).unwrap()["externalUrls"].clone();
    let one = |url: &str| json!({ "label": "The whole session", "url": url });
    assert_eq!(
        urls,
        json!([one("https://k.example/1"), one("https://k.example/2")])
    );
}
