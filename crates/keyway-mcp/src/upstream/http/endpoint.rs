use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use keyway_core::ports::{
    AccessToken, Destination, Hosts, HttpError, HttpRequest, HttpResponse, HttpSend, Limits,
    Redirects, Refusal,
};

use super::again;
use super::challenge::{asks_for_bearer, challenges, wants_more_scope};
use crate::upstream::auth::HeaderProblem;
use crate::upstream::failure::{Denied, Failure};
use crate::upstream::spec::{Auth, Http};
use crate::upstream::tokens::{Tokens, bearer};
use crate::upstream::wait::AskClock;

/// `Keyway-Hops`: how many gateways a call has passed.
pub(super) const HOPS: HeaderName = HeaderName::from_static("keyway-hops");

/// The most redirects that are followed; credentials never leave the origin.
const REDIRECTS: u8 = 3;

/// One address requests go to, with the headers they all carry. An answer that refuses the
/// credentials never comes out of here as an answer.
#[derive(Clone)]
pub(in crate::upstream) struct Endpoint {
    http: Arc<dyn HttpSend>,
    pub(super) url: String,
    destination: Destination,
    hosts: Option<Hosts>,
    headers: HeaderMap,
    /// Where tokens come from, for a server behind OAuth.
    tokens: Option<Arc<Tokens>>,
    /// Credentials of the configuration are among the headers.
    keyed: bool,
    manners: Manners,
}

/// How requests to an endpoint are sent.
#[derive(Debug, Clone, Copy)]
pub(in crate::upstream) struct Manners {
    /// Until a connection stands.
    pub(in crate::upstream) connect: Duration,
    /// How many more times a request is sent that was not carried out.
    pub(in crate::upstream) retries: u32,
}

/// A request of which a copy may be needed.
struct Parcel<'a> {
    method: Method,
    headers: &'a (dyn Fn() -> HeaderMap + Send + Sync),
    body: Bytes,
}

