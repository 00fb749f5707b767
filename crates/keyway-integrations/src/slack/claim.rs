use keyway_core::provider::{Claim, WebhookRequest};

use super::body::{self, text};
use super::parse::is_challenge;

/// The longest body of a question whether somebody is there.
const QUESTION: usize = 4_096;

/// The app and the workspaces that a body names: the one an event comes in the name of, and the organization
/// of workspaces it is part of.
pub(super) fn claim(request: &WebhookRequest<'_>) -> Option<Claim> {
    let body = body::read(request.body)?;
    if is_challenge(&body) {
        return (request.body.len() <= QUESTION).then(Claim::anybody);
    }
    let of = |inner, outer| text(&body, inner).or_else(|| text(&body, outer));
    let all = [
        of("context_team_id", "team_id"),
        of("context_enterprise_id", "enterprise_id"),
    ];
    let workspaces: Vec<_> = all.into_iter().flatten().map(str::to_owned).collect();
    let app = text(&body, "api_app_id")?.to_owned();
    (!workspaces.is_empty()).then_some(Claim {
        app: Some(app),
        workspaces,
    })
}
