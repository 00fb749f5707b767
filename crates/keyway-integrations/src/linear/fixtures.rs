//! Webhooks to try a publication with, and their signature.

use keyway_core::provider::sign::{self, Algorithm};
use keyway_core::provider::{Fixture, ProviderContext, SignedWebhook, WebhookRequest};
use serde_json::Value;

use super::verify::{SENT, SIGNATURE};

pub(super) const FIXTURES: &[Fixture] = &[
    Fixture {
        name: "mention",
        about: "a member mentions the agent, which begins an agent session",
        headers: &[("content-type", "application/json; charset=utf-8")],
        body: include_str!("fixtures/mention.json"),
    },
    Fixture {
        name: "comment",
        about: "a member comments on an issue that the agent follows",
        headers: &[("content-type", "application/json; charset=utf-8")],
        body: include_str!("fixtures/comment.json"),
    },
];

/// A request as Linear signs it: the moment stands in the body.
pub(super) fn sign(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Option<SignedWebhook> {
    let mut body: Value = serde_json::from_slice(request.body).ok()?;
    let now = context.now.as_millisecond();
    body.as_object_mut()?.insert(SENT.to_owned(), now.into());
    let body = body.to_string().into_bytes();
    let key = context.secret.expose().as_bytes();
    let tag = sign::hex(&Algorithm::Sha256.sign(key, &[&body]));
    let mut headers = request.headers.clone();
    headers.insert(SIGNATURE, tag.parse().ok()?);
    Some(SignedWebhook { headers, body })
}
