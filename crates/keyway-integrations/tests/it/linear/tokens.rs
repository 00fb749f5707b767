use jiff::SignedDuration;
use keyway_core::provider::{IntegrationProvider as _, Secrets};
use keyway_integrations::Linear;
use keyway_testkit::linear::Misbehaviour;

use super::setup::{Kept, call, code};
use serde_json::json;

fn later(kept: &mut Kept, hours: i64) {
    kept.now = kept
        .now
        .checked_add(SignedDuration::from_hours(hours))
        .unwrap();
}

/// The secrets that getting a token changed.
async fn renewed(kept: &Kept) -> Option<Secrets> {
    Linear.token(&kept.context()).await.unwrap().secrets
}

#[tokio::test]
async fn a_token_is_used_until_it_is_about_to_expire_and_then_renewed() {
    let mut kept = Kept::installed().await;
    let first = Linear.token(&kept.context()).await.unwrap();
    assert!(first.secrets.is_none() && first.expires_at.is_some());
    later(&mut kept, 23);
    assert!(renewed(&kept).await.is_none());
    later(&mut kept, 1);
    kept.vendor.expire_tokens();
    let second = Linear.token(&kept.context()).await.unwrap();
    let secrets = second.secrets.unwrap();
    assert_ne!(second.value.expose(), first.value.expose());
    assert_eq!(
        secrets.get("accessToken").unwrap().expose(),
        second.value.expose()
    );
    let refresh = |secrets: &Secrets| secrets.get("refreshToken").unwrap().expose().clone();
    assert_ne!(refresh(&secrets), refresh(&kept.secrets));
    assert!(secrets.get("clientSecret").is_some() && secrets.get("webhookSecret").is_some());
    kept.secrets = secrets;
    assert!(renewed(&kept).await.is_none());
    // It is good.
    let context = kept.publication(json!({})).await;
    kept.vendor.add_issue("ENG", "The pipe leaks", "");
    call(&context, "get_issue", json!({ "issue": "ENG-1" }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_renewal_whose_answer_is_lost_is_asked_for_again() {
    let mut kept = Kept::installed().await;
    later(&mut kept, 25);
    kept.vendor.expire_tokens();
    kept.vendor.misbehave(Misbehaviour::DropsAnswer);
    assert_eq!(code(Linear.token(&kept.context()).await), "vendor_failed");
    let secrets = renewed(&kept).await.unwrap();
    // Until half an hour later, when the old one is worth nothing and the new one is.
    kept.vendor.end_grace();
    assert_eq!(
        code(Linear.token(&kept.context()).await),
        "installation_revoked"
    );
    kept.secrets = secrets;
    later(&mut kept, 25);
    assert!(renewed(&kept).await.is_some());
}

#[tokio::test]
async fn an_installation_that_linear_forgot_is_revoked() {
    let mut kept = Kept::installed().await;
    kept.vendor.uninstall();
    later(&mut kept, 25);
    assert_eq!(
        code(Linear.token(&kept.context()).await),
        "installation_revoked"
    );
    kept.secrets = kept.secrets.clone().without("refreshToken");
    assert_eq!(
        code(Linear.token(&kept.context()).await),
        "installation_revoked"
    );
}

#[tokio::test]
async fn trouble_while_renewing_is_no_end() {
    let mut kept = Kept::installed().await;
    later(&mut kept, 25);
    kept.vendor.misbehave(Misbehaviour::Busy { retry_after: 7 });
    let error = Linear.token(&kept.context()).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 7);
    assert_eq!(code::<()>(Err(error)), "vendor_rate_limited");
    for trouble in [Misbehaviour::Fails, Misbehaviour::NoJson] {
        kept.vendor.misbehave(trouble);
        assert_eq!(code(Linear.token(&kept.context()).await), "vendor_failed");
    }
    assert!(renewed(&kept).await.is_some());
}

#[tokio::test]
async fn what_was_given_is_given_back() {
    let kept = Kept::installed().await;
    assert_eq!(kept.vendor.tokens().len(), 2);
    Linear.revoke(&kept.context()).await.unwrap();
    assert!(kept.vendor.tokens().is_empty());
    // Who says it twice, or after the organization did, is done.
    Linear.revoke(&kept.context()).await.unwrap();
    let never = Kept::app().await;
    Linear.revoke(&never.context()).await.unwrap();
    assert!(never.vendor.received().is_empty());
    let kept = Kept::installed().await;
    kept.vendor.misbehave(Misbehaviour::Fails);
    assert_eq!(code(Linear.revoke(&kept.context()).await), "vendor_failed");
}
