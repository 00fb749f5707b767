use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures_util::StreamExt as _;
use http::Request;
use http::header::{AUTHORIZATION, COOKIE};
use http_body_util::{BodyStream, StreamBody};
use keyway_app::Visit;
use keyway_core::action::Origin;
use keyway_core::names::APP_SLUG;
use keyway_core::{Error, Kind};

use crate::body;
use crate::refusal::Refusal;
use crate::routes::Asker;
use crate::shared::Shared;

/// Where endpoints of integrations are.
const PREFIX: &str = "/x/";

/// Headers by which a request is another one than its method says.
const METHOD_OVERRIDES: &[&str] = &[
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// Endpoints of an integration's own, below `/x/{id}`.
#[derive(Debug, Clone)]
pub struct Mount {
    path: String,
    router: Router,
    defined_at: Origin,
}

/// Why endpoints cannot be mounted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMount {
    /// The path is not `/x/{id}`.
    #[error("the path of what is mounted at {at} is not `/x/<id>`, where the id is {}", APP_SLUG.expectation())]
    Path {
        /// Where it was mounted.
        at: Origin,
    },
    /// Two have one path.
    #[error("`{path}` is mounted at {first} and at {second}")]
    Twice {
        /// The path.
        path: String,
        /// Where it was mounted first.
        first: Origin,
        /// Where it was mounted again.
        second: Origin,
    },
}

impl Mount {
    /// Endpoints at a path, which is looked at when the gateway starts.
    #[track_caller]
    pub fn new(path: impl Into<String>, router: Router) -> Self {
        Self {
            path: path.into(),
            router,
            defined_at: Origin::here(),
        }
    }

    fn id(&self) -> Option<&str> {
        let id = self.path.strip_prefix(PREFIX);
        id.filter(|id| APP_SLUG.allows(id))
    }

    /// Everything that is wrong with endpoints that are to be mounted together.
    pub fn check(all: &[Self]) -> Vec<BadMount> {
        let mut wrong = Vec::new();
        for (number, mount) in all.iter().enumerate() {
            if mount.id().is_none() {
                wrong.push(BadMount::Path {
                    at: mount.defined_at.clone(),
                });
            }
            let mut before = all.iter().take(number);
            if let Some(first) = before.find(|other| other.path == mount.path) {
                wrong.push(BadMount::Twice {
                    path: mount.path.clone(),
                    first: first.defined_at.clone(),
                    second: mount.defined_at.clone(),
                });
            }
        }
        wrong
    }
}

/// Puts endpoints behind the door: who asks is known, counted, let through by policy and written
/// down before any of them is reached.
pub(crate) fn mounted(
    mut router: Router<Arc<Shared>>,
    shared: &Arc<Shared>,
    mounts: Vec<Mount>,
) -> Router<Arc<Shared>> {
    for mount in mounts {
        let Some(id) = mount.id() else {
            continue;
        };
        let door = Door {
            shared: Arc::clone(shared),
            id: id.into(),
        };
        let inner = Router::new()
            .fallback_service(mount.router.clone())
            .layer(from_fn_with_state(door, enter));
        router = router.nest_service(&mount.path, inner);
    }
    router
}

#[derive(Clone)]
struct Door {
    shared: Arc<Shared>,
    id: Arc<str>,
}

async fn enter(
    State(door): State<Door>,
    request: Request<Body>,
    next: Next,
) -> Result<Response, Refusal> {
    let (mut head, body) = request.into_parts();
    let Asker { who, request } = Asker::known(&head, &door.shared).await?;
    // What a client proves itself with is for the gateway alone.
    head.headers.remove(AUTHORIZATION);
    head.headers.remove(COOKIE);
    // What policy and the log were told of the request is what it is.
    for name in METHOD_OVERRIDES {
        head.headers.remove(*name);
    }
    let safe = head.method.is_safe();
    let body = body::read(body, &door.shared.settings.limits).await?;
    head.extensions.insert(who.clone());
    head.extensions.insert(request.clone());
    let inner = Request::from_parts(head, Body::from(body));
    let visit = Visit {
        who: &who,
        id: &door.id,
        safe,
        request: &request,
    };
    let answered = door.shared.app.visit(visit, async {
        let response = next.run(inner).await;
        let failed = failure(&response);
        (response, failed)
    });
    let response = answered.await?;
    Ok(ending(response, door.shared.app.no_longer(&who)))
}

/// The answer, which ends in the middle once whoever asked may no longer do what they could: a stream
/// may go on for as long as it likes. One whose length is known is all there.
fn ending(response: Response, no_longer: impl Future<Output = ()> + Send + 'static) -> Response {
    if http_body::Body::size_hint(response.body())
        .exact()
        .is_some()
    {
        return response;
    }
    response.map(|body| {
        let frames = BodyStream::new(body).take_until(Box::pin(no_longer));
        Body::new(StreamBody::new(frames))
    })
}

/// What the audit log says of an answer that is none.
fn failure(response: &Response) -> Option<Error> {
    let status = response.status();
    let (kind, code) = match status.as_u16() {
        500.. => (Kind::Internal, "mount_failed"),
        400.. => (Kind::Malformed, "mount_refused"),
        _ => return None,
    };
    Some(Error::new(kind, code, "what is mounted answered so"))
}
