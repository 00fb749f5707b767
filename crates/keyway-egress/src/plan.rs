//! What is known about a URL before anything is sent: read once, used by every request to it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use http::{HeaderValue, Uri};
use keyway_core::ports::{Destination, HttpError};
use parking_lot::{Mutex, RwLock};
use tokio::time::Instant;

use crate::guard::{Guard, Reach};
use crate::lanes::{IDLE_CONNECTION, Lanes};
use crate::target::{NamedHost, Target};

/// How many URLs are remembered before all are forgotten.
const MOST_PLANS: usize = 1024;

/// A URL that a request may go to.
pub(crate) struct Plan {
    pub(crate) target: Target,
    pub(crate) reach: Reach,
    /// How requests over a connection of our own go out; none where the connection is encrypted.
    pub(crate) route: Option<Route>,
}

/// A request's first line and its `Host`, and the connections it may use.
pub(crate) struct Route {
    pub(crate) uri: Uri,
    pub(crate) host: HeaderValue,
    pub(crate) lanes: Arc<Lanes>,
}

/// Connections are shared by what is the same in all of this.
type Origin = (Reach, String, u16, Option<Arc<Path>>);

/// The plans made so far.
pub(crate) struct Plans {
    guard: Arc<Guard>,
    operator: RwLock<HashMap<Box<str>, Arc<Plan>>>,
    guarded: RwLock<HashMap<Box<str>, Arc<Plan>>>,
    lanes: Mutex<HashMap<Origin, Arc<Lanes>>>,
    swept: Mutex<Instant>,
}

impl Plans {
    pub(crate) fn new(guard: Arc<Guard>) -> Self {
        Self {
            guard,
            operator: RwLock::default(),
            guarded: RwLock::default(),
            lanes: Mutex::default(),
            swept: Mutex::new(Instant::now()),
        }
    }

    /// The plan of a URL as it came.
    pub(crate) fn get(&self, url: &str, destination: Destination) -> Result<Arc<Plan>, HttpError> {
        let known = match destination {
            Destination::Operator => &self.operator,
            Destination::Guarded => &self.guarded,
        };
        if let Some(plan) = known.read().get(url) {
            return Ok(Arc::clone(plan));
        }
        self.sweep();
        let plan = Arc::new(self.make(Target::read(url, destination)?)?);
        let mut known = known.write();
        if known.len() >= MOST_PLANS {
            known.clear();
        }
        known.insert(url.into(), Arc::clone(&plan));
        Ok(plan)
    }

    /// The plan of a target. A literal address is checked here; names when they are resolved.
    pub(crate) fn make(&self, target: Target) -> Result<Plan, HttpError> {
        let bad = |reason: &str| HttpError::BadUrl(reason.to_owned());
        let host = target.host().ok_or_else(|| bad("expected a host"))?;
        let reach = match host {
            NamedHost::Name(name) => self.guard.reach(target.destination, name, target.port()),
            NamedHost::Address(ip) => self.reach_of(ip.to_canonical(), &target)?,
        };
        let route = match target.url.scheme() {
            "http" => Some(
                self.route(&target, reach)
                    .ok_or_else(|| bad("unusable characters"))?,
            ),
            _ => None,
        };
        Ok(Plan {
            target,
            reach,
            route,
        })
    }

    fn reach_of(&self, ip: IpAddr, target: &Target) -> Result<Reach, HttpError> {
        let reach = self
            .guard
            .reach(target.destination, &ip.to_string(), target.port());
        if self.guard.admits(reach, ip) {
            Ok(reach)
        } else {
            Err(HttpError::Refused(target.label()))
        }
    }

    fn route(&self, target: &Target, reach: Reach) -> Option<Route> {
        let url = &target.url;
        let host = url.host_str()?;
        let host_header = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let origin = (reach, host.to_owned(), target.port(), target.socket.clone());
        let mut lanes = self.lanes.lock();
        if lanes.len() >= MOST_PLANS {
            lanes.clear();
        }
        Some(Route {
            uri: path.parse().ok()?,
            host: host_header.parse().ok()?,
            lanes: Arc::clone(lanes.entry(origin).or_default()),
        })
    }

    /// Closes idle connections, every now and then.
    pub(crate) fn sweep(&self) {
        let mut swept = self.swept.lock();
        if swept.elapsed() < IDLE_CONNECTION / 2 {
            return;
        }
        *swept = Instant::now();
        for lanes in self.lanes.lock().values() {
            lanes.sweep();
        }
    }
}
