//! The webhooks of `keyway-integrations`. Every function takes any bytes and must not panic: the first line is
//! what a header says, the rest is the body.

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use keyway_core::Secret;
use keyway_core::provider::{
    Claim, IntegrationProvider, LONGEST_KEY, ProviderContext, SignedWebhook, WebhookOutcome,
    WebhookRequest, Workspace,
};
use keyway_integrations::{GitHub, Linear, Slack, Webhook};
use serde_json::{Value, json};

/// What is signed with; the Base64 of 32 bytes behind `whsec_` is one of Standard Webhooks, too.
const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A webhook of GitHub: the first line is the event's name.
pub fn github_webhook(data: &[u8]) {
    let settings = json!({ "appId": "7", "appSlug": "keyway" });
    let headers = ["x-github-event", "x-hub-signature-256"];
    holds(&GitHub, &settings, "42", &headers, data);
}

/// A webhook of Linear: the first line is a signature.
pub fn linear_webhook(data: &[u8]) {
    let settings = json!({ "clientId": "client-1", "oauthClientId": "app-1" });
    holds(&Linear, &settings, "org-1", &["linear-signature"], data);
}

/// A webhook of Slack: the first line is a timestamp or a signature.
pub fn slack_webhook(data: &[u8]) {
    let settings = json!({ "clientId": "1.2", "appId": "A0APP" });
    let headers = ["x-slack-request-timestamp", "x-slack-signature"];
    holds(&Slack, &settings, "T0HOME", &headers, data);
}

/// A webhook of any system, signed in each way.
pub fn generic_webhook(data: &[u8]) {
    let timed = json!({
        "kind": "hmac", "header": "X-Sign", "prefix": "v1=", "encoding": "base64",
        "signed": "{timestamp}.{body}", "timestampHeader": "X-Time"
    });
    for verification in [timed, json!({ "kind": "standard_webhooks" })] {
        let settings = json!({
            "verification": verification, "eventId": "/id", "conversation": "/ticket",
            "message": "/text", "actor": "/by", "about": "/title"
        });
        let headers = ["x-sign", "x-time", "webhook-id", "webhook-signature"];
        holds(&Webhook, &settings, "w", &headers, data);
    }
}

/// What has to hold of every provider, whatever comes.
fn holds(
    provider: &dyn IntegrationProvider,
    settings: &Value,
    workspace: &str,
    names: &[&'static str],
    data: &[u8],
) {
    let mut there = Workspace::new(workspace, "acme");
    there.bot_id = Some("U0BOT".to_owned());
    there.bot_name = Some("keyway".to_owned());
    let (secret, nothing) = (Secret::new(SECRET.to_owned()), json!({}));
    let Ok(now) = Timestamp::from_second(1_800_000_000) else {
        return;
    };
    let context = ProviderContext {
        settings,
        triggers: &nothing,
        secret: &secret,
        workspace: Some(&there),
        now,
    };
    let at = data.iter().position(|byte| *byte == b'\n');
    let (line, body) = data.split_at(at.unwrap_or(0));
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(line) {
        for name in names {
            headers.insert(*name, value.clone());
        }
    }
    let media = if body.starts_with(b"payload=") {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    headers.insert("content-type", HeaderValue::from_static(media));
    let request = WebhookRequest {
        headers: &headers,
        body,
    };
    // Nobody signed it.
    assert!(provider.verify_webhook(&request, &context).is_err());
    reads(provider, &request, &context);
    if let Some(claim) = provider.claim(&request) {
        assert!(claim.workspaces.len() <= Claim::MOST);
    }
    if let Some(text) = provider.challenge(&request) {
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    if let Some(signed) = provider.sign_webhook(&request, &context) {
        verifies(provider, &signed, &context, data);
    }
}

/// What is signed is taken, and is not with another byte.
fn verifies(
    provider: &dyn IntegrationProvider,
    signed: &SignedWebhook,
    context: &ProviderContext<'_>,
    data: &[u8],
) {
    let takes = |body: &[u8]| {
        let request = WebhookRequest {
            headers: &signed.headers,
            body,
        };
        provider.verify_webhook(&request, context).is_ok()
    };
    assert!(takes(&signed.body));
    let request = WebhookRequest {
        headers: &signed.headers,
        body: &signed.body,
    };
    reads(provider, &request, context);
    let chosen = data.iter().fold(0_usize, |all, byte| {
        all.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    let at = chosen.checked_rem(signed.body.len()).unwrap_or(0);
    let mut changed = signed.body.clone();
    match changed.get_mut(at) {
        Some(byte) => *byte ^= 1,
        None => changed.push(b' '),
    }
    assert!(!takes(&changed));
    if !signed.body.is_empty() {
        assert!(!takes(signed.body.get(..at).unwrap_or_default()));
    }
}

/// A request means the same each time, and its keys are within bounds.
fn reads(
    provider: &dyn IntegrationProvider,
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) {
    let fits = |key: &str| (1..=LONGEST_KEY).contains(&key.len());
    let outcome = provider.parse_webhook(request, context);
    assert!(outcome == provider.parse_webhook(request, context));
    let (key, rule) = match &outcome {
        WebhookOutcome::Answered(text) => {
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
            return;
        }
        WebhookOutcome::Ignored { dedupe_key, rule } => (dedupe_key, rule.as_str()),
        WebhookOutcome::Changed {
            dedupe_key, rule, ..
        } => (dedupe_key, *rule),
        WebhookOutcome::Accepted(event) | WebhookOutcome::Stopped(event) => {
            for granularity in provider.publication().granularities {
                let dispatch = provider.dispatch(event, *granularity);
                let conversation = dispatch.and_then(|to| to.conversation);
                assert!(conversation.as_deref().is_none_or(fits));
            }
            (&event.dedupe_key, event.rule)
        }
    };
    assert!(fits(key));
    assert!(!provider.explain(rule).is_empty());
}
