use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::answer::{Answer, Answered};
use super::guard::Request;
use super::misbehaviour::{Misbehaviour, broken, page, refuse};
use super::state::State;
use super::web;
use crate::peers::{listen, run};

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `POST /repos/acme/web/issues`, without the query.
    pub line: String,
    /// The whole `Authorization` header; empty for none.
    pub authorization: String,
    /// The body, where it was JSON.
    pub body: Value,
}

/// A GitHub on a port of its own, gone when dropped. Its clock stands still until it is set. Its API is below
/// `/api/v3`, as an Enterprise Server's is.
pub struct GitHub {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    _server: JoinSet<()>,
}

impl GitHub {
    /// Starts one at a moment.
    pub async fn start(now: Timestamp) -> Self {
        let state = Arc::new(Mutex::new(State::new(now)));
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&state));
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        state.lock().web = format!("http://127.0.0.1:{}", address.port());
        Self {
            state,
            address,
            _server: run(listener, router),
        }
    }

    /// Where people are: `http://127.0.0.1:…`.
    pub fn web(&self) -> String {
        format!("http://127.0.0.1:{}", self.address.port())
    }

    /// Where the API is.
    pub fn api(&self) -> String {
        format!("{}/api/v3", self.web())
    }

    /// Sets its clock.
    pub fn set_now(&self, now: Timestamp) {
        self.state.lock().now = now;
    }

    /// Misbehaves at the next request whose line holds this; several are done one after another.
    pub fn misbehave(&self, at: &str, misbehaviour: Misbehaviour) {
        self.state
            .lock()
            .misbehaviours
            .push_back((at.to_owned(), misbehaviour));
    }

    /// The requests to the API so far, refused ones included.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().received.clone()
    }

    /// The body of the last request whose line holds this.
    ///
    /// # Panics
    /// When there was none.
    pub fn last(&self, line: &str) -> Value {
        let received = self.received();
        let found = received.iter().rev().find(|one| one.line.contains(line));
        found.expect("a request of this line").body.clone()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl std::fmt::Debug for GitHub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitHub")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn answer(
    Shared(state): Shared<Arc<Mutex<State>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = Request::new(&method, &uri, headers, body);
    let Some(path) = request.path.strip_prefix("/api/") else {
        let answered = on_web(&mut state.lock(), &request);
        return answered.unwrap_or_else(|refusal| refusal).into_response();
    };
    let path = format!("/{}", path.strip_prefix("v3/").unwrap_or(path));
    let line = format!("{method} {path}");
    let misbehaviour = {
        let mut state = state.lock();
        state.received.push(Received {
            line: line.clone(),
            authorization: request.authorization.clone(),
            body: request.json(),
        });
        let next = state
            .misbehaviours
            .iter()
            .position(|(at, _)| line.contains(at));
        next.and_then(|next| state.misbehaviours.remove(next))
    };
    match misbehaviour.map(|(_, misbehaviour)| misbehaviour) {
        Some(Misbehaviour::Refuses {
            status,
            headers,
            message,
        }) => return refuse(status, headers, &message),
        Some(Misbehaviour::NoJson) => return page(),
        Some(Misbehaviour::DropsAnswer) => {
            let _ = on_api(&mut state.lock(), &request, &path);
            return broken();
        }
        Some(Misbehaviour::Slow { after }) => tokio::time::sleep(after).await,
        None => {}
    }
    let answered = on_api(&mut state.lock(), &request, &path);
    answered.unwrap_or_else(|refusal| refusal).into_response()
}

fn on_web(state: &mut State, request: &Request) -> Answered {
    let path: Vec<_> = request.path.trim_start_matches('/').split('/').collect();
    match (request.method.as_str(), path.as_slice()) {
        ("POST", ["settings", "apps", "new"]) => web::make(state, request, "ada"),
        ("POST", ["organizations", owner, "settings", "apps", "new"]) => {
            web::make(state, request, owner)
        }
        ("GET", ["apps", slug, "installations", "new"]) => web::install(state, request, slug),
        _ => Err(Answer::not_found()),
    }
}

fn on_api(state: &mut State, request: &Request, path: &str) -> Answered {
    request.check()?;
    let path: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match path.as_slice() {
        ["app-manifests", code, "conversions"] if request.method == "POST" => {
            return state.convert(code);
        }
        ["app", rest @ ..] => return state.app_api(request, rest),
        _ => {}
    }
    let installation = state.installation_of(request)?;
    let slug = state
        .app(installation.app)
        .map(|app| app.slug.clone())
        .unwrap_or_default();
    let bot = format!("{slug}[bot]");
    match path.as_slice() {
        ["graphql"] => Ok(state.graphql(request, &installation, &bot)),
        ["installation", "repositories"] => {
            let names: Vec<_> = state
                .repositories
                .values()
                .map(|one| one.name.clone())
                .collect();
            let seen = names.iter().filter(|name| installation.sees(name));
            let seen: Vec<_> = seen.map(|name| state.show_repository(name)).collect();
            Ok(Answer::ok(
                json!({ "total_count": seen.len(), "repositories": seen }),
            ))
        }
        ["orgs", rest @ ..] => state.team_api(request, &installation, rest),
        ["repos", owner, name, rest @ ..] => {
            let name = format!("{owner}/{name}");
            state.permit(request, &installation, &name, rest)?;
            match rest {
                ["issues" | "pulls", "comments", id, "reactions"] | ["issues", id, "reactions"]
                    if request.method == "POST" =>
                {
                    if !state.repository(&name).has(rest, id) {
                        return Err(Answer::not_found());
                    }
                    state.react(request, &format!("{name}/{}", rest.join("/")), &bot)
                }
                [] => Ok(Answer::ok(state.show_repository(&name))),
                ["issues", rest @ ..] => state.issues(request, &name, rest, &bot),
                ["pulls", rest @ ..] => state.pulls(request, &name, rest, &bot),
                ["contents", rest @ ..] => state.contents(request, &name, rest),
                ["git", rest @ ..] => state.git(request, &name, rest),
                ["commits", rest @ ..] => state.commits(&name, rest),
                ["actions", rest @ ..] => state.actions(request, &name, rest),
                _ => Err(Answer::not_found()),
            }
        }
        _ => Err(Answer::not_found()),
    }
}
