use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use keyway_core::ports::{
    Destination, HttpError, HttpRequest, HttpResponse, HttpSend, Limits, Redirects,
};
use url::Url;

use crate::OAuthError;
use crate::address::{endpoint, host_of, is_loopback, place, without_query};

/// The most bytes an answer may have.
const BODY: usize = 256 * 1024;
/// How many redirects within one origin a metadata document may be away.
const HOPS: usize = 3;
const CONNECT: Duration = Duration::from_secs(10);

/// Sends requests to authorization servers on behalf of one protected resource. What the resource
/// or its metadata names is reached only where it may be.
pub(crate) struct Wire<'a> {
    http: &'a dyn HttpSend,
    /// The MCP endpoint, which the operator named.
    home: Url,
    timeout: Duration,
    /// Nothing is the operator's own choice.
    guarded: bool,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl<'a> Wire<'a> {
    pub(crate) fn new(
        http: &'a dyn HttpSend,
        home: &str,
        timeout: Duration,
    ) -> Result<Self, OAuthError> {
        Ok(Self {
            http,
            home: endpoint(home)?,
            timeout,
            guarded: false,
        })
    }

    /// Trusts no address because it is near: only those that everyone may reach.
    pub(crate) fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// The MCP endpoint.
    pub(crate) fn home(&self) -> &Url {
        &self.home
    }

    /// Refuses places that credentials must not go to: everything but https, save that a server
    /// without TLS may have its authorization server on its own host, or both on this machine
    /// (OAuth 2.1 section 1.5).
    pub(crate) fn check(&self, what: &'static str, url: &Url) -> Result<(), OAuthError> {
        let refuse = |reason| {
            Err(OAuthError::ForeignPlace {
                what,
                place: place(url),
                reason,
            })
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("an address with a user name or password is not accepted");
        }
        match url.scheme() {
            "https" => Ok(()),
            "http" if self.home.scheme() == "http" && self.is_near(url) => Ok(()),
            _ => refuse("only https is accepted there"),
        }
    }

    /// Reads a metadata document. Redirects are followed within its origin only.
    pub(crate) async fn get(&self, what: &'static str, url: &Url) -> Result<Answer, OAuthError> {
        let mut url = url.clone();
        for _ in 0..=HOPS {
            self.check(what, &url)?;
            let request = self.request(Method::GET, &url, HeaderMap::new(), Bytes::new());
            let (head, answer) = self.exchange(&url, request).await?;
            if !answer.status.is_redirection() {
                return Ok(answer);
            }
            let next = head
                .get(LOCATION)
                .and_then(|location| location.to_str().ok())
                .and_then(|location| url.join(location).ok());
            let Some(next) = next else {
                return Ok(answer);
            };
            if next.origin() != url.origin() {
                return Err(OAuthError::ForeignPlace {
                    what,
                    place: place(&next),
                    reason: "a redirect to another host is not followed",
                });
            }
            url = next;
        }
        Err(OAuthError::BadMetadata {
            place: without_query(&url),
            reason: String::from("it redirects in circles"),
        })
    }

    /// Posts a form. Redirects are refused: they would carry the credentials elsewhere.
    pub(crate) async fn post_form(
        &self,
        what: &'static str,
        url: &Url,
        form: &[(&str, &str)],
        authorization: Option<HeaderValue>,
    ) -> Result<Answer, OAuthError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut headers = content("application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization);
        }
        self.post(what, url, headers, body.into()).await
    }

    /// Posts a JSON document. Redirects are refused.
    pub(crate) async fn post_json(
        &self,
        what: &'static str,
        url: &Url,
        document: &serde_json::Value,
    ) -> Result<Answer, OAuthError> {
        let body = document.to_string().into();
        self.post(what, url, content("application/json"), body)
            .await
    }

    /// Asks the resource itself; only the head of the answer matters.
    pub(crate) async fn probe(
        &self,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<HttpResponse, OAuthError> {
        let request = self.request(Method::POST, &self.home, headers, body);
        self.within(&self.home, self.http.send(request)).await
    }

    async fn post(
        &self,
        what: &'static str,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, OAuthError> {
        self.check(what, url)?;
        let request = self.request(Method::POST, url, headers, body);
        let (_, answer) = self.exchange(url, request).await?;
        if answer.status.is_redirection() {
            return Err(OAuthError::BadAnswer {
                host: host_of(url),
                reason: String::from("it redirects, and redirects are not followed there"),
            });
        }
        Ok(answer)
    }

    /// One exchange. Answers that say "not now" are errors of their own kind, because they say
    /// nothing about what was asked.
    async fn exchange(
        &self,
        url: &Url,
        request: HttpRequest,
    ) -> Result<(HeaderMap, Answer), OAuthError> {
        let whole = async {
            let response = self.http.send(request).await?;
            let body = response.body.collect(BODY).await?;
            Ok::<_, HttpError>((response.status, response.headers, body))
        };
        let (status, headers, body) = self.within(url, whole).await?;
        let not_now = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        if not_now {
            return Err(unreachable(
                url,
                format!("it answered with status {}", status.as_u16()),
            ));
        }
        Ok((headers, Answer { status, body }))
    }

    async fn within<T>(
        &self,
        url: &Url,
        exchange: impl Future<Output = Result<T, HttpError>>,
    ) -> Result<T, OAuthError> {
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(HttpError::TooLarge)) => Err(OAuthError::BadAnswer {
                host: host_of(url),
                reason: String::from("it is too large"),
            }),
            Ok(Err(error)) => Err(unreachable(url, error.to_string())),
            Err(_) => Err(unreachable(url, HttpError::Timeout.to_string())),
        }
    }

    fn request(
        &self,
        method: Method,
        url: &Url,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> HttpRequest {
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("application/json"));
        let destination = if self.is_near(url) && !self.guarded {
            Destination::Operator
        } else {
            Destination::Guarded
        };
        HttpRequest {
            method,
            url: url.to_string(),
            headers,
            body,
            destination,
            redirects: Redirects::Return,
            hosts: None,
            retries: 0,
            limits: Limits {
                connect: CONNECT,
                head: Some(self.timeout),
                body_bytes: Some(BODY as u64),
            },
        }
    }

    /// On the host the operator named, or both on this machine.
    fn is_near(&self, url: &Url) -> bool {
        self.home.host() == url.host() || (is_loopback(&self.home) && is_loopback(url))
    }
}

