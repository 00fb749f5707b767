use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue};

use super::host::{is_loopback, without_port};
use crate::settings::Access;

/// The origins whose pages may call.
#[derive(Debug)]
pub(crate) struct Origins {
    listed: Vec<String>,
    any: bool,
    loopback: bool,
}

/// What the `Origin` header of a request says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// No browser page is calling.
    Absent,
    /// A page of this origin is calling, and may.
    Allowed(HeaderValue),
    /// A page is calling, and every origin may.
    AnyAllowed,
    /// A page is calling that may not.
    Foreign,
}

impl Origins {
    pub(crate) fn new(access: &Access) -> Self {
        let listed = access.allowed_origins.iter().chain(&access.public_origin);
        Self {
            any: access.allowed_origins.iter().any(|origin| origin == "*"),
            listed: listed
                .filter(|origin| *origin != "*")
                .map(|origin| origin.trim_end_matches('/').to_ascii_lowercase())
                .collect(),
            loopback: access.loopback_only,
        }
    }

    /// Judges the `Origin` of a request.
    pub(crate) fn judge(&self, headers: &HeaderMap) -> Origin {
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return Origin::Absent;
        };
        if self.any {
            return Origin::AnyAllowed;
        }
        match origin.to_str() {
            Ok(text) if origins.next().is_none() && self.allows(text) => {
                Origin::Allowed(origin.clone())
            }
            _ => Origin::Foreign,
        }
    }

    fn allows(&self, origin: &str) -> bool {
        let listed = self
            .listed
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(origin));
        listed || (self.loopback && is_loopback_origin(origin))
    }
}

/// True for pages served by this machine, which may call a gateway that only this machine reaches.
fn is_loopback_origin(origin: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .find_map(|scheme| origin.strip_prefix(scheme))
        .is_some_and(|authority| is_loopback(without_port(authority)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::CONNECTOR_ORIGINS;

    fn judge(access: &Access, origin: &str) -> Origin {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, origin.parse().unwrap());
        Origins::new(access).judge(&headers)
    }

    fn local() -> Access {
        Access {
            loopback_only: true,
            public_origin: Some("https://gate.example".into()),
            allowed_origins: CONNECTOR_ORIGINS.iter().map(ToString::to_string).collect(),
            ..Access::default()
        }
    }

    #[test]
    fn no_origin_is_no_browser() {
        assert_eq!(
            Origins::new(&local()).judge(&HeaderMap::new()),
            Origin::Absent
        );
    }

    #[test]
    fn connectors_the_public_origin_and_this_machine_may_call() {
        for origin in [
            "https://claude.ai",
            "https://chatgpt.com",
            "https://vscode.dev",
            "https://gate.example",
            "http://localhost:6274",
            "http://127.0.0.1:8420",
            "http://[::1]:3000",
        ] {
            assert_eq!(
                judge(&local(), origin),
                Origin::Allowed(origin.parse().unwrap()),
                "{origin}"
            );
        }
    }

    #[test]
    fn other_pages_may_not() {
        for origin in [
            "https://evil.example",
            "http://claude.ai",
            "https://claude.ai.evil.example",
            "https://claude.ai:8443",
            "http://localhost.evil.example",
            "null",
            "file://",
            "http://evil.example/.localhost",
            "http://evil.example#.localhost",
            "http://evil.example\\.localhost",
            "http://user@x.localhost",
            "",
        ] {
            assert_eq!(judge(&local(), origin), Origin::Foreign, "{origin}");
        }
    }

    #[test]
    fn pages_of_this_machine_get_no_favour_from_a_public_gateway() {
        let access = Access {
            loopback_only: false,
            ..local()
        };
        assert_eq!(judge(&access, "http://localhost:6274"), Origin::Foreign);
    }

    #[test]
    fn the_star_lets_every_page_in() {
        let access = Access {
            allowed_origins: vec!["*".into()],
            ..local()
        };
        assert_eq!(judge(&access, "https://evil.example"), Origin::AnyAllowed);
    }

    #[test]
    fn two_origins_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(ORIGIN, "https://claude.ai".parse().unwrap());
        headers.append(ORIGIN, "https://evil.example".parse().unwrap());
        assert_eq!(Origins::new(&local()).judge(&headers), Origin::Foreign);
    }
}
