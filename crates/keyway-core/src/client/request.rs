use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::error::{bad_request, no_way_out, unreached, unusable_secret};
use super::{HttpClient, Response};
use crate::ports::{Destination, HttpRequest, Limits, Redirects};
use crate::{Error, Secret};

/// What a query keeps as it is (RFC 3986, section 2.3).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// Until the head of the answer is there. The action's own time limit usually ends it sooner.
const HEAD: Duration = Duration::from_mins(1);
/// The most bytes of an answer.
const BODY: u64 = 10 * 1024 * 1024;
/// How many redirects are followed.
const REDIRECTS: u8 = 5;

/// A request about to be sent. What was wrong while it was put together is told when it is sent.
#[must_use = "it is not sent before `send`"]
pub struct Request {
    client: HttpClient,
    made: Result<HttpRequest, Error>,
    idempotent: bool,
}

impl Request {
    pub(super) fn new(client: HttpClient, method: Method, url: String) -> Self {
        let idempotent = method.is_idempotent();
        let destination = match client.hosts {
            // Whoever wrote the action named them; one below a `*.` is guarded all the same.
            Some(_) => Destination::Operator,
            None => Destination::Guarded,
        };
        let request = HttpRequest {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            destination,
            redirects: Redirects::Follow(REDIRECTS),
            hosts: client.hosts.clone(),
            retries: 0,
            limits: Limits {
                connect: CONNECT,
                head: Some(HEAD),
                body_bytes: Some(BODY),
            },
        };
        Self {
            client,
            made: Ok(request),
            idempotent,
        }
    }

    /// Adds a header.
    pub fn header(self, name: &str, value: impl AsRef<str>) -> Self {
        self.with_header(name, value.as_ref(), false)
    }

    /// Adds a header whose value is secret.
    pub fn secret_header(self, name: &str, value: &Secret<String>) -> Self {
        self.with_header(name, value.expose(), true)
    }

    /// Adds `Authorization: Bearer …` (RFC 6750, section 2.1).
    pub fn bearer(self, token: &Secret<String>) -> Self {
        let value = zeroize::Zeroizing::new(format!("Bearer {}", token.expose()));
        self.with_header(AUTHORIZATION.as_str(), &value, true)
    }

    fn with_header(self, name: &str, value: &str, secret: bool) -> Self {
        let bad = |what: &str| bad_request(format!("a header has {what} that HTTP does not allow"));
        self.change(|request| {
            let name = HeaderName::try_from(name).map_err(|_| bad("a name"))?;
            let mut value = HeaderValue::try_from(value).map_err(|_| {
                if secret {
                    unusable_secret()
                } else {
                    bad("a value")
                }
            })?;
            value.set_sensitive(secret);
            request.headers.append(name, value);
            Ok(())
        })
    }

    /// Adds parameters to the query, percent-encoded.
    pub fn query<K: AsRef<str>, V: AsRef<str>>(
        self,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.change(|request| {
            let (url, fragment) = match request.url.split_once('#') {
                Some((url, fragment)) => (url.to_owned(), Some(fragment.to_owned())),
                None => (std::mem::take(&mut request.url), None),
            };
            request.url = url;
            for (name, value) in pairs {
                let joint = if request.url.contains('?') { '&' } else { '?' };
                request.url.push(joint);
                request
                    .url
                    .extend(utf8_percent_encode(name.as_ref(), QUERY));
                request.url.push('=');
                request
                    .url
                    .extend(utf8_percent_encode(value.as_ref(), QUERY));
            }
            if let Some(fragment) = fragment {
                request.url.push('#');
                request.url.push_str(&fragment);
            }
            Ok(())
        })
    }

    /// Sends a value as JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body);
        self.change(|request| {
            request.body = body.map_err(Error::internal)?.into();
            let json = HeaderValue::from_static("application/json");
            request.headers.entry(CONTENT_TYPE).or_insert(json);
            Ok(())
        })
    }

    /// Sends bytes of this media type.
    pub fn body(self, media_type: &str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        self.change(|request| {
            request.body = body;
            Ok(())
        })
        .header(CONTENT_TYPE.as_str(), media_type)
    }

    /// It may be done twice, whatever its method says.
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// How often it is sent again when the service is not reached or says that it is busy. Only for
    /// what may be done twice: the methods GET, HEAD, OPTIONS, TRACE, PUT and DELETE (RFC 9110, section
    /// 9.2.2), and what [`Request::idempotent`] says so of.
    pub fn retries(self, retries: u8) -> Self {
        self.change(|request| {
            request.retries = retries;
            Ok(())
        })
    }

    /// How many redirects are followed; 5 unless said.
    pub fn redirects(self, most: u8) -> Self {
        self.change(|request| {
            request.redirects = match most {
                0 => Redirects::Return,
                most => Redirects::Follow(most),
            };
            Ok(())
        })
    }

    /// How long the head of the answer may take; 60 seconds unless said.
    pub fn timeout(self, limit: Duration) -> Self {
        self.change(|request| {
            request.limits.head = Some(limit);
            Ok(())
        })
    }

    /// The most bytes the answer may have; 10 MiB unless said.
    pub fn body_limit(self, bytes: u64) -> Self {
        self.change(|request| {
            request.limits.body_bytes = Some(bytes);
            Ok(())
        })
    }

    /// Sends it and waits for the head of the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// `upstream_refused_address` where it must not go, `upstream_unreachable`, `upstream_timeout`;
    /// `bad_request_made` when it was put together wrongly. None of them repeats the query, a header
    /// or the body.
    pub async fn send(self) -> Result<Response, Error> {
        let mut request = self.made?;
        if !self.idempotent {
            request.retries = 0;
        }
        let send = self.client.send.ok_or_else(no_way_out)?;
        let limit = request.limits.body_bytes.unwrap_or(BODY);
        let answer = send.send(request).await.map_err(unreached)?;
        Ok(Response::new(answer, limit))
    }

    fn change(mut self, change: impl FnOnce(&mut HttpRequest) -> Result<(), Error>) -> Self {
        if let Ok(request) = &mut self.made
            && let Err(error) = change(request)
        {
            self.made = Err(error);
        }
        self
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Request").field(&self.made).finish()
    }
}
