//! How a call waits, and what it is answered.

use std::sync::Arc;
use std::time::Duration;

use keyway_app::approvals::Decide;
use keyway_core::Kind;
use serde_json::{Value, json};

use super::world::{Opens, World, code};
use crate::policy::world::{Desk, policies, yes};

#[tokio::test]
async fn a_call_that_waits_runs_at_once_when_it_is_approved() {
    let world = World::patient().await;
    let call = world.asks("/srv/a");
    let deciding = async {
        let asked = world.pending().await;
        assert_eq!(world.ran(), 0);
        world.approve(&asked.id).await;
        asked.id
    };
    let (answer, id) = tokio::join!(call, deciding);
    assert_eq!((answer.as_str(), world.ran()), (r#""tools/call drop""#, 1));
    assert_eq!(world.outcome(&id).await, "ok");
    let told = world.show(&id).await;
    assert_eq!(told.approval.state, "executed");
    assert_eq!(told.approval.decided_through.as_deref(), Some("console"));
    world.stop().await;
}

#[tokio::test]
async fn a_call_that_nobody_decides_about_is_pending_and_runs_once_when_asked_again() {
    let world = World::new().await;
    let answer = world.asks("/srv/a").await;
    assert_eq!(code(&answer), "approval_pending");
    let asked = world.pending().await;
    assert!(answer.contains(asked.id.as_str()) && answer.contains("https://gate.example/console"));
    // The same call is the same wish, whatever its members are called in what order.
    let again = world.asks("/srv/a").await;
    assert_eq!(code(&again), "approval_pending");
    assert_eq!(world.all().await.len(), 1);
    world.approve(&asked.id).await;
    assert_eq!(world.ran(), 0);
    assert_eq!(world.asks("/srv/a").await, r#""tools/call drop""#);
    assert_eq!(world.ran(), 1);
    // And then it is another wish.
    assert_eq!(code(&world.asks("/srv/a").await), "approval_pending");
    assert_eq!((world.ran(), world.all().await.len()), (1, 2));
    world.stop().await;
}

#[tokio::test]
async fn a_denial_is_told_with_its_reason_and_holds_for_a_while() {
    let world = World::new().await;
    world.asks("/srv/a").await;
    let asked = world.pending().await;
    let owner = world.owner().clone();
    let deny = Decide::Deny(Some("not on a Friday"));
    world.decide(&owner, &asked.id, deny).await.unwrap();
    for _ in 0..2 {
        let answer = world.asks("/srv/a").await;
        assert_eq!(code(&answer), "approval_denied");
        assert!(answer.contains("not on a Friday"), "{answer}");
    }
    assert_eq!((world.ran(), world.all().await.len()), (0, 1));
    world.gate.later(3_600);
    assert_eq!(code(&world.asks("/srv/a").await), "approval_pending");
    world.stop().await;
}

#[tokio::test]
async fn what_expires_is_told_once_and_then_asked_about_anew() {
    let world = World::new().await;
    world.asks("/srv/a").await;
    let asked = world.pending().await;
    world.gate.later(24 * 3_600 + 1);
    assert_eq!(world.show(&asked.id).await.approval.state, "expired");
    let owner = world.owner().clone();
    let late = world.decide(&owner, &asked.id, Decide::Approve).await;
    let late = late.unwrap_err();
    assert_eq!(
        (late.kind(), late.code()),
        (Kind::Conflict, "approval_expired")
    );
    assert_eq!(code(&world.asks("/srv/a").await), "approval_expired");
    assert_eq!(code(&world.asks("/srv/a").await), "approval_pending");
    // What was approved and not made in time does not run either.
    let asked = world.pending().await;
    world.approve(&asked.id).await;
    world.gate.later(24 * 3_600 + 1);
    assert_eq!(code(&world.asks("/srv/a").await), "approval_expired");
    assert_eq!(world.ran(), 0);
    world.stop().await;
}

#[tokio::test]
async fn a_modern_client_is_shown_where_it_is_decided_and_asks_again() {
    let world = World::new().await;
    let client = Opens::new("accept", true);
    let params = json!({ "name": "mcp__s__drop", "arguments": { "path": "/srv/a" } });
    let at = |params: Value| world.params_at(&world.client, params, Arc::clone(&client) as _);
    let shown: Value = serde_json::from_str(&at(params.clone()).await).unwrap();
    assert_eq!(shown["resultType"], "input_required");
    let asked = world.pending().await;
    let key = format!("approval-{}", asked.id);
    let question = &shown["inputRequests"][&key]["params"];
    assert_eq!(question["mode"], "url");
    assert_eq!(
        question["url"],
        format!("https://gate.example/console/approvals/{}", asked.id)
    );
    let mut retry = params.clone();
    retry["requestState"] = shown["requestState"].clone();
    retry["inputResponses"] = json!({ key.clone(): { "action": "accept" } });
    assert_eq!(code(&at(retry.clone()).await), "approval_pending");
    world.approve(&asked.id).await;
    assert_eq!(at(retry.clone()).await, r#""tools/call drop""#);
    // The same retry is the same wish: it does not run again.
    assert_eq!(code(&at(retry).await), "approval_spent");
    assert_eq!((world.ran(), world.all().await.len()), (1, 1));
    assert_eq!(client.asked.lock().len(), 0);
    // Whoever does not want it at the client takes it back.
    let shown: Value = serde_json::from_str(&at(params.clone()).await).unwrap();
    let asked = world.pending().await;
    let mut retry = params;
    retry["requestState"] = shown["requestState"].clone();
    retry["inputResponses"] = json!({ format!("approval-{}", asked.id): { "action": "decline" } });
    assert_eq!(code(&at(retry).await), "approval_void");
    let void = world.show(&asked.id).await.approval;
    assert_eq!(
        (void.state, void.reason.as_deref()),
        ("void", Some("withdrawn"))
    );
    world.stop().await;
}

#[tokio::test]
async fn an_older_client_opens_the_page_and_its_call_goes_on() {
    let world = World::patient().await;
    let client = Opens::new("accept", false);
    let params = json!({ "name": "mcp__s__drop", "arguments": {} });
    let call = world.params_at(&world.client, params, Arc::clone(&client) as _);
    let deciding = async {
        let asked = world.pending().await;
        world.approve(&asked.id).await;
        asked.id
    };
    let (answer, id) = tokio::join!(call, deciding);
    assert_eq!((answer.as_str(), world.ran()), (r#""tools/call drop""#, 1));
    let asked = client.asked.lock().join("\n");
    assert!(
        asked.contains(&format!("/console/approvals/{id}")),
        "{asked}"
    );
    world.stop().await;
}

#[tokio::test]
async fn the_person_at_the_client_decides_where_policy_lets_them_and_anybody_else_meanwhile() {
    let world = World::patient().await;
    world.app().set_policies(policies(""));
    let params = || json!({ "name": "mcp__s__drop", "arguments": {} });
    let desk = Desk::new(true, yes());
    let answer = world.params_at(&world.client, params(), desk as _).await;
    assert_eq!((answer.as_str(), world.ran()), (r#""tools/call drop""#, 1));
    let told = world.all().await.remove(0);
    assert_eq!(told.decided_through.as_deref(), Some("client"));
    assert_eq!(Some(told.actor), told.decided_by);
    let desk = Desk::new(true, json!({ "action": "decline" }));
    let answer = world.params_at(&world.client, params(), desk as _).await;
    assert_eq!(
        (code(&answer).as_str(), world.ran()),
        ("approval_denied", 1)
    );
    // Policy wants somebody else from while it is asked about.
    world.gate.later(3_600);
    let app = world.app().clone();
    let desk = Desk::with(true, yes(), move || {
        app.set_policies(policies(super::world::OTHERS));
    });
    let answer = world.params_at(&world.client, params(), desk as _).await;
    assert_eq!((code(&answer).as_str(), world.ran()), ("approval_void", 1));
    world.stop().await;
}

#[tokio::test]
async fn arguments_of_four_mebibytes_are_kept_whole_and_shown_short() {
    let world = World::new().await;
    let arguments = json!({ "path": "/srv/a", "body": "x".repeat(4 << 20), "token": "canary" });
    let answer = world.call(&world.client, arguments.clone()).await;
    assert_eq!(code(&answer), "approval_pending");
    let asked = world.pending().await;
    let shown = world.show(&asked.id).await;
    let text = shown.arguments.unwrap();
    assert!(shown.argument_bytes.unwrap() > 4 << 20 && text.len() < 8_192);
    assert!(
        text.contains("/srv/a") && !text.contains("canary"),
        "{text}"
    );
    world.approve(&asked.id).await;
    let answer = world.call(&world.client, arguments).await;
    assert_eq!(answer, r#""tools/call drop""#);
    world.stop().await;
}

#[tokio::test]
async fn nobody_can_fill_the_inbox() {
    let world = World::with(|settings| {
        settings.approvals.wait = Duration::ZERO;
        settings.approvals.pending = 3;
    })
    .await;
    for nth in 0..3 {
        let answer = world.asks(&format!("/srv/{nth}")).await;
        assert_eq!(code(&answer), "approval_pending");
    }
    assert_eq!(code(&world.asks("/srv/4").await), "approval_unavailable");
    assert_eq!(world.all().await.len(), 3);
    world.stop().await;
}
