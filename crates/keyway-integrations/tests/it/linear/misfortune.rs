use keyway_core::provider::IntegrationProvider as _;
use keyway_integrations::Linear;
use keyway_testkit::linear::{Linear as Vendor, Misbehaviour};
use serde_json::json;

use super::setup::{Kept, call, code};

#[tokio::test]
async fn what_goes_wrong_there_has_a_code_and_none_of_their_words() {
    let kept = Kept::installed().await;
    kept.vendor.add_issue("ENG", "The pipe leaks", "");
    let context = kept.publication(json!({})).await;
    for (misfortune, expected) in [
        (Misbehaviour::Fails, "vendor_failed"),
        (Misbehaviour::NoJson, "vendor_failed"),
        (Misbehaviour::DropsAnswer, "vendor_failed"),
        (Misbehaviour::Forgets, "installation_revoked"),
        (Misbehaviour::Busy { retry_after: 3 }, "vendor_rate_limited"),
    ] {
        kept.vendor.misbehave(misfortune);
        let outcome = call(&context, "get_issue", json!({ "issue": "ENG-1" })).await;
        assert_eq!(code(outcome), expected);
    }
    call(&context, "get_issue", json!({ "issue": "ENG-1" }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_limit_says_when_it_is_over() {
    let kept = Kept::installed().await;
    let context = kept.publication(json!({})).await;
    let reset = kept.now.as_millisecond() + 90_000;
    kept.vendor.misbehave(Misbehaviour::Limited { reset });
    let limited = call(&context, "get_issue", json!({ "issue": "ENG-1" }))
        .await
        .unwrap_err();
    assert_eq!(limited.retry_after().unwrap().as_millis(), 90_000);
    assert_eq!(limited.kind().status(), 429);
    assert_eq!(code::<()>(Err(limited)), "vendor_rate_limited");
    kept.vendor.misbehave(Misbehaviour::Busy { retry_after: 3 });
    let busy = call(&context, "get_issue", json!({ "issue": "ENG-1" }))
        .await
        .unwrap_err();
    assert_eq!(busy.retry_after().unwrap().as_secs(), 3);
}

#[tokio::test]
async fn a_token_that_may_only_read_is_told_so() {
    let kept = Kept::app().await;
    kept.vendor.grant_only(&["read"]);
    assert_eq!(code(kept.consent().await), "missing_vendor_scope");
    // A personal key has no agent sessions.
    let mut kept = Kept::key(Vendor::KEY).await;
    let progress = Linear.connect(&kept.context()).await.unwrap();
    kept.take(progress);
    let issue = kept.vendor.add_issue("ENG", "The pipe leaks", "");
    let (session, _) = kept.vendor.mention(&issue, "@keyway look");
    let context = kept.publication(json!({})).await;
    let place = json!({ "event": "e", "session": session, "issue": issue });
    assert_eq!(
        code(Linear.acknowledge(&context, &place).await),
        "missing_vendor_scope"
    );
}

#[tokio::test]
async fn a_key_goes_without_a_scheme_and_a_token_with_one() {
    let mut kept = Kept::key(Vendor::KEY).await;
    let progress = Linear.connect(&kept.context()).await.unwrap();
    kept.take(progress);
    kept.vendor.add_issue("ENG", "The pipe leaks", "");
    let context = kept.publication(json!({})).await;
    call(
        &context,
        "create_comment",
        json!({ "issue": "ENG-1", "body": "Hi" }),
    )
    .await
    .unwrap();
    assert!(
        kept.vendor
            .received()
            .iter()
            .all(|it| it.authorization == Vendor::KEY)
    );
    assert_eq!(kept.vendor.things("Comment")[0]["user"], "Ada");
    let kept = Kept::installed().await;
    kept.vendor.add_issue("ENG", "The pipe leaks", "");
    let context = kept.publication(json!({})).await;
    kept.vendor.forget_received();
    call(
        &context,
        "create_comment",
        json!({ "issue": "ENG-1", "body": "Hi" }),
    )
    .await
    .unwrap();
    let bearer = format!("Bearer {}", context.token.expose());
    assert!(
        kept.vendor
            .received()
            .iter()
            .all(|it| it.authorization == bearer)
    );
    assert_eq!(kept.vendor.things("Comment")[0]["user"], "Keyway");
}
