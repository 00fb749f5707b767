//! What comes in: how it proves itself, and what it means.

use keyway::provider::sign::{Algorithm, digest, hex, unhex};
use keyway::provider::{
    Fixture, InstallationChange, ProviderContext, Refused, SignedWebhook, WebhookEvent,
    WebhookOutcome, WebhookRequest,
};
use serde_json::{Value, json};

const SIGNATURE: &str = "x-hub-signature";
const PREFIX: &str = "sha256=";

pub(super) const FIXTURES: &[Fixture] = &[Fixture {
    name: "mention",
    about: "somebody mentions the agent in a comment",
    headers: &[("content-type", "application/json")],
    body: include_str!("fixtures/mention.json"),
}];

pub(super) fn verify(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Result<(), Refused> {
    let header = request
        .header(SIGNATURE)
        .and_then(|text| text.strip_prefix(PREFIX));
    let signature = header.and_then(unhex).ok_or(Refused::Unsigned)?;
    let key = context.secret.expose().as_bytes();
    let good = Algorithm::Sha256.verifies(key, &[request.body], &signature);
    (good && !key.is_empty())
        .then_some(())
        .ok_or(Refused::Signature)
}

pub(super) fn sign(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Option<SignedWebhook> {
    let tag = Algorithm::Sha256.sign(context.secret.expose().as_bytes(), &[request.body]);
    let mut headers = request.headers.clone();
    headers.insert(SIGNATURE, format!("{PREFIX}{}", hex(&tag)).parse().ok()?);
    Some(SignedWebhook {
        headers,
        body: request.body.to_vec(),
    })
}

pub(super) fn parse(request: &WebhookRequest<'_>, context: &ProviderContext<'_>) -> WebhookOutcome {
    let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
    let of_bytes = || format!("sha256:{}", digest(request.body));
    let ignored = |dedupe_key, rule: &str| WebhookOutcome::Ignored {
        dedupe_key,
        rule: rule.to_owned(),
    };
    let Some(there) = context.workspace else {
        return ignored(of_bytes(), "not_installed");
    };
    if text(&body, "/cloudId") != Some(&there.id) {
        return ignored(of_bytes(), "other_workspace");
    }
    match text(&body, "/webhookEvent") {
        Some("comment_created") => {}
        Some("app_uninstalled") => {
            return WebhookOutcome::Changed {
                dedupe_key: of_bytes(),
                rule: "uninstalled",
                change: InstallationChange::Revoked,
            };
        }
        _ => return ignored(of_bytes(), "event_not_used"),
    }
    let at = |pointer| text(&body, pointer);
    let read = at("/comment/id")
        .zip(at("/comment/body"))
        .zip(at("/issue/key"));
    let Some(((id, words), issue)) = read else {
        return ignored(of_bytes(), "payload_incomplete");
    };
    let dedupe_key = format!("comment:{id:.64}");
    let author = at("/comment/author/accountId");
    if author.is_none() || author == there.bot_id.as_deref() {
        return ignored(dedupe_key, "own_event");
    }
    let name = there.bot_name.as_deref().unwrap_or_default();
    if name.is_empty() || !words.contains(&format!("@{name}")) {
        return ignored(dedupe_key, "no_mention");
    }
    WebhookOutcome::Accepted(WebhookEvent {
        rule: "mentioned",
        thread: Some(issue.chars().take(64).collect()),
        user: author.map(str::to_owned),
        about: Some(issue.to_owned()),
        place: json!({ "issue": issue }),
        ..WebhookEvent::new(dedupe_key, words)
    })
}

fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer)?.as_str()
}
