use std::time::Duration;

use keyway_core::provider::sign::{Algorithm, is_recent, unhex};
use keyway_core::provider::{ProviderContext, Refused, WebhookRequest};

/// The header with the signature.
pub(super) const SIGNATURE: &str = "x-slack-signature";
/// The header with the seconds since 1970. It is signed.
pub(super) const TIMESTAMP: &str = "x-slack-request-timestamp";
/// The version of the scheme.
pub(super) const VERSION: &str = "v0=";
/// How far a timestamp may be from now, before or after.
const TOLERANCE: Duration = Duration::from_mins(5);

/// Whether Slack sent the request, and just now
/// (<https://docs.slack.dev/authentication/verifying-requests-from-slack>).
pub(super) fn verify(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Result<(), Refused> {
    let sent = request.header(TIMESTAMP).ok_or(Refused::Unsigned)?;
    let signature = request.header(SIGNATURE).ok_or(Refused::Unsigned)?;
    let signature = signature.strip_prefix(VERSION).ok_or(Refused::Unsigned)?;
    // Slack writes lower case: another text would be a second one for the same signature.
    if signature.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Refused::Unsigned);
    }
    let signature = unhex(signature).ok_or(Refused::Unsigned)?;
    let key = context.secret.expose().as_bytes();
    let parts = [b"v0:", sent.as_bytes(), b":", request.body];
    if key.is_empty() || !Algorithm::Sha256.verifies(key, &parts, &signature) {
        return Err(Refused::Signature);
    }
    if is_recent(sent, context.now, TOLERANCE) {
        Ok(())
    } else {
        Err(Refused::Stale)
    }
}
