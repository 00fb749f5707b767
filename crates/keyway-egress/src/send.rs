use std::sync::Arc;

use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use keyway_core::ports::{
    BoxFuture, HttpError, HttpRequest, HttpResponse, HttpSend, Limits, Redirects,
};

use crate::allow::AllowList;
use crate::body::bounded;
use crate::clients::{Clients, Kind};
use crate::error;
use crate::guard::Guard;
use crate::redirect::{self, Hop};
use crate::resolve::{Resolve, SystemResolver};
use crate::target::{NamedHost, Target};

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
    guard: Arc<Guard>,
    clients: Clients,
}

impl Egress {
    /// A way out. Nothing is read, resolved or connected before the first request.
    pub fn new(config: EgressConfig) -> Self {
        let guard = Arc::new(Guard::new(config.allow));
        Self {
            inner: Arc::new(Inner {
                clients: Clients::new(config.resolver, Arc::clone(&guard)),
                guard,
            }),
        }
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
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let limits = request.limits;
        let exchange = self.follow(request);
        match limits.head {
            Some(limit) => tokio::time::timeout(limit, exchange)
                .await
                .unwrap_or(Err(HttpError::Timeout)),
            None => exchange.await,
        }
    }

    async fn follow(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let limits = request.limits;
        let mut hop = Hop {
            method: request.method,
            target: Target::read(&request.url, request.destination)?,
            headers: request.headers,
            body: request.body,
        };
        for header in CONNECTION_HEADERS {
            hop.headers.remove(header);
        }
        let Redirects::Follow(most) = request.redirects else {
            return answer(self.exchange(hop, &limits).await?, &limits);
        };
        for _ in 0..=most {
            let response = self.exchange(hop.clone(), &limits).await?;
            let Some(location) = redirect::location(response.status(), response.headers()) else {
                return answer(response, &limits);
            };
            hop = hop.follow(response.status(), location)?;
        }
        Err(HttpError::TooManyRedirects)
    }

    /// One request and the head of its answer.
    async fn exchange(&self, hop: Hop, limits: &Limits) -> Result<reqwest::Response, HttpError> {
        let target = hop.target;
        let client = self.clients.get(self.kind(&target, limits)?)?;
        let mut request = reqwest::Request::new(hop.method, target.url.clone());
        *request.headers_mut() = hop.headers;
        if !hop.body.is_empty() {
            *request.body_mut() = Some(hop.body.into());
        }
        client
            .execute(request)
            .await
            .map_err(|error| error::of_exchange(&error, &target))
    }

    /// Which connections the request may use. A literal address is checked here, because nothing
    /// resolves it; names are checked when they are resolved.
    fn kind(&self, target: &Target, limits: &Limits) -> Result<Kind, HttpError> {
        let host = target
            .host()
            .ok_or_else(|| HttpError::BadUrl("expected a host".into()))?;
        let port = target.port();
        let reach = match host {
            NamedHost::Name(name) => self.guard.reach(target.destination, name, port),
            NamedHost::Address(ip) => {
                let ip = ip.to_canonical();
                let reach = self.guard.reach(target.destination, &ip.to_string(), port);
                if target.socket.is_none() && !self.guard.admits(reach, ip) {
                    return Err(HttpError::Refused(target.label()));
                }
                reach
            }
        };
        Ok(Kind {
            reach,
            tls: target.url.scheme() == "https",
            connect: limits.connect,
            socket: target.socket.clone(),
        })
    }
}

/// Checks what the answer declares and hands it out, its body bounded.
fn answer(response: reqwest::Response, limits: &Limits) -> Result<HttpResponse, HttpError> {
    if let (Some(declared), Some(most)) = (response.content_length(), limits.body_bytes)
        && declared > most
    {
        return Err(HttpError::TooLarge);
    }
    let (head, body) = http::Response::<reqwest::Body>::from(response).into_parts();
    Ok(HttpResponse {
        status: head.status,
        headers: head.headers,
        body: bounded(body, limits.body_bytes),
    })
}
