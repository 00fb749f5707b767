use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use keyway_core::ports::{
    AccessToken, Destination, HeaderSource, Hosts, HttpError, HttpRequest, HttpResponse, HttpSend,
    Limits, MadeHeaders, Redirects, Refusal,
};

use super::again;
use super::challenge::{asks_for_bearer, challenges, wants_more_scope};
use crate::upstream::auth::{HeaderProblem, header_name, header_value};
use crate::upstream::failure::{Denied, Failure};
use crate::upstream::redact::Redactor;
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
    credentials: Credentials,
    /// Where headers come from that are renewed.
    renewed: Option<Arc<dyn HeaderSource>>,
    /// Credentials of the configuration are among the headers.
    keyed: bool,
    manners: Manners,
}

/// Where credentials come from that no specification holds, and who is told of them.
#[derive(Clone)]
pub(in crate::upstream) struct Credentials {
    /// Where tokens come from, for a server behind OAuth.
    pub(in crate::upstream) tokens: Option<Arc<Tokens>>,
    pub(in crate::upstream) redactor: Arc<Redactor>,
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
        credentials: Credentials,
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
            credentials,
            renewed: spec.renewed.clone(),
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
        if let Some(tokens) = &self.credentials.tokens {
            return Box::pin(self.send_as(tokens, &parcel, clock)).await;
        }
        if let Some(source) = &self.renewed {
            return Box::pin(self.send_with(&**source, &parcel)).await;
        }
        let response = self.deliver(&parcel, &HeaderMap::new()).await?;
        self.taken(response)
    }

    /// Sends a request with the headers of this moment, and once more with others when they are refused.
    async fn send_with(
        &self,
        source: &dyn HeaderSource,
        parcel: &Parcel<'_>,
    ) -> Result<HttpResponse, Failure> {
        let made = source.headers().await.map_err(Failure::Token)?;
        let response = self.deliver(parcel, &self.learned(&made)?).await?;
        if response.status.as_u16() != 401 {
            return self.taken(response);
        }
        let Some(others) = source.refused(&made).await.map_err(Failure::Token)? else {
            return self.taken(response);
        };
        drop(response);
        let response = self.deliver(parcel, &self.learned(&others)?).await?;
        self.taken(response)
    }

    /// Headers as they are sent. Nothing that is shown later has them in it.
    fn learned(&self, made: &MadeHeaders) -> Result<HeaderMap, Failure> {
        for secret in &made.secrets {
            let secret = AccessToken::new(secret.expose().clone());
            self.credentials.redactor.learn(&secret);
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &made.all {
            let unsendable = |problem: HeaderProblem| Failure::Closed(problem.to_string());
            let name = header_name(name).map_err(unsendable)?;
            let value = header_value(&name, value.expose()).map_err(unsendable)?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    /// Sends a request with the current token, and once more with another one when that is refused.
    async fn send_as(
        &self,
        tokens: &Tokens,
        parcel: &Parcel<'_>,
        clock: Option<&AskClock>,
    ) -> Result<HttpResponse, Failure> {
        let sent = tokens.current().await?;
        let carried = sent.as_ref().map(carrying).transpose()?;
        let response = self.deliver(parcel, &carried.unwrap_or_default()).await?;
        let Some(refusal) = refusal_of(&response, sent) else {
            return self.taken(response);
        };
        drop(response);
        let asking = clock.map(AskClock::start);
        let renewed = tokens.after(&refusal).await?;
        drop(asking);
        let response = self.deliver(parcel, &carrying(&renewed)?).await?;
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
        credentials: &HeaderMap,
    ) -> Result<HttpResponse, Failure> {
        let mut repeated = 0;
        loop {
            let mut headers = (parcel.headers)();
            for (name, value) in credentials {
                headers.insert(name, value.clone());
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
            takes_oauth: self.credentials.tokens.is_none()
                && asks_for_bearer(&challenges(&response.headers)),
        }))
    }
}

/// The header of a token.
fn carrying(token: &AccessToken) -> Result<HeaderMap, Failure> {
    Ok(HeaderMap::from_iter([(AUTHORIZATION, bearer(token)?)]))
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
