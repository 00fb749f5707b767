//! What a redirect makes of a request (RFC 9110, section 15.4).

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use keyway_core::ports::HttpError;

use crate::target::Target;

/// The parts of a request that a redirect can change, besides its target.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Where the answer sends the client, if it is a redirect that can be followed.
pub(crate) fn location(status: StatusCode, headers: &HeaderMap) -> Option<&str> {
    match status.as_u16() {
        301 | 302 | 303 | 307 | 308 => headers.get(LOCATION)?.to_str().ok(),
        _ => None,
    }
}

impl Outgoing {
    /// The request the redirect asks for. To another origin it goes without any header of the
    /// request, and never with its body: either may hold credentials.
    pub(crate) fn follow(
        self,
        target: &Target,
        status: StatusCode,
        location: &str,
    ) -> Result<(Target, Self), HttpError> {
        let Self {
            method,
            mut headers,
            mut body,
        } = self;
        let next = target.join(location)?;
        if target.url.scheme() == "https" && next.url.scheme() != "https" {
            return Err(HttpError::Refused(next.label()));
        }
        let becomes_get = match status {
            StatusCode::SEE_OTHER => method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method == Method::POST,
            _ => false,
        };
        let method = if becomes_get { Method::GET } else { method };
        if becomes_get || status == StatusCode::SEE_OTHER {
            body = Bytes::new();
            for header in [
                CONTENT_TYPE,
                CONTENT_ENCODING,
                CONTENT_LANGUAGE,
                CONTENT_LOCATION,
            ] {
                headers.remove(header);
            }
        }
        if !target.same_origin(&next) {
            if !body.is_empty() {
                return Err(HttpError::Refused(next.label()));
            }
            headers = HeaderMap::new();
        }
        Ok((
            next,
            Self {
                method,
                headers,
                body,
            },
        ))
    }
}

#[cfg(test)]
mod tests {
    use keyway_core::ports::Destination;

    use super::*;

    fn follow(method: Method, status: u16, location: &str) -> Result<Outgoing, HttpError> {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer x".parse().unwrap());
        headers.insert("content-type", "text/plain".parse().unwrap());
        let target = Target::read("https://a.example/x", Destination::Guarded).unwrap();
        let outgoing = Outgoing {
            body: if method == Method::GET {
                Bytes::new()
            } else {
                Bytes::from_static(b"b")
            },
            method,
            headers,
        };
        let status = StatusCode::from_u16(status).unwrap();
        Ok(outgoing.follow(&target, status, location)?.1)
    }

    #[test]
    fn methods_change_as_the_rfc_says() {
        for (method, status, becomes) in [
            (Method::POST, 301, Method::GET),
            (Method::POST, 302, Method::GET),
            (Method::POST, 303, Method::GET),
            (Method::PUT, 303, Method::GET),
            (Method::PUT, 302, Method::PUT),
            (Method::POST, 307, Method::POST),
            (Method::POST, 308, Method::POST),
            (Method::HEAD, 303, Method::HEAD),
        ] {
            let hop = follow(method.clone(), status, "/y").unwrap();
            assert_eq!(hop.method, becomes, "{method} {status}");
            let kept = hop.method == Method::POST || hop.method == Method::PUT;
            assert_eq!(!hop.body.is_empty(), kept, "{method} {status}");
            assert!(hop.headers.contains_key("authorization"));
        }
    }

    #[test]
    fn another_origin_gets_no_header_and_no_body() {
        for elsewhere in [
            "https://b.example/",
            "https://a.example:444/",
            "//b.example/",
        ] {
            assert!(
                follow(Method::GET, 302, elsewhere)
                    .unwrap()
                    .headers
                    .is_empty()
            );
            assert!(
                follow(Method::POST, 303, elsewhere)
                    .unwrap()
                    .headers
                    .is_empty()
            );
            assert!(matches!(
                follow(Method::POST, 307, elsewhere),
                Err(HttpError::Refused(_))
            ));
        }
    }

    #[test]
    fn a_redirect_never_leaves_tls_or_http() {
        assert!(matches!(
            follow(Method::GET, 302, "http://a.example/"),
            Err(HttpError::Refused(_))
        ));
        assert!(follow(Method::GET, 302, "file:///etc/passwd").is_err());
        assert!(follow(Method::GET, 302, "https://u:p@a.example/").is_err());
    }
}
