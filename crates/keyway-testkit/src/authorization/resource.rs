use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Extract};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::misbehaviour::Misbehaviour;
use super::options::ResourceOptions;
use super::server::AuthorizationServer;
use super::state::State;
use super::visit::{Endpoint, Visit};
use crate::peers::{HttpPeer, Script};

/// An MCP server behind the tokens of an authorization server, gone when dropped.
#[derive(Debug)]
pub struct ProtectedPeer {
    /// The MCP server itself. It is reached only with a token that is good.
    pub peer: HttpPeer,
}

impl ProtectedPeer {
    /// Starts an MCP server that `authorization` guards.
    pub async fn start(
        authorization: &AuthorizationServer,
        script: Script,
        options: ResourceOptions,
    ) -> Self {
        Self::start_at(authorization, script, options, ([127, 0, 0, 1], 0).into()).await
    }

    /// Starts an MCP server at an address.
    pub async fn start_at(
        authorization: &AuthorizationServer,
        script: Script,
        options: ResourceOptions,
        at: SocketAddr,
    ) -> Self {
        let state = Arc::clone(&authorization.state);
        let peer = HttpPeer::start_behind(script, at, |address, router| {
            let origin = format!("http://{address}");
            let url = format!("{origin}/mcp");
            state.books.lock().resources.insert(url.clone());
            let guard = Arc::new(Guard {
                state,
                options,
                origin,
                url,
            });
            let documents = Router::new()
                .route("/.well-known/{*path}", get(document))
                .with_state(Arc::clone(&guard));
            router
                .layer(from_fn_with_state(guard, check))
                .merge(documents)
        })
        .await;
        Self { peer }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        self.peer.url()
    }
}

struct Guard {
    state: Arc<State>,
    options: ResourceOptions,
    origin: String,
    url: String,
}

impl Guard {
    fn place(&self) -> &'static str {
        if self.options.metadata_at_root {
            "/.well-known/oauth-protected-resource"
        } else {
            "/.well-known/oauth-protected-resource/mcp"
        }
    }

    /// 401 or 403 with a challenge (RFC 6750 section 3, RFC 9728 section 5.1).
    fn challenge(&self, status: StatusCode, error: Option<&str>, scopes: &str) -> Response {
        let mut params = Vec::new();
        if let Some(error) = error {
            params.push(format!("error=\"{error}\""));
        }
        if self.options.names_metadata && !self.state.is(Misbehaviour::NoResourceMetadata) {
            let origin = if self.state.is(Misbehaviour::ResourceMetadataElsewhere) {
                self.origin.replace("127.0.0.1", "localhost")
            } else {
                self.origin.clone()
            };
            params.push(format!("resource_metadata=\"{origin}{}\"", self.place()));
        }
        if !scopes.is_empty() {
            params.push(format!("scope=\"{scopes}\""));
        }
        let challenge = format!("Bearer {}", params.join(", "));
        if self.state.is(Misbehaviour::NoChallenge) {
            return status.into_response();
        }
        if self.state.is(Misbehaviour::GarbledChallenge) {
            let garbled = "Bearer realm=\"a\\\"b, scope=, =,\tresource_metadata=\"not a url";
            return (status, [("www-authenticate", garbled)]).into_response();
        }
        (status, [("www-authenticate", challenge)]).into_response()
    }
}

/// The metadata of the resource (RFC 9728 section 2).
async fn document(Extract(guard): Extract<Arc<Guard>>, uri: Uri) -> Response {
    let state = &guard.state;
    let visit = Visit::of_form(Endpoint::ResourceMetadata, uri.path(), "", None);
    state.visited(visit);
    if uri.path() != guard.place() || state.is(Misbehaviour::NoResourceMetadata) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let resource = if state.is(Misbehaviour::ResourceOfAnotherHost) {
        "https://another.invalid/mcp"
    } else {
        &guard.url
    };
    let mut document = json!({
        "resource": resource,
        "authorization_servers": [state.issuer()],
        "scopes_supported": guard.options.scopes,
        "bearer_methods_supported": ["header"],
    });
    if state.is(Misbehaviour::NoAuthorizationServers) {
        document["authorization_servers"] = json!([]);
    }
    axum::Json(document).into_response()
}

/// Lets through who has a good token.
async fn check(Extract(guard): Extract<Arc<Guard>>, request: Request, next: Next) -> Response {
    let state = &guard.state;
    let options = &guard.options;
    let token = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned);
    let unauthorized = StatusCode::UNAUTHORIZED;
    let Some(token) = token else {
        return guard.challenge(unauthorized, None, &options.challenged.join(" "));
    };
    let good = {
        let mut books = state.books.lock();
        books.sent_tokens.push(token.clone());
        books.good(&token)
    };
    let good = good.filter(|(resource, _)| {
        *resource == guard.url && !state.is(Misbehaviour::RefusesEveryToken)
    });
    let Some((_, scope)) = good else {
        return guard.challenge(
            unauthorized,
            Some("invalid_token"),
            &options.challenged.join(" "),
        );
    };
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 64 << 20).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    if message["method"] == "tools/call" {
        let tool = message["params"]["name"].as_str().unwrap_or_default();
        let needed = options.guarded.iter().find(|(guarded, _)| guarded == tool);
        let missing = needed.filter(|(_, needed)| {
            !scope.contains(needed) || state.is(Misbehaviour::NeverEnoughScope)
        });
        if let Some((_, missing)) = missing {
            let error = Some("insufficient_scope");
            return guard.challenge(StatusCode::FORBIDDEN, error, missing);
        }
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}
