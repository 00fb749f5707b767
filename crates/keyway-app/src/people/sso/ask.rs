use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use keyway_core::ports::{Destination, HttpRequest, HttpSend, Limits, Redirects};
use keyway_core::{Error, Kind};
use keyway_oauth::oidc::{OidcError, TokenCall};

/// The most bytes of an answer.
const BODY: usize = 256 * 1024;
/// How long an exchange with a provider may take altogether.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends requests to the provider that the operator named.
pub(super) struct Ask<'a> {
    pub(super) http: &'a dyn HttpSend,
    /// The issuer: only its own host may be a private one.
    pub(super) issuer: &'a str,
}

impl Ask<'_> {
    /// Fetches a document.
    pub(super) async fn get(&self, url: &str) -> Result<bytes::Bytes, Error> {
        let request = self.request(Method::GET, url, HeaderMap::new(), bytes::Bytes::new());
        let (status, body) = self.send(request).await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(unavailable(format!("it answered {status}")))
    }

    /// Exchanges a code.
    pub(super) async fn post(&self, call: &TokenCall) -> Result<(StatusCode, bytes::Bytes), Error> {
        let mut headers = HeaderMap::new();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        if let Some(authorization) = &call.authorization {
            let mut value =
                HeaderValue::from_str(authorization.expose()).map_err(Error::internal)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let body = call.body.expose().clone().into();
        let answer = self
            .send(self.request(Method::POST, &call.url, headers, body))
            .await?;
        if answer.0.is_server_error() {
            return Err(unavailable(format!("it answered {}", answer.0)));
        }
        Ok(answer)
    }

    fn request(
        &self,
        method: Method,
        url: &str,
        mut headers: HeaderMap,
        body: bytes::Bytes,
    ) -> HttpRequest {
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let own = authority(url).is_some() && authority(url) == authority(self.issuer);
        HttpRequest {
            method,
            url: url.to_owned(),
            headers,
            body,
            destination: if own {
                Destination::Operator
            } else {
                Destination::Guarded
            },
            redirects: Redirects::Return,
            hosts: None,
            retries: 0,
            limits: Limits {
                connect: PATIENCE,
                head: Some(PATIENCE),
                body_bytes: Some(BODY as u64),
            },
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<(StatusCode, bytes::Bytes), Error> {
        let exchange = async {
            let response = self.http.send(request).await.map_err(unavailable)?;
            let body = response.body.collect(BODY).await.map_err(unavailable)?;
            Ok((response.status, body))
        };
        let answer = tokio::time::timeout(PATIENCE, exchange).await;
        answer.unwrap_or_else(|_| Err(unavailable("it does not answer in time")))
    }
}

/// `host:port` of a URL.
fn authority(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let port = url.port_or_known_default()?;
    Some(format!("{}:{port}", url.host_str()?))
}

/// What the person reads when the rules refuse; the provider's own words come cleaned.
pub(super) fn refused(error: OidcError) -> Error {
    let kind = match &error {
        OidcError::BadCallback(_) => Kind::Malformed,
        OidcError::Refused(_) => Kind::Forbidden,
        _ => Kind::BadGateway,
    };
    Error::new(kind, error.code(), error.to_string()).with_source(error)
}

fn unavailable(why: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Unavailable,
        "provider_unavailable",
        "the sign-in provider does not answer as it should",
    )
    .with_hint("try again later, or sign in another way")
    .with_source(format!("asking the provider failed: {why}"))
}
