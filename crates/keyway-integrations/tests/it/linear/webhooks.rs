use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use keyway_core::provider::{
    Granularity, IntegrationProvider as _, ProviderContext, Refused, Reply, WebhookEvent,
    WebhookOutcome, WebhookRequest,
};
use keyway_integrations::Linear;
use keyway_testkit::linear::Signed;
use serde_json::{Value, json};

use super::setup::Kept;

/// What the gateway does with a webhook that comes as soon as it is sent: verify it, then read it.
fn receive(kept: &Kept, signed: &Signed) -> Result<WebhookOutcome, Refused> {
    let body: Value = serde_json::from_slice(&signed.body).unwrap();
    let sent = body["webhookTimestamp"].as_i64().unwrap();
    receive_at(kept, signed, Timestamp::from_millisecond(sent).unwrap())
}

fn receive_at(kept: &Kept, signed: &Signed, now: Timestamp) -> Result<WebhookOutcome, Refused> {
    let mut headers = HeaderMap::new();
    for (name, value) in &signed.headers {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    let context = ProviderContext {
        settings: &kept.settings,
        triggers: &json!({}),
        secret: &kept.webhook_secret,
        workspace: kept.workspace.as_ref(),
        now,
    };
    let request = WebhookRequest {
        headers: &headers,
        body: &signed.body,
    };
    Linear.verify_webhook(&request, &context)?;
    let kept_headers = HeaderMap::new();
    let request = WebhookRequest {
        headers: &kept_headers,
        body: &signed.body,
    };
    Ok(Linear.parse_webhook(&request, &context))
}

fn event(kept: &Kept, signed: &Signed) -> WebhookEvent {
    match receive(kept, signed) {
        Ok(WebhookOutcome::Accepted(event)) => event,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mention_is_answered_in_its_session_and_a_follow_up_in_the_same() {
    let kept = Kept::installed().await;
    let issue = kept
        .vendor
        .add_issue("ENG", "The pipe leaks", "At the joint.");
    let (session, created) = kept.vendor.mention(&issue, "@keyway please look");
    let first = event(&kept, &created);
    assert!(first.text.contains("@keyway please look"));
    assert_eq!(first.about.as_deref(), Some("ENG-1 The pipe leaks"));
    let context = kept.publication(json!({})).await;
    Linear.acknowledge(&context, &first.place).await.unwrap();
    let reply = Reply {
        text: "It drips.",
        marker: "kw-1",
        failed: false,
        link: None,
    };
    Linear.reply(&context, &first.place, &reply).await.unwrap();
    let second = event(&kept, &kept.vendor.prompt(&session, "And the other joint?"));
    assert_eq!(second.text, "And the other joint?");
    assert_ne!(second.dedupe_key, first.dedupe_key);
    let of = |event: &WebhookEvent, granularity| {
        Linear.dispatch(event, granularity).unwrap().conversation
    };
    for granularity in [Granularity::PerIssue, Granularity::PerThread] {
        assert_eq!(of(&first, granularity), of(&second, granularity));
    }
    let reply = Reply {
        text: "That one is fine.",
        marker: "kw-2",
        failed: false,
        link: None,
    };
    Linear.reply(&context, &second.place, &reply).await.unwrap();
    let said = kept.vendor.things("AgentActivity");
    let said: Vec<_> = said
        .iter()
        .map(|one| one["content"]["body"].as_str().unwrap())
        .collect();
    assert!(said.contains(&"It drips.") && said.contains(&"That one is fine."));
    assert_eq!(said.len(), 3);
    let stopped = receive(&kept, &kept.vendor.stop(&session)).unwrap();
    let WebhookOutcome::Stopped(stop) = stopped else {
        panic!("{stopped:?}")
    };
    assert_eq!(
        of(&stop, Granularity::PerIssue),
        of(&first, Granularity::PerIssue)
    );
}

#[tokio::test]
async fn what_is_not_linear_s_very_bytes_of_now_is_refused() {
    let kept = Kept::installed().await;
    let issue = kept.vendor.add_issue("ENG", "The pipe leaks", "");
    let (_, created) = kept.vendor.mention(&issue, "@keyway");
    let mut tampered = created.clone();
    let at = tampered.body.iter().position(|byte| *byte == b'@').unwrap();
    // Still JSON, of the same moment.
    tampered.body[at] = b'#';
    assert_eq!(receive(&kept, &tampered), Err(Refused::Signature));
    let body: Value = serde_json::from_slice(&created.body).unwrap();
    let before = kept
        .now
        .checked_sub(SignedDuration::from_secs(120))
        .unwrap();
    let mut old = kept.vendor.sign_at(body, before);
    assert!(receive(&kept, &old).is_ok());
    assert_eq!(receive_at(&kept, &old, kept.now), Err(Refused::Stale));
    // The header is not what counts.
    old.headers.retain(|(name, _)| name != "linear-timestamp");
    let now = kept.now.as_millisecond().to_string();
    old.headers.push(("linear-timestamp".into(), now));
    assert_eq!(receive_at(&kept, &old, kept.now), Err(Refused::Stale));
}

#[tokio::test]
async fn an_app_that_is_taken_away_says_so_and_its_token_is_worth_nothing() {
    let kept = Kept::installed().await;
    let context = kept.publication(json!({})).await;
    let outcome = receive(&kept, &kept.vendor.uninstall()).unwrap();
    assert!(
        matches!(
            outcome,
            WebhookOutcome::Changed {
                rule: "app_revoked",
                ..
            }
        ),
        "{outcome:?}"
    );
    let refused = super::setup::call(&context, "get_issue", json!({ "issue": "ENG-1" })).await;
    assert_eq!(refused.unwrap_err().code(), "installation_revoked");
}
