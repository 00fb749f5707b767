use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use http::{HeaderMap, HeaderValue, Method, request};

use super::Origin;

/// Response headers pages may read beyond the few every page may.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("WWW-Authenticate, Mcp-Session-Id, X-Request-Id, Retry-After");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS");
/// Two hours: the most one common browser honours.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");
/// Request headers a page may send, besides those that start with `mcp-`.
const ALLOWED: [&str; 9] = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "keyway-credential",
    "keyway-hops",
    "keyway-project",
    "last-event-id",
    "x-request-id",
];

/// What a browser is told about a page's access (Fetch standard, CORS protocol). Credentials are
/// never allowed: a page proves itself with a token it holds, not with one the browser adds.
#[derive(Debug)]
pub(crate) struct Cors(Origin);

impl Cors {
    pub(crate) fn new(origin: Origin) -> Self {
        Self(origin)
    }

    /// Adds what lets the page read an answer. Answers to foreign pages stay unreadable.
    pub(crate) fn stamp(&self, headers: &mut HeaderMap) {
        let origin = match &self.0 {
            Origin::Absent => return,
            Origin::Foreign => {
                headers.append(VARY, HeaderValue::from_static("Origin"));
                return;
            }
            Origin::AnyAllowed => HeaderValue::from_static("*"),
            Origin::Allowed(origin) => {
                headers.append(VARY, HeaderValue::from_static("Origin"));
                origin.clone()
            }
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }

    /// Adds the answer to a preflight: which methods and headers the page may use.
    pub(crate) fn stamp_preflight(&self, request: &HeaderMap, headers: &mut HeaderMap) {
        if matches!(self.0, Origin::Absent | Origin::Foreign) {
            return;
        }
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        if let Some(allowed) = allowed_of(request) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        }
    }
}

/// True when a browser asks what it may do before it does it.
pub(crate) fn is_preflight(request: &request::Parts) -> bool {
    request.method == Method::OPTIONS && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Those of the headers a page wants to send that it may send.
fn allowed_of(request: &HeaderMap) -> Option<HeaderValue> {
    let wanted = request.get(ACCESS_CONTROL_REQUEST_HEADERS)?.to_str().ok()?;
    let allowed: Vec<String> = wanted
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| ALLOWED.contains(&name.as_str()) || name.starts_with("mcp-"))
        .collect();
    HeaderValue::from_str(&allowed.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamped(origin: Origin) -> HeaderMap {
        let mut headers = HeaderMap::new();
        Cors::new(origin).stamp(&mut headers);
        headers
    }

    #[test]
    fn a_listed_origin_is_echoed_and_varies() {
        let headers = stamped(Origin::Allowed(HeaderValue::from_static(
            "https://claude.ai",
        )));
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "https://claude.ai");
        assert_eq!(headers[VARY], "Origin");
        assert_eq!(headers[ACCESS_CONTROL_EXPOSE_HEADERS], EXPOSED);
    }

    #[test]
    fn the_star_stays_a_star_without_credentials() {
        let headers = stamped(Origin::AnyAllowed);
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!headers.contains_key("access-control-allow-credentials"));
        assert!(!headers.contains_key(VARY));
    }

    #[test]
    fn a_foreign_page_may_read_nothing() {
        let headers = stamped(Origin::Foreign);
        assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
        assert!(stamped(Origin::Absent).is_empty());
    }

    #[test]
    fn a_preflight_allows_the_protocols_headers_and_no_others() {
        let mut request = HeaderMap::new();
        request.insert(
            ACCESS_CONTROL_REQUEST_HEADERS,
            HeaderValue::from_static(
                "Authorization, content-type, MCP-Protocol-Version, Mcp-Param-region, Cookie",
            ),
        );
        let mut headers = HeaderMap::new();
        Cors::new(Origin::AnyAllowed).stamp_preflight(&request, &mut headers);
        assert_eq!(
            headers[ACCESS_CONTROL_ALLOW_HEADERS],
            "authorization, content-type, mcp-protocol-version, mcp-param-region"
        );
    }
}
