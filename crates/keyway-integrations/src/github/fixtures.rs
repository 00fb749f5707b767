//! Webhooks to try a publication with, and their signature.

use keyway_core::provider::sign::{self, Algorithm};
use keyway_core::provider::{Fixture, ProviderContext, SignedWebhook, WebhookRequest};

use super::verify::{PREFIX, SIGNATURE};

pub(super) const FIXTURES: &[Fixture] = &[
    Fixture {
        name: "mention",
        about: "a member mentions the agent in a comment on an issue",
        headers: &[
            ("content-type", "application/json"),
            ("x-github-event", "issue_comment"),
        ],
        body: include_str!("fixtures/mention.json"),
    },
    Fixture {
        name: "review",
        about: "a member asks the agent for a review of their pull request",
        headers: &[
            ("content-type", "application/json"),
            ("x-github-event", "pull_request"),
        ],
        body: include_str!("fixtures/review.json"),
    },
];

/// A request as GitHub signs it.
pub(super) fn sign(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Option<SignedWebhook> {
    let key = context.secret.expose().as_bytes();
    let tag = sign::hex(&Algorithm::Sha256.sign(key, &[request.body]));
    let mut headers = request.headers.clone();
    headers.insert(SIGNATURE, format!("{PREFIX}{tag}").parse().ok()?);
    Some(SignedWebhook {
        headers,
        body: request.body.to_vec(),
    })
}
