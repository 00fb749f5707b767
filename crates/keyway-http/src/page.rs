use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::{Host, Url};

use crate::cookies::SetCookie;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// What a page may do: show its own style and pictures, and send its forms here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// What a page of the console may do besides: run the gateway's own script, and let that ask the gateway.
const SCRIPTED: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                        connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// An answer to a browser: a page, or the way to one.
#[derive(Debug)]
pub(crate) struct PageReply {
    status: StatusCode,
    html: String,
    location: Option<HeaderValue>,
    cookies: Vec<SetCookie>,
    targets: Vec<String>,
    policy: &'static str,
}

impl PageReply {
    /// A page.
    pub(crate) fn new(html: String) -> Self {
        Self {
            status: StatusCode::OK,
            html,
            location: None,
            cookies: Vec::new(),
            targets: Vec::new(),
            policy: POLICY,
        }
    }

    /// The way to another place, to be fetched with GET (RFC 9110, section 15.4.4). Only for paths
    /// of ours and for addresses that were checked.
    pub(crate) fn see_other(location: &str) -> Self {
        // What cannot stand in a header was not checked.
        let location = HeaderValue::from_str(location);
        Self {
            status: StatusCode::SEE_OTHER,
            location: Some(location.unwrap_or_else(|_| HeaderValue::from_static("/"))),
            ..Self::new(String::new())
        }
    }

    /// With another status.
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Lets the gateway's own script run.
    pub(crate) fn scripted(mut self) -> Self {
        self.policy = SCRIPTED;
        self
    }

    /// With a cookie.
    pub(crate) fn cookie(mut self, cookie: SetCookie) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Lets forms of the page lead to this address: browsers hold a redirect that answers a form
    /// against the policy of the page the form was on.
    pub(crate) fn form_target(mut self, target: &Url) -> Self {
        self.targets.extend(source_of(target));
        self
    }
}

impl IntoResponse for PageReply {
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::from(self.html));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(location) = self.location {
            headers.insert(LOCATION, location);
        } else {
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            );
        }
        for SetCookie(cookie) in self.cookies {
            headers.append(SET_COOKIE, cookie);
        }
        let policy = format!("{} {}", self.policy, self.targets.join(" "));
        if let Ok(policy) = HeaderValue::from_str(policy.trim_end()) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        protect(headers);
        response
    }
}

/// What every answer to a browser gets: it is kept nowhere, framed nowhere, and runs nothing.
///
/// The referrer policy is `same-origin`, not `no-referrer`: with that one browsers send forms with
/// `Origin: null`, which could come from anywhere. Either way no other site learns an address.
pub(crate) fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

/// A source expression (CSP 3) for an address. One cannot name an IPv6 address, nor an address of a
/// scheme without hosts: those allow the scheme.
fn source_of(target: &Url) -> Option<String> {
    let scheme = target.scheme();
    match (scheme, target.host()) {
        ("http" | "https", Some(Host::Domain(_) | Host::Ipv4(_))) => {
            Some(target.origin().ascii_serialization())
        }
        ("javascript" | "data" | "blob" | "file", _) => None,
        _ => Some(format!("{scheme}:")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(target: &str) -> Option<String> {
        source_of(&Url::parse(target).unwrap())
    }

    #[test]
    fn a_page_is_framed_nowhere_kept_nowhere_and_runs_nothing() {
        let response = PageReply::new("<p>".into()).into_response();
        let headers = response.headers();
        assert_eq!(headers[CONTENT_SECURITY_POLICY], POLICY);
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert_eq!(headers[X_FRAME_OPTIONS], "DENY");
        assert_eq!(headers[REFERRER_POLICY], "same-origin");
        assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
    }

    #[test]
    fn a_form_may_lead_where_its_answer_redirects() {
        assert_eq!(
            source("https://client.example/callback?x=1").as_deref(),
            Some("https://client.example")
        );
        assert_eq!(
            source("http://127.0.0.1:1456/cb").as_deref(),
            Some("http://127.0.0.1:1456")
        );
        assert_eq!(source("http://[::1]:1456/cb").as_deref(), Some("http:"));
        assert_eq!(
            source("com.example.app:/cb").as_deref(),
            Some("com.example.app:")
        );
        assert_eq!(source("javascript:alert(1)"), None);
        let target = Url::parse("https://client.example/cb").unwrap();
        let response = PageReply::new(String::new())
            .form_target(&target)
            .into_response();
        let policy = response.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.ends_with("form-action 'self' https://client.example"));
    }

    #[test]
    fn a_place_that_cannot_stand_in_a_header_leads_home() {
        let response = PageReply::see_other("/a\r\nSet-Cookie: x=1").into_response();
        assert_eq!(response.headers()[LOCATION], "/");
    }
}
