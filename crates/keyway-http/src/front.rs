use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Router;
use futures_util::FutureExt as _;
use http::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, request};
use hyper::body::Incoming;
use keyway_app::App;
use keyway_core::ports::{Clock, Random};
use keyway_core::{Error, RequestId};
use keyway_mcp::endpoint::{Endpoint, NeededScopes};
use keyway_pages::Pages;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::address::Address;
use crate::guard::{Cors, Hosts, Origin, Origins, is_preflight};
use crate::metrics::{Requests, Route};
use crate::mounts::Mount;
use crate::pages::Forms;
use crate::refusal::{Refusal, Shape};
use crate::reply::Body;
use crate::router::router;
use crate::server::{Connection, ConnectionState, InFlight};
use crate::settings::{ConnectionLimits, Settings};
use crate::shared::{About, Asked, Place, Shared};
use crate::sites::Sites;
use crate::{body, challenge, media, page, rate_limit};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NOTHING_ACTIVE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// What a [`Front`] is made of.
#[expect(
    missing_debug_implementations,
    reason = "its parts have nothing to show"
)]
pub struct FrontParts {
    /// The use-cases.
    pub app: App,
    /// The MCP endpoint.
    pub endpoint: Endpoint,
    /// What people see.
    pub pages: Arc<Pages>,
    /// How people sign in with an application's own actions.
    pub forms: Forms,
    /// Endpoints of integrations, checked ([`Mount::check`]).
    pub mounts: Vec<Mount>,
    /// How to behave.
    pub settings: Settings,
    /// How the gateway introduces itself.
    pub about: About,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for request ids.
    pub random: Arc<dyn Random>,
    /// Cancelled once the process was told to stop.
    pub stopping: CancellationToken,
}

/// The one door: every request of every connection is answered here.
///
/// `/mcp` is looked for first and goes to the MCP endpoint without passing a router or a stack of
/// middleware, because that is where nearly all requests go.
pub struct Front {
    shared: Arc<Shared>,
    router: Router,
    hosts: Hosts,
    origins: Origins,
    random: Arc<dyn Random>,
}

impl Front {
    /// Puts the parts together.
    pub fn new(parts: FrontParts) -> Arc<Self> {
        let shared = Arc::new(Shared {
            app: parts.app,
            endpoint: parts.endpoint,
            about: parts.about,
            requests: Requests::new(),
            sockets: Arc::default(),
            sites: Sites::new(&parts.settings.mcp, &parts.settings.access),
            started: parts.clock.now(),
            clock: parts.clock,
            random: Arc::clone(&parts.random),
            stopping: parts.stopping,
            tried: AtomicBool::new(false),
            set_up: AtomicBool::new(false),
            pages: parts.pages,
            forms: parts.forms,
            settings: parts.settings,
        });
        Arc::new(Self {
            router: router(Arc::clone(&shared), parts.mounts),
            hosts: Hosts::new(&shared.settings.access),
            origins: Origins::new(&shared.settings.access),
            random: parts.random,
            shared,
        })
    }