impl Endpoint {
    /// The endpoint of a specification.
    pub(in crate::upstream) fn new(
        http: Arc<dyn HttpSend>,
        spec: &Http,
        tokens: Option<Arc<Tokens>>,
        manners: Manners,
    ) -> Result<Self, HeaderProblem> {
        let mut headers = HeaderMap::new();
        for (name, value) in spec.all_headers()? {
            headers.insert(name, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, text/event-stream"),
        );
        headers.insert(HOPS, HeaderValue::from_static("1"));
        Ok(Self {
            http,
            url: spec.url.clone(),
            destination: spec.destination,
            hosts: spec.hosts.clone(),
            keyed: matches!(spec.auth, Auth::ApiKey { .. } | Auth::OAuth(_))
                || headers.contains_key(AUTHORIZATION),
            headers,
            tokens,
            manners,
        })
    }

    /// The same with another address.
    pub(super) fn at(&self, url: String) -> Self {
        Self {
            url,
            ..self.clone()
        }
    }

    /// What every request carries, credentials from elsewhere not counted.
    pub(in crate::upstream) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Posts a message. `headers` makes its headers, once for every time it is sent; `clock` stands
    /// still while a person is asked for another token.
    pub(in crate::upstream) async fn post(
        &self,
        headers: &(dyn Fn() -> HeaderMap + Send + Sync),
        body: Bytes,
        clock: Option<&AskClock>,
    ) -> Result<HttpResponse, Failure> {
        let method = Method::POST;
        let parcel = Parcel {
            method,
            headers,
            body,
        };
        self.send(parcel, clock).await
    }

    /// Opens an event stream.
    pub(super) async fn get(
        &self,
        headers: &(dyn Fn() -> HeaderMap + Send + Sync),
    ) -> Result<HttpResponse, Failure> {
        let headers = &|| {
            let mut headers = headers();
            headers.remove(CONTENT_TYPE);
            headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
            headers
        };
        let parcel = Parcel {
            method: Method::GET,
            headers,
            body: Bytes::new(),
        };
        self.send(parcel, None).await
    }

    /// Ends an MCP session.
    pub(super) async fn delete(
        &self,
        headers: &(dyn Fn() -> HeaderMap + Send + Sync),
    ) -> Result<HttpResponse, Failure> {
        let parcel = Parcel {
            method: Method::DELETE,
            headers,
            body: Bytes::new(),
        };
        self.send(parcel, None).await
    }

    async fn send(
        &self,
        parcel: Parcel<'_>,
        clock: Option<&AskClock>,
    ) -> Result<HttpResponse, Failure> {
        if let Some(tokens) = &self.tokens {
            return Box::pin(self.send_as(tokens, &parcel, clock)).await;
        }
        let response = self.deliver(&parcel, None).await?;
        self.taken(response)
    }

    /// Sends a request with the current token, and once more with another one when that is refused.
    async fn send_as(
        &self,
        tokens: &Tokens,
        parcel: &Parcel<'_>,
        clock: Option<&AskClock>,
    ) -> Result<HttpResponse, Failure> {
        let sent = tokens.current().await?;
        let response = self.deliver(parcel, sent.as_ref()).await?;
        let Some(refusal) = refusal_of(&response, sent) else {
            return self.taken(response);
        };
        drop(response);
        let asking = clock.map(AskClock::start);
        let renewed = tokens.after(&refusal).await?;
        drop(asking);
        let response = self.deliver(parcel, Some(&renewed)).await?;
        let Some(refusal) = refusal_of(&response, None) else {
            return self.taken(response);
        };
        tokens.set_aside(&renewed);
        if refusal.status == 403 {
            return Err(Failure::Scope(
                "the server asks for more than was granted".into(),
            ));
        }
        self.taken(response)
    }

    /// Sends a request as often as it takes, and is allowed, to have it taken up.
    async fn deliver(
        &self,
        parcel: &Parcel<'_>,
        token: Option<&AccessToken>,
    ) -> Result<HttpResponse, Failure> {
        let mut repeated = 0;
        loop {
            let mut headers = (parcel.headers)();
            if let Some(token) = token {
                headers.insert(AUTHORIZATION, bearer(token)?);
            }
            let outcome = self.exchange(parcel, headers).await;
            if repeated == self.manners.retries {
                return Ok(outcome?);
            }
            let Some(pause) = again::pause(&outcome, repeated) else {
                return Ok(outcome?);
            };
            drop(outcome);
            repeated += 1;
            tokio::time::sleep(pause).await;
        }
    }

    async fn exchange(
        &self,
        parcel: &Parcel<'_>,
        headers: HeaderMap,
    ) -> Result<HttpResponse, HttpError> {
        let request = HttpRequest {
            method: parcel.method.clone(),
            url: self.url.clone(),
            headers,
            body: parcel.body.clone(),
            destination: self.destination,
            redirects: Redirects::Follow(REDIRECTS),
            hosts: self.hosts.clone(),
            retries: 0,
            limits: Limits {
                connect: self.manners.connect,
                // Whoever waits for the answer bounds the wait, and whoever reads it its size.
                head: None,
                body_bytes: None,
            },
        };
        self.http.send(request).await
    }

    /// The answer, unless it is a refusal of the credentials.
    fn taken(&self, response: HttpResponse) -> Result<HttpResponse, Failure> {
        let status = response.status.as_u16();
        if !matches!(status, 401 | 403) {
            return Ok(response);
        }
        Err(Failure::Auth(Denied {
            status,
            keyed: self.keyed,
            takes_oauth: self.tokens.is_none() && asks_for_bearer(&challenges(&response.headers)),
        }))
    }
}

/// The refusal an answer is, where another token may help (RFC 6750 section 3.1).
fn refusal_of(response: &HttpResponse, sent: Option<AccessToken>) -> Option<Refusal> {
    let status = response.status.as_u16();
    if !matches!(status, 401 | 403) {
        return None;
    }
    let challenges = challenges(&response.headers);
    if status == 403 && !wants_more_scope(&challenges) {
        return None;
    }
    Some(Refusal {
        status,
        challenges,
        sent,
    })
}
