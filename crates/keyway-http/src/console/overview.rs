use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::List;
use keyway_core::ports::{UpstreamState, UpstreamStatus};
use keyway_pages::console_context::{Overview, ServerLine};

use super::member::Member;
use super::routes::Route;
use super::show::moment;
use crate::refusal::Refusal;
use crate::shared::Shared;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::member("/console").nav("overview").get(show)]
}

/// `GET /console`
async fn show(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let statuses = shared.app.upstream_statuses(member.who());
    let connected = |status: &&UpstreamStatus| status.state == UpstreamState::Connected;
    let page = Overview {
        tools: shared.app.count(member.who(), List::Tools),
        connected: statuses.iter().filter(connected).count(),
        servers: statuses
            .into_iter()
            .map(|status| ServerLine {
                state: state(status.state),
                since: moment(&shared, status.since),
                key: status.name,
                reason: status.reason,
                tools: status.tools,
            })
            .collect(),
    };
    member.show(&shared, &page).await
}

/// The state as texts name it.
fn state(state: UpstreamState) -> &'static str {
    match state {
        UpstreamState::Configured => "configured",
        UpstreamState::Connecting => "connecting",
        UpstreamState::Connected => "connected",
        UpstreamState::Disconnected => "disconnected",
        UpstreamState::AuthRequired => "auth_required",
        UpstreamState::AuthFailed => "auth_failed",
    }
}