fn unreachable(url: &Url, reason: String) -> OAuthError {
    OAuthError::Unreachable {
        host: host_of(url),
        reason,
    }
}

fn content(kind: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Web;

    fn goes(home: &str, to: &str) -> bool {
        let web = Web::default();
        let wire = Wire::new(&web, home, Duration::from_secs(1)).unwrap();
        wire.check("the token endpoint", &Url::parse(to).unwrap())
            .is_ok()
    }

    fn destination(home: &str, to: &str) -> Destination {
        let web = Web::default();
        let wire = Wire::new(&web, home, Duration::from_secs(1)).unwrap();
        let url = Url::parse(to).unwrap();
        wire.request(Method::GET, &url, HeaderMap::new(), Bytes::new())
            .destination
    }

    #[test]
    fn credentials_go_over_https_or_stay_near() {
        assert!(goes("https://mcp.example/mcp", "https://as.example/token"));
        assert!(goes("http://lan.example/mcp", "http://lan.example:9/token"));
        assert!(goes("http://localhost:1/mcp", "http://127.0.0.1:2/token"));
        assert!(!goes("https://mcp.example/mcp", "http://mcp.example/token"));
        assert!(!goes("https://mcp.example/mcp", "http://localhost/token"));
        assert!(!goes("http://localhost/mcp", "http://as.example/token"));
        assert!(!goes(
            "https://mcp.example",
            "https://me:pw@as.example/token"
        ));
        assert!(!goes("https://mcp.example", "ftp://mcp.example/token"));
    }

    #[test]
    fn only_what_is_near_is_the_operators_choice() {
        let guarded = |home, to| destination(home, to) == Destination::Guarded;
        assert!(guarded(
            "https://mcp.example/mcp",
            "https://as.example/token"
        ));
        assert!(guarded(
            "https://mcp.example/mcp",
            "https://127.0.0.1/token"
        ));
        assert!(!guarded(
            "https://10.0.0.7/mcp",
            "https://10.0.0.7:8443/token"
        ));
        assert!(!guarded("http://[::1]:1/mcp", "http://localhost:2/token"));
    }
}
