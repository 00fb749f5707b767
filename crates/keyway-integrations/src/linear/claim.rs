use keyway_core::provider::{Claim, WebhookRequest};

use super::heard::id;
use super::parse::read_body;

/// The organization that a body names. Which app it is for Linear does not say by its client id.
pub(super) fn claim(request: &WebhookRequest<'_>) -> Option<Claim> {
    let body = read_body(request.body)?;
    id(&body, "/organizationId").map(Claim::of)
}
