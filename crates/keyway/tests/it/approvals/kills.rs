//! What is left of calls that wait when the gateway is killed.

use serde_json::json;

use super::lab::Lab;
use crate::support::wait::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_parking_deciding_and_running_loses_and_doubles_nothing() {
    let mut lab = Lab::new().await;
    // Before and after the decision, which may be made while nothing is served.
    for (round, (before, served_meanwhile, after)) in [
        (true, true, false),
        (true, false, true),
        (false, true, true),
        (true, false, false),
    ]
    .into_iter()
    .enumerate()
    {
        let marker = format!("round-{round}");
        assert_eq!(
            lab.call("mcp__peer__echo", &marker).await,
            "approval_pending"
        );
        if before {
            lab.restart().await;
        }
        assert_eq!(
            lab.call("mcp__peer__echo", &marker).await,
            "approval_pending"
        );
        let id = lab.only_pending();
        if !served_meanwhile {
            lab.kill().await;
        }
        assert_eq!(lab.told(&["approve", &id])["state"], "approved");
        if !served_meanwhile {
            lab.start().await;
        }
        if after {
            lab.restart().await;
        }
        assert_eq!(lab.came(&marker), 0);
        assert_eq!(lab.call("mcp__peer__echo", &marker).await, "");
        assert_eq!(lab.came(&marker), 1);
        until("the run to have ended", || async {
            lab.told(&["show", &id])["outcome"] == "ok"
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_cut_off_by_a_kill_is_told_as_unknown_and_not_made_again() {
    let mut lab = Lab::new().await;
    assert_eq!(lab.call("mcp__peer__hang", "cut").await, "approval_pending");
    let id = lab.only_pending();
    lab.told(&["approve", &id]);
    let mut asking = tokio::task::JoinSet::new();
    let ask = lab.ask("mcp__peer__hang", "cut");
    asking.spawn(async move { ask.try_open().await.is_ok() });
    until("the call at the peer", || async { lab.came("cut") == 1 }).await;
    lab.restart().await;
    // Until the hold of who was killed has run out.
    until("the outcome to be unknown", || async {
        let shown = lab.told(&["show", &id]);
        (&shown["state"], &shown["outcome"]) == (&json!("executed"), &json!("unknown"))
            && !shown["endedAt"].is_null()
    })
    .await;
    assert_eq!(
        lab.call("mcp__peer__hang", "cut").await,
        "approval_outcome_unknown"
    );
    // Who wants it all the same asks a person again.
    assert_eq!(lab.call("mcp__peer__hang", "cut").await, "approval_pending");
    assert_eq!(lab.came("cut"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modern_client_s_request_state_outlives_the_gateway_that_gave_it() {
    let mut lab = Lab::new().await;
    let params = json!({ "name": "mcp__peer__echo", "arguments": { "marker": "state" } });
    let shown = lab.opens(params.clone()).await;
    let result = &shown["result"];
    assert_eq!(result["resultType"], "input_required", "{shown}");
    let id = lab.only_pending();
    let key = format!("approval-{id}");
    let question = &result["inputRequests"][&key]["params"];
    let url = question["url"].as_str().unwrap();
    assert!(url.ends_with(&format!("/console/approvals/{id}")), "{url}");
    let mut retry = params.clone();
    retry["requestState"] = result["requestState"].clone();
    retry["inputResponses"] = json!({ key: { "action": "accept" } });
    lab.restart().await;
    let waits = lab.opens(retry.clone()).await;
    assert!(waits.to_string().contains("approval_pending"), "{waits}");
    lab.told(&["approve", &id]);
    lab.restart().await;
    let other = {
        let mut other = retry.clone();
        other["arguments"]["marker"] = "other".into();
        other
    };
    let ran = lab.opens(retry.clone()).await;
    assert_eq!(ran["result"]["echo"]["marker"], "state", "{ran}");
    // The peer hears nothing of how it was approved.
    let came = lab
        .peer
        .seen("tools/call")
        .pop()
        .unwrap()
        .json()
        .to_string();
    assert!(
        !came.contains("requestState") && !came.contains("appr_"),
        "{came}"
    );
    for replay in [retry, other] {
        let refused = lab.opens(replay).await.to_string();
        assert!(refused.contains("approval_spent"), "{refused}");
    }
    assert_eq!((lab.came("state"), lab.came("other")), (1, 0));
}
