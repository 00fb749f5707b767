use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use parking_lot::{Mutex, MutexGuard};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use url::form_urlencoded;

use super::state::{Standing, State};
use super::{Call, apps, chat, files, people, pressing, reading};
use crate::peers::{listen, run};

/// A Slack on a port of its own, gone when dropped. Its workspace is `T0HOME`, its app `A0APP`, the app's
/// bot `U0BOT`; `U0ADA` is a member and `U0EVE` of another organization; the app is in the channels `C0ONE`
/// and `C0TWO`, not in `C0AWAY`, and `D0ADA` is the direct message with Ada.
pub struct Slack {
    pub(super) inner: Arc<Inner>,
    address: SocketAddr,
    _server: JoinSet<()>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) state: Mutex<State>,
}

/// What a method does: the fields it was given, and the members of the answer or the code of the error.
pub(super) type Answer = Result<Value, Refusal>;

/// Why a method is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    code: String,
    needed: Option<&'static str>,
}

impl From<&str> for Refusal {
    fn from(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            needed: None,
        }
    }
}

impl Slack {
    /// The app's client id.
    pub const CLIENT_ID: &str = "1234567890.9876543210";
    /// The app's client secret.
    pub const CLIENT_SECRET: &str = "e1b9e11dfcd19c1982d5de12921e17e8";
    /// What the app's webhooks are signed with.
    pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99a0b1c2d3e4";
    /// The app's id.
    pub const APP: &str = "A0APP";
    /// The app's bot.
    pub const BOT: &str = "U0BOT";

    /// Starts one.
    pub async fn start() -> Self {
        let state = Mutex::new(State::new());
        let inner = Arc::new(Inner { state });
        let router = Router::new()
            .route("/oauth/v2/authorize", get(apps::consent))
            .route("/api/{method}", post(call))
            .route("/upload/{file}", post(files::receive))
            .route("/actions/{press}", post(pressing::respond))
            .with_state(Arc::clone(&inner));
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        let slack = Self {
            inner,
            address,
            _server: run(listener, router),
        };
        slack.upload_to(&format!("{}/upload", slack.url()));
        slack
    }

    /// Where it is: `http://localhost:…`. The methods are below `/api`.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// The settings with which an installation finds it.
    pub fn settings(&self) -> Value {
        let url = self.url();
        json!({
            "apiUrl": format!("{url}/api"), "webUrl": url, "appsUrl": url, "clientId": Self::CLIENT_ID,
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock()
    }
}

impl std::fmt::Debug for Slack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slack")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// A call of a method.
async fn call(
    Shared(inner): Shared<Arc<Inner>>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = text(&headers, header::AUTHORIZATION);
    let fields: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let misbehaviour = {
        let mut state = inner.state.lock();
        *state.reached.entry(method.clone()).or_default() += 1;
        let all = state.misbehaviours.get_mut(&method);
        all.and_then(std::collections::VecDeque::pop_front)
    };
    let mut call = Call {
        method: method.clone(),
        authorization: authorization.clone(),
        fields: fields.clone(),
        error: None,
    };
    if let Some(misbehaviour) = &misbehaviour
        && let Some(answer) = misbehaviour
            .before(&format!("{authorization} {fields:?}"))
            .await
    {
        call.error = Some("misbehaved".into());
        inner.state.lock().calls.push(call);
        return answer;
    }
    let form = text(&headers, header::CONTENT_TYPE);
    let form = form.starts_with("application/x-www-form-urlencoded");
    let answer = answer(&mut inner.state.lock(), call, form);
    match misbehaviour {
        Some(misbehaviour) => misbehaviour.after(answer).await,
        None => answer,
    }
}

/// Does what a call asks for, and says what came of it.
fn answer(state: &mut State, mut call: Call, form: bool) -> Response {
    let answer = if form {
        run_method(state, &call.method, &call.authorization, &call.fields)
    } else {
        Err("invalid_post_type".into())
    };
    let mut body = json!({ "ok": answer.is_ok() });
    match answer {
        Ok(Value::Object(members)) => {
            for (name, value) in members {
                body[name] = value;
            }
        }
        Ok(_) => {}
        Err(refusal) => {
            body["error"] = refusal.code.clone().into();
            if let Some(needed) = refusal.needed {
                body["needed"] = needed.into();
                body["provided"] = state.granted.join(",").into();
            }
            call.error = Some(refusal.code);
        }
    }
    state.calls.push(call);
    (StatusCode::OK, axum::Json(body)).into_response()
}

/// Checks who calls, with which scope and which fields, and does what the method does.
fn run_method(
    state: &mut State,
    method: &str,
    authorization: &str,
    fields: &BTreeMap<String, String>,
) -> Answer {
    if method == "oauth.v2.access" {
        return apps::exchange(state, authorization, fields);
    }
    let Some(token) = authorization.strip_prefix("Bearer ") else {
        return Err("not_authed".into());
    };
    match state.tokens.get(token) {
        Some(Standing::Good) => {}
        Some(Standing::Expired) => return Err("token_expired".into()),
        Some(Standing::Revoked) => return Err("token_revoked".into()),
        None => return Err("invalid_auth".into()),
    }
    let needs: &[&'static str] = match method {
        "chat.postMessage" | "chat.update" | "chat.postEphemeral" => &["chat:write"],
        "reactions.add" => &["reactions:write"],
        "conversations.replies" | "conversations.history" => {
            match fields.get("channel").and_then(|id| id.chars().next()) {
                Some('D') => &["im:history"],
                _ => &["channels:history"],
            }
        }
        "conversations.open" => &["im:write"],
        "users.info" => &["users:read"],
        "files.getUploadURLExternal" | "files.completeUploadExternal" => &["files:write"],
        "assistant.threads.setStatus" => &["assistant:write"],
        "auth.test" | "auth.revoke" | "apps.uninstall" => &[],
        _ => return Err("unknown_method".into()),
    };
    for needed in needs {
        if !state.granted.iter().any(|one| one == needed) {
            return Err(Refusal {
                code: "missing_scope".into(),
                needed: Some(needed),
            });
        }
    }
    match method {
        "chat.postMessage" => chat::post(state, fields),
        "chat.update" => chat::update(state, fields),
        "chat.postEphemeral" => chat::whisper(state, fields),
        "reactions.add" => chat::react(state, fields),
        "assistant.threads.setStatus" => chat::status(state, fields),
        "conversations.replies" => reading::replies(state, fields),
        "conversations.history" => reading::history(state, fields),
        "conversations.open" => people::open(state, fields),
        "users.info" => people::info(state, fields),
        "files.getUploadURLExternal" => files::begin(state, fields),
        "files.completeUploadExternal" => files::complete(state, fields),
        "auth.test" => Ok(apps::test(state)),
        "auth.revoke" => Ok(apps::revoke(state, token)),
        _ => apps::uninstall(state, fields),
    }
}

/// A field that has to be there.
pub(super) fn field<'a>(
    fields: &'a BTreeMap<String, String>,
    name: &str,
) -> Result<&'a str, Refusal> {
    let value = fields.get(name).filter(|value| !value.is_empty());
    value
        .map(String::as_str)
        .ok_or_else(|| "invalid_arguments".into())
}

/// Refuses fields that the method does not have.
pub(super) fn only(fields: &BTreeMap<String, String>, known: &[&str]) -> Result<(), Refusal> {
    let all = fields.keys().all(|name| known.contains(&name.as_str()));
    all.then_some(()).ok_or_else(|| "invalid_arguments".into())
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
