//! Webhooks to try a publication with, and their signature.

use keyway_core::provider::sign::{self, Algorithm};
use keyway_core::provider::{Fixture, ProviderContext, SignedWebhook, WebhookRequest};

use super::verify::{SIGNATURE, TIMESTAMP, VERSION};

pub(super) const FIXTURES: &[Fixture] = &[
    Fixture {
        name: "mention",
        about: "a member mentions the agent in a channel",
        headers: &[("content-type", "application/json")],
        body: include_str!("fixtures/mention.json"),
    },
    Fixture {
        name: "message",
        about: "a member writes to the agent directly",
        headers: &[("content-type", "application/json")],
        body: include_str!("fixtures/message.json"),
    },
];

/// A request as Slack signs it.
pub(super) fn sign(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Option<SignedWebhook> {
    let sent = context.now.as_second().to_string();
    let key = context.secret.expose().as_bytes();
    let parts = [b"v0:", sent.as_bytes(), b":", request.body];
    let tag = sign::hex(&Algorithm::Sha256.sign(key, &parts));
    let mut headers = request.headers.clone();
    headers.insert(TIMESTAMP, sent.parse().ok()?);
    headers.insert(SIGNATURE, format!("{VERSION}{tag}").parse().ok()?);
    Some(SignedWebhook {
        headers,
        body: request.body.to_vec(),
    })
}
