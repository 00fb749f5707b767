use keyway_core::provider::sign::{Algorithm, unhex};
use keyway_core::provider::{ProviderContext, Refused, WebhookRequest};

/// The header with the signature ("Validating webhook deliveries" in GitHub's documentation).
pub(super) const SIGNATURE: &str = "x-hub-signature-256";
/// What stands before it.
pub(super) const PREFIX: &str = "sha256=";

/// Whether the body was signed with the secret. GitHub signs no time: what is sent again is told by the
/// key of its event.
pub(super) fn verify(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Result<(), Refused> {
    let header = request.header(SIGNATURE).ok_or(Refused::Unsigned)?;
    let digits = header.strip_prefix(PREFIX).ok_or(Refused::Unsigned)?;
    let signature = unhex(digits).filter(|bytes| bytes.len() == 32);
    let signature = signature.ok_or(Refused::Unsigned)?;
    let secret = context.secret.expose().as_bytes();
    if secret.is_empty() || !Algorithm::Sha256.verifies(secret, &[request.body], &signature) {
        return Err(Refused::Signature);
    }
    Ok(())
}
