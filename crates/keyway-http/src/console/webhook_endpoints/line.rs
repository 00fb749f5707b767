use keyway_app::webhook_endpoints::{EndpointView, MessageView};
use keyway_core::WebhookEndpointId;
use keyway_pages::console_context::{EndpointLine, MessageLine};

use crate::console::show::moment;
use crate::console::visible::visible;
use crate::shared::Shared;

/// Where endpoints are listed.
pub(super) const HERE: &str = "/console/webhooks/endpoints";

/// Where an endpoint's page is.
pub(super) fn path(id: &WebhookEndpointId) -> String {
    format!("{HERE}/{id}")
}

pub(super) fn line(shared: &Shared, one: &EndpointView) -> EndpointLine {
    EndpointLine {
        href: path(&one.id),
        url: visible(&one.url),
        state: one.state,
        events: one.events.len(),
        failures: one.health.consecutive_failures,
        success: one.health.last_success_at.map(|at| moment(shared, at)),
    }
}

/// A message; one that has ended can be replayed where its endpoint is on.
pub(super) fn message(shared: &Shared, one: MessageView, on: bool) -> MessageLine {
    let ended = matches!(one.state, "delivered" | "failed" | "cancelled");
    let replay = format!("/console/webhooks/messages/{}/replay", one.id);
    MessageLine {
        id: one.id.to_string(),
        subject: one.subject.and_then(subject),
        kind: one.kind,
        state: one.state,
        attempts: one.attempts,
        again: one.next_attempt_at.map(|at| moment(shared, at)),
        status: one.last_status,
        error: one.last_error,
        made: moment(shared, one.created_at),
        replay: (ended && on).then_some(replay),
    }
}

/// What a message is about, and its page.
fn subject(id: String) -> Option<(String, String)> {
    let place = if id.starts_with("sess_") {
        "sessions"
    } else if id.starts_with("appr_") {
        "approvals"
    } else {
        return None;
    };
    let href = format!("/console/{place}/{id}");
    Some((id, href))
}
