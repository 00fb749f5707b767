use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use http::header::{
    ACCEPT, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    USER_AGENT,
};
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;
use keyway_core::ports::{
    BoxFuture, Destination, HttpError, HttpRequest, HttpResponse, HttpSend, Limits, Redirects,
};

use crate::allow::AllowList;
use crate::body::{Chunks, bounded};
use crate::clients::Clients;
use crate::dial::Dialer;
use crate::error;
use crate::guard::Guard;
use crate::lane::Lane;
use crate::lanes::LaneBody;
use crate::plan::{Plan, Plans, Route};
use crate::redirect::{self, Outgoing};
use crate::resolve::{Resolve, SystemResolver};
use crate::retry;
use crate::target::Target;

/// What we call ourselves, where a request says nothing else.
const NAME: HeaderValue = HeaderValue::from_static(concat!("keyway/", env!("CARGO_PKG_VERSION")));
/// How long a library's connection may take to be made.
const LIBRARY_CONNECT: Duration = Duration::from_secs(20);
/// How long a name is looked up before it counts as one that leads nowhere.
const LOOK_UP: Duration = Duration::from_secs(2);
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

/// Headers that belong to the connection and are never a caller's to give (RFC 9110, section 7.6.1;
/// RFC 9112).
const CONNECTION_HEADERS: [HeaderName; 9] = [
    CONNECTION,
    CONTENT_LENGTH,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// How the way out is set up.
pub struct EgressConfig {
    /// `egress.allow`.
    pub allow: AllowList,
    /// Who resolves names.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for EgressConfig {
    fn default() -> Self {
        Self {
            allow: AllowList::default(),
            resolver: Arc::new(SystemResolver),
        }
    }
}

impl std::fmt::Debug for EgressConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EgressConfig")
            .field("allow", &self.allow)
            .finish_non_exhaustive()
    }
}

/// The outgoing HTTP client. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Egress {
    inner: Arc<Inner>,
}

struct Inner {
    plans: Plans,
    dialer: Dialer,
    clients: Clients,
}

impl Egress {
    /// A way out. Nothing is read, resolved or connected before the first request.
    pub fn new(config: EgressConfig) -> Self {
        let guard = Arc::new(Guard::new(config.allow));
        Self {
            inner: Arc::new(Inner {
                plans: Plans::new(Arc::clone(&guard)),
                clients: Clients::new(Arc::clone(&config.resolver), Arc::clone(&guard)),
                dialer: Dialer {
                    resolver: config.resolver,
                    guard,
                },
            }),
        }
    }

    /// Whether the guard would let a request out, as far as can be found out without sending one: an
    /// address is checked, and so is what a name leads to now. A name that leads nowhere may go out.
    ///
    /// # Errors
    ///
    /// A URL that is none, or an address that may not be reached.
    pub async fn permits(&self, url: &str, destination: Destination) -> Result<(), HttpError> {
        let plan = self.inner.plans.get(url, destination)?;
        let looked = self.inner.dialer.permits(&plan.target, plan.reach);
        tokio::time::timeout(LOOK_UP, looked)
            .await
            .unwrap_or(Ok(()))
    }

    /// A client for a library that brings its own way of sending, for requests below a base URL
    /// the operator chose. Addresses are guarded as for [`Destination::Operator`], redirects are
    /// not followed and no proxy is used; bounds of size and time are the library's business.
    ///
    /// # Errors
    ///
    /// A base URL that is none, that is not `http:` or `https:`, or whose address may not be
    /// reached. A name is checked whenever it is resolved.
    pub fn library_client(&self, base_url: &str) -> Result<reqwest::Client, HttpError> {
        let plan = self.inner.plans.get(base_url, Destination::Operator)?;
        if plan.target.socket.is_some() {
            let expected = "expected a URL that begins with `http:` or `https:`";
            return Err(HttpError::BadUrl(expected.to_owned()));
        }
        self.inner.clients.library(plan.reach, LIBRARY_CONNECT)
    }
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Egress")
    }
}

impl HttpSend for Egress {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(self.inner.send(request))
    }
}

