use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use sha2::{Digest as _, Sha256};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;color:#222;background:#fafafa}h1{font-size:1.25rem;font-weight:600}@media(prefers-color-scheme:dark){body{color:#ddd;background:#1c1c1c}}";

/// A page for the browser that came back. It holds nothing of what the browser brought, and has no
/// script, no picture, no link.
#[derive(Clone, Copy)]
pub(super) struct Page {
    status: StatusCode,
    title: &'static str,
    text: &'static str,
}

impl Page {
    pub(super) const fn new(status: StatusCode, title: &'static str, text: &'static str) -> Self {
        Self {
            status,
            title,
            text,
        }
    }

    /// The page as an answer; `server` is who was to be signed in to.
    pub(super) fn response(self, server: &str) -> Response<Full<Bytes>> {
        let Self {
            status,
            title,
            text,
        } = self;
        let server = escaped(server);
        let html = format!(
            "<!doctype html><html lang=en><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width\">\
             <title>{title}</title><style>{STYLE}</style>\
             <h1>{title}</h1><p>{text}</p><p><small>Keyway, MCP server {server}</small></p></html>"
        );
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            STANDARD.encode(Sha256::digest(STYLE))
        );
        let mut response = Response::new(Full::from(html));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
        ] {
            headers.insert(name, header::HeaderValue::from_static(value));
        }
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, header::HeaderValue::from_static("GET"));
        }
        if let Ok(policy) = policy.parse() {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|letter| match letter {
            '&' => "&amp;".chars().collect::<Vec<_>>(),
            '<' => "&lt;".chars().collect(),
            '>' => "&gt;".chars().collect(),
            '"' => "&quot;".chars().collect(),
            letter => vec![letter],
        })
        .collect()
}
