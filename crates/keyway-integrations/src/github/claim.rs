use keyway_core::provider::{Claim, WebhookRequest};

use super::body;
use super::json::At;

/// The installation that an event of an app names. The app is named in events of installations alone.
pub(super) fn claim(request: &WebhookRequest<'_>) -> Option<Claim> {
    let body = body::read(request)?;
    let installation = body.at("installation");
    let claim = Claim::of(installation.at("id").as_u64()?.to_string());
    Some(match installation.at("app_id").as_u64() {
        Some(app) => claim.app(app.to_string()),
        None => claim,
    })
}