impl Inner {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut tried = 0;
        while request.retries > 0 {
            let outcome = self.once(request.clone()).await;
            let Some(wait) = retry::after(&outcome, tried) else {
                return outcome;
            };
            drop(outcome);
            tokio::time::sleep(wait).await;
            request.retries -= 1;
            tried += 1;
        }
        self.once(request).await
    }

    /// One exchange, with all its redirects.
    async fn once(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let limits = request.limits;
        let exchange = self.follow(request);
        match limits.head {
            Some(limit) => tokio::time::timeout(limit, exchange)
                .await
                .unwrap_or(Err(HttpError::Timeout)),
            None => exchange.await,
        }
    }

    async fn follow(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let limits = request.limits;
        let mut plan = match &request.hosts {
            // Such URLs are made anew for each call, and may hold what nobody should remember.
            Some(hosts) => {
                let target = Target::read(&request.url, request.destination)?;
                Arc::new(self.plans.make(target.held_to(hosts)?)?)
            }
            None => self.plans.get(&request.url, request.destination)?,
        };
        for header in CONNECTION_HEADERS {
            request.headers.remove(header);
        }
        let HttpRequest {
            method,
            headers,
            body,
            ..
        } = request;
        let mut outgoing = Outgoing {
            method,
            headers,
            body,
        };
        let Redirects::Follow(most) = request.redirects else {
            return self.exchange(&plan, outgoing, &limits).await;
        };
        for _ in 0..=most {
            let response = self.exchange(&plan, outgoing.clone(), &limits).await?;
            let Some(location) = redirect::location(response.status, &response.headers) else {
                return Ok(response);
            };
            let mut target;
            (target, outgoing) = outgoing.follow(&plan.target, response.status, location)?;
            if let Some(hosts) = &request.hosts {
                target = target.held_to(hosts)?;
            }
            plan = Arc::new(self.plans.make(target)?);
        }
        Err(HttpError::TooManyRedirects)
    }

    /// One request and the head of its answer.
    async fn exchange(
        &self,
        plan: &Plan,
        mut outgoing: Outgoing,
        limits: &Limits,
    ) -> Result<HttpResponse, HttpError> {
        let headers = &mut outgoing.headers;
        headers.entry(USER_AGENT).or_insert(NAME);
        headers.entry(ACCEPT).or_insert(ANYTHING);
        match &plan.route {
            Some(route) => self.over_plain(plan, route, outgoing, limits).await,
            None => self.over_tls(plan, outgoing, limits).await,
        }
    }

    async fn over_plain(
        &self,
        plan: &Plan,
        route: &Route,
        outgoing: Outgoing,
        limits: &Limits,
    ) -> Result<HttpResponse, HttpError> {
        let mut request = http::Request::new(Full::new(outgoing.body));
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = route.uri.clone();
        *request.headers_mut() = outgoing.headers;
        request.headers_mut().insert(HOST, route.host.clone());
        // A connection that ended while it was idle is no failure of this request, as long as
        // nothing of the request went into it.
        while let Some(mut lane) = route.lanes.take().await {
            match lane.send(request).await {
                Ok(response) => return answer(response, lane, route, limits),
                Err(mut unsent) => match unsent.take_message() {
                    Some(again) => request = again,
                    None => return Err(error::of_plain(unsent.error())),
                },
            }
        }
        self.plans.sweep();
        let wire = self
            .dialer
            .dial(&plan.target, plan.reach, limits.connect)
            .await?;
        let lane = Lane::over(wire).await;
        let mut lane = lane.map_err(|broken| error::of_plain(&broken))?;
        match lane.send(request).await {
            Ok(response) => answer(response, lane, route, limits),
            Err(unsent) => Err(error::of_plain(unsent.error())),
        }
    }

    async fn over_tls(
        &self,
        plan: &Plan,
        outgoing: Outgoing,
        limits: &Limits,
    ) -> Result<HttpResponse, HttpError> {
        let client = self.clients.get(plan.reach, limits.connect)?;
        let mut request = reqwest::Request::new(outgoing.method, plan.target.url.clone());
        *request.headers_mut() = outgoing.headers;
        if !outgoing.body.is_empty() {
            *request.body_mut() = Some(outgoing.body.into());
        }
        let response = client
            .execute(request)
            .await
            .map_err(|broken| error::of_tls(&broken, &plan.target))?;
        let declared = response.content_length();
        let (head, body) = http::Response::<reqwest::Body>::from(response).into_parts();
        Ok(HttpResponse {
            status: head.status,
            headers: head.headers,
            body: bounded(Chunks(body), declared, limits.body_bytes)?,
        })
    }
}

/// Hands an answer out, its body bounded and its connection to come back when it is read.
fn answer(
    response: http::Response<Incoming>,
    lane: Lane,
    route: &Route,
    limits: &Limits,
) -> Result<HttpResponse, HttpError> {
    let (head, incoming) = response.into_parts();
    let declared = incoming.size_hint().exact();
    let body = LaneBody::new(incoming, lane, Arc::clone(&route.lanes));
    Ok(HttpResponse {
        status: head.status,
        headers: head.headers,
        body: bounded(body, declared, limits.body_bytes)?,
    })
}
