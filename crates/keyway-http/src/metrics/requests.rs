use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;

use super::Text;
use super::histogram::Histogram;

/// A family of paths that is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Mcp,
    Actions,
    Action,
    McpServers,
    OpenApi,
    Healthz,
    Readyz,
    Metrics,
    Page,
    Asset,
    Oauth,
    V1,
    Routed,
    Mounted,
    Webhook,
    Other,
}

const ROUTES: [(Route, &str); 16] = [
    (Route::Mcp, "/mcp"),
    (Route::Actions, "/v1/actions"),
    (Route::Action, "/v1/actions/{slug}"),
    (Route::McpServers, "/v1/mcp-servers"),
    (Route::OpenApi, "/v1/openapi.json"),
    (Route::Healthz, "/healthz"),
    (Route::Readyz, "/readyz"),
    (Route::Metrics, "/metrics"),
    (Route::Page, "page"),
    (Route::Asset, "/assets/{file}"),
    (Route::Oauth, "/oauth/{endpoint}"),
    (Route::V1, "/v1/{noun}"),
    (Route::Routed, "/api/{path}"),
    (Route::Mounted, "/x/{id}"),
    (Route::Webhook, "/webhook/{provider}"),
    (Route::Other, "other"),
];

/// Statuses are counted one by one from here; others do not occur.
const LOWEST: u16 = 100;
const STATUSES: usize = 500;

/// Requests and how long they took, by route.
#[derive(Debug)]
pub(crate) struct Requests {
    routes: Vec<Counted>,
}

#[derive(Debug)]
struct Counted {
    statuses: Box<[AtomicU64]>,
    took: Histogram,
}

impl Route {
    /// The family a path belongs to, the MCP endpoint's apart, which is configured.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            "/v1/actions" => Self::Actions,
            "/v1/mcp-servers" => Self::McpServers,
            "/v1/openapi.json" => Self::OpenApi,
            "/healthz" => Self::Healthz,
            "/readyz" => Self::Readyz,
            "/metrics" => Self::Metrics,
            _ if path.starts_with("/v1/actions/") => Self::Action,
            _ if path.starts_with("/assets/") => Self::Asset,
            _ if path.starts_with("/v1/") => Self::V1,
            _ if path.starts_with("/api/") => Self::Routed,
            _ if path.starts_with("/x/") => Self::Mounted,
            _ if path.starts_with("/webhook/") => Self::Webhook,
            _ if is_page(path) => Self::Page,
            _ if path.starts_with("/oauth/") || path.starts_with("/.well-known/") => Self::Oauth,
            _ => Self::Other,
        }
    }
}

/// True for the paths that browsers visit.
fn is_page(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    match first.unwrap_or_default() {
        "" | "account" | "console" | "device" | "install" | "invitations" | "reset" | "setup"
        | "sign-in" | "sign-out" | "sso" => true,
        // What programs ask of the authorization server is not for browsers.
        "oauth" => matches!(path, "/oauth/authorize" | "/oauth/consent"),
        _ => false,
    }
}

impl Route {
    /// True for what is administered and called by programs.
    pub(crate) fn is_api(self) -> bool {
        matches!(
            self,
            Self::Actions
                | Self::Action
                | Self::McpServers
                | Self::OpenApi
                | Self::V1
                | Self::Routed
                | Self::Mounted
        )
    }
}

impl Requests {
    pub(crate) fn new() -> Self {
        let counted = |_| Counted {
            statuses: (0..STATUSES).map(|_| AtomicU64::new(0)).collect(),
            took: Histogram::default(),
        };
        Self {
            routes: ROUTES.iter().map(counted).collect(),
        }
    }

    /// Counts a request that was answered, its body apart.
    pub(crate) fn observe(&self, route: Route, status: StatusCode, took: Duration) {
        let Some(counted) = self.routes.get(route as usize) else {
            return;
        };
        let status = usize::from(status.as_u16().saturating_sub(LOWEST));
        if let Some(status) = counted.statuses.get(status) {
            status.fetch_add(1, Ordering::Relaxed);
        }
        counted.took.observe(took);
    }

    /// Writes both families.
    pub(crate) fn write(&self, text: &mut Text) {
        text.family(
            "keyway_http_requests_total",
            "counter",
            "Requests answered.",
        );
        for (route, counted) in self.seen() {
            for (status, count) in (LOWEST..).zip(&counted.statuses) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let status = status.to_string();
                    text.sample("", &[("route", route), ("status", &status)], count);
                }
            }
        }
        text.family(
            "keyway_http_request_duration_seconds",
            "histogram",
            "Time until the head of the answer, in seconds.",
        );
        for (route, counted) in self.seen() {
            let snapshot = counted.took.snapshot();
            for (bound, count) in snapshot.cumulative {
                text.sample("_bucket", &[("route", route), ("le", bound)], count);
            }
            text.sample("_sum", &[("route", route)], snapshot.seconds);
            text.sample("_count", &[("route", route)], snapshot.count);
        }
    }

    fn seen(&self) -> impl Iterator<Item = (&'static str, &Counted)> {
        ROUTES
            .iter()
            .zip(&self.routes)
            .map(|((_, name), counted)| (*name, counted))
            .filter(|(_, counted)| counted.took.snapshot().count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_its_own_index() {
        for (at, (route, _)) in ROUTES.iter().enumerate() {
            assert_eq!(*route as usize, at);
        }
    }

    #[test]
    fn what_was_counted_is_written() {
        let requests = Requests::new();
        requests.observe(Route::Mcp, StatusCode::OK, Duration::from_micros(200));
        requests.observe(Route::Mcp, StatusCode::OK, Duration::from_millis(40));
        requests.observe(
            Route::of("/v1/actions/user:view"),
            StatusCode::NOT_FOUND,
            Duration::ZERO,
        );
        let mut text = Text::default();
        requests.write(&mut text);
        let text = text.finish();
        for line in [
            r#"keyway_http_requests_total{route="/mcp",status="200"} 2"#,
            r#"keyway_http_requests_total{route="/v1/actions/{slug}",status="404"} 1"#,
            r#"keyway_http_request_duration_seconds_bucket{route="/mcp",le="0.00025"} 1"#,
            r#"keyway_http_request_duration_seconds_bucket{route="/mcp",le="+Inf"} 2"#,
            r#"keyway_http_request_duration_seconds_sum{route="/mcp"} 0.0402"#,
            r#"keyway_http_request_duration_seconds_count{route="/mcp"} 2"#,
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line}\n{text}"
            );
        }
    }
}
