use std::sync::Arc;

use bytes::Bytes;
use http::{Method as HttpMethod, Request, Response, StatusCode};
use keyway_core::json;
use keyway_core::ports::{Clock, Random};
use keyway_core::{Principal, RequestId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::core::{Asked, Core, Origin};
use super::era::{self, Era};
use super::introduction::Introduction;
use super::legacy::Sessions;
use super::modern::Parking;
use super::params::{Params, no_params};
use super::{Backend, Body, Settings, Stats, accept, legacy, modern, reply};
use crate::wire::{Message, Messages, parse_batch};

/// The MCP endpoint: every supported revision on one URL. Cheap to clone.
///
/// It expects that whoever calls it has authenticated the principal, checked `Origin` and `Host`,
/// and bounded the body.
#[derive(Clone)]
pub struct Endpoint {
    core: Arc<Core>,
}

impl Endpoint {
    /// An endpoint in front of `backend`. Work that outlives its request runs on `tasks`. Once
    /// `shutdown` is cancelled, standing streams end and calls that wait for their client are
    /// cancelled; other calls run to their end.
    pub fn new(
        backend: Arc<dyn Backend>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        tasks: TaskTracker,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            core: Arc::new(Core {
                backend,
                settings,
                clock,
                random,
                tasks,
                shutdown,
                introduction: Introduction::default(),
                sessions: Sessions::default(),
                parking: Parking::default(),
                streams: super::gauge::Gauge::default(),
                detached: super::gauge::Gauge::default(),
            }),
        }
    }

    /// Answers one HTTP request. Dropping the future, or an event stream it answered with, tells
    /// that the client went away.
    pub async fn handle(
        &self,
        who: Principal,
        request: Request<Bytes>,
        request_id: RequestId,
    ) -> Response<Body> {
        let (head, body) = request.into_parts();
        let origin = Origin::new(who, request_id, &head.headers);
        match head.method {
            HttpMethod::POST => self.post(origin, &head.headers, &body).await,
            HttpMethod::GET if era::says_modern(&head.headers) => reply::method_not_allowed("POST"),
            HttpMethod::GET => legacy::get(&self.core, &origin, &head.headers),
            HttpMethod::DELETE if era::says_modern(&head.headers) => {
                reply::method_not_allowed("POST")
            }
            HttpMethod::DELETE => legacy::delete(&self.core, &origin, &head.headers),
            _ => reply::method_not_allowed("GET, POST, DELETE"),
        }
    }

    /// What is alive, for metrics.
    pub fn stats(&self) -> Stats {
        Stats {
            sessions: self.core.sessions.len(),
            live_sessions: self.core.sessions.live(),
            streams: self.core.streams.count(),
            parked: self.core.parking.len(),
            detached: self.core.detached.count(),
        }
    }

    async fn post(
        &self,
        origin: Origin,
        headers: &http::HeaderMap,
        body: &Bytes,
    ) -> Response<Body> {
        if let Err(refused) = accept::check_post(headers) {
            return *refused;
        }
        let message = match parse_batch(body, self.core.settings.bounds) {
            Ok(Messages::One(message)) => message,
            Ok(Messages::Batch(items)) => {
                return legacy::batch(&self.core, &origin, headers, items).await;
            }
            Err(refusal) => return reply::refused(&refusal),
        };
        match message {
            Message::Request { id, method, params } => {
                let raw = params.unwrap_or_else(no_params);
                let read = Params::read(&raw);
                let meta = read.as_ref().ok().and_then(|read| read.meta);
                let era = era::of_message(headers, &method, meta);
                let asked = Asked {
                    origin,
                    headers,
                    id,
                    method: &method,
                    raw: &raw,
                    params: read,
                };
                match era {
                    Era::Modern => modern::request(&self.core, asked).await,
                    Era::Legacy => legacy::request(&self.core, asked).await,
                }
            }
            Message::Notification { method, params } => {
                let params = params.as_ref();
                let meta = params
                    .and_then(|params| json::member(params.as_str(), "_meta"))
                    .map(|found| found.value);
                match era::of_message(headers, &method, meta) {
                    // This revision has no notifications to the server over HTTP; they are taken
                    // and mean nothing.
                    Era::Modern => reply::accepted(),
                    Era::Legacy => {
                        legacy::notification(&self.core, &origin, headers, &method, params)
                    }
                }
            }
            Message::Response { id, outcome } if !era::says_modern(headers) => {
                legacy::response(&self.core, &origin, headers, &id, outcome)
            }
            Message::Response { .. } => reply::bad_request(
                None,
                "a client sends no responses in this protocol revision",
            ),
            Message::Complaint { .. } => reply::empty(StatusCode::ACCEPTED),
        }
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
