use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::List;
use keyway_app::stats::{StatsOf, StatsPoint, StatsView, ToolStats, Window};
use keyway_app::tools::ToolPlace;
use keyway_core::ports::{UpstreamState, UpstreamStatus};
use keyway_pages::console_context::{
    Available, CallsLine, Overview, Plot, ServerLine, Took, ToolCalls,
};

use super::member::Member;
use super::routes::{Audience, Route};
use super::show::moment;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many servers and tools are shown.
const SHOWN: usize = 10;

/// How many publications are counted.
const PUBLICATIONS: u32 = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::member("/console").nav("overview").get(show)]
}

/// `GET /console`: to administrators also what calls did, by `window`.
async fn show(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let stats = match member.audience {
        Audience::Admin => {
            let window = member.params.get("window").parse().unwrap_or_default();
            let stats = shared.app.stats(member.who(), window, StatsOf::Everything);
            Some((window, stats.await?))
        }
        Audience::Member => None,
    };
    let publications = match member.audience {
        Audience::Admin => {
            let all = shared.app.publications();
            let found = all.list_of(member.who(), None, None, Some(PUBLICATIONS));
            Some(found.await?.publications.len())
        }
        Audience::Member => None,
    };
    let mut statuses = shared.app.upstream_statuses(member.who());
    let connected = |status: &&UpstreamStatus| status.state == UpstreamState::Connected;
    let (server_count, connected) = (statuses.len(), statuses.iter().filter(connected).count());
    // What needs somebody comes first.
    statuses.sort_by_key(|status| status.state == UpstreamState::Connected);
    statuses.truncate(SHOWN);
    let available = |key: &str| {
        let (_, stats) = stats.as_ref()?;
        let found = stats.servers.iter().find(|server| server.server == key)?;
        found.availability.map(Available::of)
    };
    let page = Overview {
        tools: shared.app.count(member.who(), List::Tools),
        server_count,
        connected,
        publications,
        servers: statuses
            .into_iter()
            .map(|status| line(&shared, &available, status))
            .collect(),
        calls: stats
            .as_ref()
            .map(|(window, stats)| calls(&shared, &member, *window, stats)),
    };
    member.show(&shared, &page).await
}

fn line(
    shared: &Shared,
    available: &impl Fn(&str) -> Option<Available>,
    status: UpstreamStatus,
) -> ServerLine {
    let state = state(status.state);
    ServerLine {
        available: available(&status.name),
        state,
        kind: ServerLine::kind_of(state),
        since: moment(shared, status.since),
        key: status.name,
        reason: status.reason,
        tools: Some(status.tools),
    }
}

fn calls(shared: &Shared, member: &Member, window: Window, stats: &StatsView) -> CallsLine {
    let shown = stats.tools.iter().take(SHOWN);
    let names = shown.clone().map(|tool| tool.tool.as_str());
    let places = shared.app.tool_places(member.who(), names);
    let steps = match window {
        Window::Day => 6,
        Window::Week => 2,
    };
    let (counts, took) = series(&stats.series, steps);
    CallsLine {
        window: window.as_str(),
        all: stats.totals.calls,
        errors: stats.totals.errors,
        denied: stats.totals.denied,
        half: stats.totals.p50_us.map(Took::micros),
        most: stats.totals.p95_us.map(Took::micros),
        calls_plot: Plot::bars(&counts),
        took_plot: Plot::line(&took),
        tools: shown
            .map(|tool| tool_calls(places.get(&tool.tool), tool))
            .collect(),
    }
}

fn tool_calls(place: Option<&ToolPlace>, tool: &ToolStats) -> ToolCalls {
    ToolCalls {
        href: place.map(|place| super::tools::place_href(&tool.tool, place)),
        name: tool.tool.clone(),
        all: tool.calls.calls,
        errors: tool.calls.errors,
        most: tool.calls.p95_us.map(Took::micros),
    }
}

/// The series in fewer steps: counts are added up, of times the longest one is taken.
fn series(points: &[StatsPoint], steps: usize) -> (Vec<(u64, u64)>, Vec<Option<u64>>) {
    let chunks = points.chunks(steps.max(1));
    chunks
        .map(|chunk| {
            let calls = chunk.iter().map(|point| point.calls.calls).sum();
            let errors = chunk.iter().map(|point| point.calls.errors).sum();
            let took = chunk.iter().filter_map(|point| point.calls.p95_us).max();
            ((calls, errors), took)
        })
        .unzip()
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