    pub(crate) fn connection_limits(&self) -> ConnectionLimits {
        self.shared.settings.connection
    }

    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        connection: &Arc<ConnectionState>,
        in_flight: InFlight,
    ) -> Response<Body> {
        let began = Instant::now();
        let id = RequestId::generate(&*self.shared.clock, &*self.random);
        let route = self.route(request.uri().path());
        let shape = self.shape(route, request.headers());
        // No other site has business with a page; its forms hold against their own origin.
        let origin = match route {
            Route::Page => Origin::Absent,
            _ => self.origins.judge(request.headers()),
        };
        let foreign = origin == Origin::Foreign;
        let cors = Cors::new(origin);
        let (head, body) = request.into_parts();
        let address = Address::of(&head, peer, &self.shared.settings.access);
        let asked = Asked::new(id.clone(), peer, address);
        let answering = async {
            if foreign {
                return Err(foreign_origin());
            }
            if !matches!(route, Route::Healthz | Route::Readyz) {
                self.shared.count(&asked.address)?;
            }
            if route == Route::Mcp {
                return self.answer_mcp(head, body, &asked, &cors).await;
            }
            let over = Connection::new(connection);
            Box::pin(self.answer_routed(head, body, asked.clone(), over, &cors)).await
        };
        let answered = AssertUnwindSafe(answering).catch_unwind().await;
        let answered =
            answered.unwrap_or_else(|_| Err(Error::internal("a handler panicked").into()));
        let mut response = answered.unwrap_or_else(|refusal| {
            if refusal.is_unread() {
                connection.linger();
            }
            let refusal = self.challenge(route, &asked.address, refusal);
            refusal.render(shape, &id)
        });
        if let Some(NeededScopes(needed)) = response.extensions_mut().remove() {
            let error = Error::insufficient_scope(needed);
            let value = self.challenge_of(route, &asked.address, &error);
            value.and_then(|value| response.headers_mut().insert(WWW_AUTHENTICATE, value));
        }
        if let Some(standing) = asked.standing.get() {
            rate_limit::stamp(response.headers_mut(), standing);
        }
        if matches!(shape, Shape::Page(_)) {
            page::protect(response.headers_mut());
        }
        finish(&mut response, &id, &cors);
        let took = began.elapsed();
        self.shared.requests.observe(route, response.status(), took);
        tracing::debug!(request = %id, ?route, status = response.status().as_u16(), ?took, "answered");
        response.body_mut().hold(in_flight);
        response
    }

    fn route(&self, path: &str) -> Route {
        let mcp = &self.shared.settings.mcp;
        if mcp.enabled && path == mcp.route {
            Route::Mcp
        } else {
            Route::of(path)
        }
    }

    async fn answer_mcp(
        &self,
        head: request::Parts,
        body: Incoming,
        asked: &Asked,
        cors: &Cors,
    ) -> Result<Response<Body>, Refusal> {
        self.admit(&head)?;
        if head.method == Method::OPTIONS {
            return Ok(options(&head.headers, cors));
        }
        let (headers, address) = (&head.headers, &asked.address);
        let who = self
            .shared
            .authenticate(headers, address, Place::Mcp)
            .await?;
        media::is_plain(&head.headers)?;
        let body = body::read(body, &self.shared.settings.limits).await?;
        let request = Request::from_parts(head, body);
        let (endpoint, id) = (&self.shared.endpoint, asked.request.clone());
        let response = endpoint.handle(who.clone(), request, id).await;
        asked.stands(self.shared.app.limits().standing(&who));
        Ok(response.map(Body::mcp))
    }

    async fn answer_routed(
        &self,
        mut head: request::Parts,
        body: Incoming,
        asked: Asked,
        over: Connection,
        cors: &Cors,
    ) -> Result<Response<Body>, Refusal> {
        // Probes of a load balancer name whatever host they like; the answers say nothing.
        if !matches!(self.route(head.uri.path()), Route::Healthz | Route::Readyz) {
            self.admit(&head)?;
        }
        if is_preflight(&head) {
            return Ok(options(&head.headers, cors));
        }
        head.extensions.insert(asked);
        head.extensions.insert(over);
        let request = Request::from_parts(head, axum::body::Body::new(body));
        let Ok(mut response) = self.router.clone().oneshot(request).await;
        if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
            return Err(match response.headers_mut().remove(ALLOW) {
                Some(methods) => refusal.allowing(methods),
                None => refusal,
            });
        }
        let headers = response.headers_mut();
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        headers
            .entry(CONTENT_SECURITY_POLICY)
            .or_insert(NOTHING_ACTIVE);
        Ok(response.map(Body::routed))
    }

    /// Refusals look like what the client of the path speaks: where nothing is served, a browser
    /// gets a page.
    fn shape(&self, route: Route, headers: &HeaderMap) -> Shape<'_> {
        match route {
            Route::Mcp => Shape::JsonRpc,
            Route::Oauth => Shape::OAuth,
            Route::Page => Shape::Page(&self.shared.pages),
            Route::Other if takes_html(headers) => Shape::Page(&self.shared.pages),
            _ => Shape::Problem,
        }
    }

    /// Tells a client that was refused at a resource where to begin.
    fn challenge(&self, route: Route, address: &Address, refusal: Refusal) -> Refusal {
        match self.challenge_of(route, address, refusal.error()) {
            Some(value) => refusal.challenging(value),
            None => refusal,
        }
    }

    fn challenge_of(&self, route: Route, address: &Address, error: &Error) -> Option<HeaderValue> {
        let place = match route {
            Route::Mcp => Place::Mcp,
            route if route.is_api() => Place::Api,
            _ => return None,
        };
        let site = self.shared.sites.of(&address.origin);
        let resource = site.as_deref().map(|site| place.of(site));
        challenge::challenge(error, resource)
    }

    fn admit(&self, head: &request::Parts) -> Result<(), Refusal> {
        if self.hosts.admit(head) {
            return Ok(());
        }
        Err(Refusal::hinting(
            StatusCode::FORBIDDEN,
            "foreign_host",
            "the Host header names a host that is not served here",
            "name it in `allowed_hosts`, or set `public_url`",
        )
        .unread())
    }
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").finish_non_exhaustive()
    }
}

/// What every answer gets.
fn finish(response: &mut Response<Body>, id: &RequestId, cors: &Cors) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    cors.stamp(headers);
}

/// True for what browsers send when somebody looks at a page.
fn takes_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn options(request: &HeaderMap, cors: &Cors) -> Response<Body> {
    let mut response = Response::new(Body::full(bytes::Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        ALLOW,
        HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    );
    cors.stamp_preflight(request, headers);
    response
}

fn foreign_origin() -> Refusal {
    Refusal::hinting(
        StatusCode::FORBIDDEN,
        "foreign_origin",
        "pages of this origin may not call here",
        "name it in `allowed_origins`",
    )
    .unread()
}
