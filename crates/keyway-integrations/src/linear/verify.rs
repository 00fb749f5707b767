use keyway_core::provider::sign::{Algorithm, unhex};
use keyway_core::provider::{ProviderContext, Refused, WebhookRequest};
use serde::Deserialize;

/// The header with the signature: hexadecimal and nothing before it.
pub(super) const SIGNATURE: &str = "linear-signature";
/// The field with the moment of sending, in milliseconds since 1970.
pub(super) const SENT: &str = "webhookTimestamp";
/// How far the moment of sending may be from now, in milliseconds.
const FARTHEST: u64 = 60_000;

/// The one field that is read while a request proves itself. It is signed, unlike the header
/// `Linear-Timestamp`, and looked at only once the signature holds.
#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "webhookTimestamp")]
    at: i64,
}

/// Whether a request was signed with the secret, and just now
/// (<https://linear.app/developers/webhooks#securing-webhooks>).
pub(super) fn verify(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Result<(), Refused> {
    let signature = request.header(SIGNATURE).and_then(unhex);
    let signature = signature.ok_or(Refused::Unsigned)?;
    let key = context.secret.expose().as_bytes();
    if key.is_empty() || !Algorithm::Sha256.verifies(key, &[request.body], &signature) {
        return Err(Refused::Signature);
    }
    let sent: Sent = serde_json::from_slice(request.body).map_err(|_| Refused::Stale)?;
    if sent.at.abs_diff(context.now.as_millisecond()) <= FARTHEST {
        Ok(())
    } else {
        Err(Refused::Stale)
    }
}
