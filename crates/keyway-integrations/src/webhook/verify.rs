use std::time::Duration;

use keyway_core::Secret;
use keyway_core::provider::sign::{Algorithm, is_recent, same, unbase64, unhex};
use keyway_core::provider::{ProviderContext, Refused, WebhookRequest};

use super::settings::{BODY, Encoding, TIMESTAMP, Verification};

/// The header with the event's key, of Standard Webhooks. It is signed.
pub(super) const ID: &str = "webhook-id";
/// What a secret of Standard Webhooks begins with.
pub(super) const WHSEC: &str = "whsec_";

pub(super) const SENT: &str = "webhook-timestamp";
pub(super) const SIGNATURES: &str = "webhook-signature";
/// How many signatures of one request are tried: a sender that changes its secret sends two.
const MOST: usize = 8;

/// Whether a request was signed with the secret, and just now.
pub(super) fn verify(
    verification: &Verification,
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Result<(), Refused> {
    match verification {
        Verification::StandardWebhooks { tolerance_seconds } => {
            standard(request, context, *tolerance_seconds)
        }
        Verification::Hmac {
            header,
            prefix,
            encoding,
            algorithm,
            signed,
            timestamp_header,
            tolerance_seconds,
        } => {
            let signature = request.header(header).ok_or(Refused::Unsigned)?;
            let signature = signature.strip_prefix(prefix).ok_or(Refused::Unsigned)?;
            let signature = match encoding {
                Encoding::Hex => unhex(signature),
                Encoding::Base64 => unbase64(signature),
            };
            let signature = signature.ok_or(Refused::Unsigned)?;
            let timestamp = match timestamp_header {
                Some(name) => Some(request.header(name).ok_or(Refused::Unsigned)?),
                None => None,
            };
            let before = signed.strip_suffix(BODY).ok_or(Refused::Unsigned)?;
            let before = before.replace(TIMESTAMP, timestamp.unwrap_or_default());
            let key = context.secret.expose().as_bytes();
            let parts = [before.as_bytes(), request.body];
            if key.is_empty() || !algorithm.verifies(key, &parts, &signature) {
                return Err(Refused::Signature);
            }
            let recent = |said| is_recent(said, context.now, seconds(*tolerance_seconds));
            match timestamp {
                Some(said) if !recent(said) => Err(Refused::Stale),
                _ => Ok(()),
            }
        }
    }
}

/// The key that a secret of Standard Webhooks stands for.
pub(super) fn standard_key(secret: &str) -> Option<Secret<Vec<u8>>> {
    let text = secret.strip_prefix(WHSEC)?;
    unbase64(text).map(Secret::new)
}

fn standard(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
    tolerance: u32,
) -> Result<(), Refused> {
    let header = |name| request.header(name).ok_or(Refused::Unsigned);
    let (id, sent) = (header(ID)?, header(SENT)?);
    let signatures = header(SIGNATURES)?.split(' ').take(MOST);
    let signatures: Vec<_> = signatures
        .filter_map(|one| unbase64(one.strip_prefix("v1,")?))
        .collect();
    if signatures.is_empty() {
        return Err(Refused::Unsigned);
    }
    let key = standard_key(context.secret.expose());
    let key = key.filter(|key| !key.expose().is_empty());
    let key = key.ok_or(Refused::Signature)?;
    let parts = [id.as_bytes(), b".", sent.as_bytes(), b".", request.body];
    // Once for all of them: many signatures take no longer than one.
    let good = Algorithm::Sha256.sign(key.expose(), &parts);
    if !signatures.iter().any(|one| same(&good, one)) {
        return Err(Refused::Signature);
    }
    if is_recent(sent, context.now, seconds(tolerance)) {
        Ok(())
    } else {
        Err(Refused::Stale)
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}
