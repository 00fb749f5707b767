//! Servers behind OAuth: what becomes of requests, calls and states as tokens come and go.

use std::collections::VecDeque;
use std::sync::Arc;

use keyway_core::ports::{
    AccessToken, BoxFuture, ProtectedResource, Refusal, TokenError, TokenSource, TokenSources,
    Upstream, UpstreamState,
};
use keyway_mcp::upstream::{Auth, HttpKind, OAuth, PoolSettings, ServerSpec, Transport};
use keyway_testkit::peers::{Era, HttpPeer, Script, SsePeer};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::rig::{Rig, code, http, reach, settings, tool, wait};

type Answer = Result<&'static str, TokenError>;

/// Hands out what the test says.
pub(super) struct Grants {
    now: Mutex<Answer>,
    /// What refusals get, in order; the last one stays.
    renewals: Mutex<VecDeque<Answer>>,
    refusals: Mutex<Vec<Refusal>>,
    asked: Mutex<Vec<(String, ProtectedResource)>>,
    changes: watch::Sender<u64>,
}

impl Grants {
    fn new(now: Answer, renewals: &[Answer]) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(now),
            renewals: Mutex::new(renewals.iter().cloned().collect()),
            refusals: Mutex::default(),
            asked: Mutex::default(),
            changes: watch::Sender::new(0),
        })
    }

    /// Somebody signed in or out, here or in another process.
    fn set(&self, now: Answer) {
        *self.now.lock() = now;
        self.changes.send_modify(|changes| *changes += 1);
    }

    fn rig(self: &Arc<Self>) -> Rig {
        Rig::with(PoolSettings {
            tokens: Some(Arc::new(Shared(Arc::clone(self)))),
            ..settings()
        })
    }
}

struct Shared(Arc<Grants>);

impl TokenSources for Shared {
    fn source(&self, key: &str, resource: &ProtectedResource) -> Arc<dyn TokenSource> {
        let asked = (key.to_owned(), resource.clone());
        self.0.asked.lock().push(asked);
        Arc::new(Self(Arc::clone(&self.0)))
    }
}

fn token(answer: Answer) -> Result<AccessToken, TokenError> {
    answer.map(|token| AccessToken::new(token.to_owned()))
}

impl TokenSource for Shared {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, TokenError>> {
        let now = self.0.now.lock().clone();
        Box::pin(async move { token(now) })
    }

    fn refused<'a>(
        &'a self,
        refusal: &'a Refusal,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        self.0.refusals.lock().push(refusal.clone());
        let mut renewals = self.0.renewals.lock();
        let answer = match renewals.len() {
            0 | 1 => renewals.front().cloned(),
            _ => renewals.pop_front(),
        };
        let answer = answer.unwrap_or_else(required);
        if answer.is_ok() {
            self.0.now.lock().clone_from(&answer);
        }
        Box::pin(async move { token(answer) })
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        let mut changes = self.0.changes.subscribe();
        Box::pin(async move {
            let _ = changes.changed().await;
        })
    }
}

fn required() -> Answer {
    Err(TokenError::SignInRequired("sign in to it first".into()))
}

fn oauth(url: String) -> ServerSpec {
    let mut spec = http("x", url);
    if let Transport::Http(http) = &mut spec.transport {
        http.auth = Auth::OAuth(OAuth {
            scopes: vec!["read".into()],
            client_id: Some("known".into()),
            profile: "project".into(),
            ..OAuth::default()
        });
    }
    spec
}

async fn peer(era: Era, accepts: &[&str]) -> HttpPeer {
    let peer = HttpPeer::start(Script::new(era)).await;
    peer.gate().accept(accepts);
    peer
}

fn reason(server: &Arc<dyn Upstream>) -> String {
    server.status().reason.unwrap_or_default()
}

#[tokio::test]
async fn every_request_carries_the_token_of_its_server() {
    for era in [Era::Modern, Era::Legacy] {
        let peer = peer(era, &["first-token"]).await;
        let grants = Grants::new(Ok("first-token"), &[]);
        let rig = grants.rig();
        let server = rig.connect(oauth(peer.url())).await;
        assert_eq!(server.status().auth, "oauth");
        peer.wait_listener().await;
        // The next request carries the next token, without a new connection.
        peer.gate().accept(&["second-token"]);
        grants.set(Ok("second-token"));
        tool("echo", "{}").send(&server).await.unwrap();
        assert_eq!(server.status().state, UpstreamState::Connected);
        rig.stop().await;
        let came = peer.gate().came();
        assert!(came.iter().all(|(_, token)| token.is_some()), "{came:?}");
        let methods: Vec<_> = came.iter().map(|(method, _)| method.as_str()).collect();
        if era == Era::Legacy {
            assert!(methods.contains(&"GET") && methods.contains(&"DELETE"));
        }
        let asked = grants.asked.lock();
        let (key, resource) = &asked[0];
        assert_eq!((key.as_str(), resource.url.as_str()), ("x", &*peer.url()));
        assert_eq!(resource.scopes, ["read"]);
        assert_eq!(resource.client_id.as_deref(), Some("known"));
        assert_eq!(resource.profile, "project");
        assert!(grants.refusals.lock().is_empty());
    }
}

#[tokio::test]
async fn the_event_stream_of_old_servers_and_what_is_posted_to_it_carry_the_token() {
    let peer = SsePeer::start(Script::new(Era::Legacy)).await;
    peer.gate().accept(&["first-token"]);
    let rig = Grants::new(Ok("first-token"), &[]).rig();
    let mut spec = oauth(peer.url());
    if let Transport::Http(http) = &mut spec.transport {
        http.kind = HttpKind::Sse;
    }
    let server = rig.connect(spec).await;
    tool("echo", "{}").send(&server).await.unwrap();
    let came = peer.gate().came();
    assert!(came.iter().any(|(method, _)| method == "GET"));
    assert!(
        came.iter()
            .all(|(_, token)| token.as_deref() == Some("first-token"))
    );
}

#[tokio::test]
async fn a_server_nobody_signed_in_to_waits_for_a_sign_in_and_then_connects_at_once() {
    let peer = peer(Era::Modern, &["first-token"]).await;
    let grants = Grants::new(required(), &[]);
    let rig = grants.rig();
    let server = rig.pool.add(oauth(peer.url()));
    reach(&server, UpstreamState::AuthRequired).await;
    assert_eq!(reason(&server), "sign in to it first");
    assert!(server.status().next_retry.is_none());
    // It was asked without a token, and what it said of that is handed on.
    assert_eq!(peer.gate().came(), [("POST".to_owned(), None)]);
    let refusal = grants.refusals.lock()[0].clone();
    assert_eq!((refusal.status, refusal.sent.is_none()), (401, true));
    assert!(refusal.challenges[0].starts_with("Bearer"));
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_auth_required");
    // Something else changed: nothing is tried.
    grants.set(required());
    grants.set(Ok("first-token"));
    reach(&server, UpstreamState::Connected).await;
    assert_eq!(grants.refusals.lock().len(), 1);
}

#[tokio::test]
async fn a_token_refused_in_a_call_is_renewed_once_and_the_call_repeated() {
    let peer = peer(Era::Modern, &["first-token"]).await;
    let grants = Grants::new(Ok("first-token"), &[Ok("second-token")]);
    let rig = grants.rig();
    let server = rig.connect(oauth(peer.url())).await;
    peer.gate().accept(&["second-token"]);
    let before = peer.seen("tools/call").len();
    let answer = tool("echo", r#"{"a":1}"#).value(&server).await;
    assert_eq!(answer["echo"]["a"], 1);
    assert_eq!(peer.seen("tools/call").len(), before + 1);
    assert_eq!(server.status().state, UpstreamState::Connected);
    let refusals = grants.refusals.lock();
    assert_eq!(refusals.len(), 1);
    let sent = refusals[0].sent.as_ref().map(AccessToken::expose);
    assert_eq!(sent, Some("first-token"));
}

#[tokio::test]
async fn a_token_that_stays_refused_ends_in_auth_failed_and_a_sign_in_helps() {
    let peer = peer(Era::Modern, &["first-token"]).await;
    let grants = Grants::new(Ok("first-token"), &[Ok("second-token")]);
    let rig = grants.rig();
    let server = rig.connect(oauth(peer.url())).await;
    peer.gate().accept(&["third-token"]);
    let error = tool("echo", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_auth_failed");
    reach(&server, UpstreamState::AuthFailed).await;
    assert!(reason(&server).contains("HTTP 401"), "{}", reason(&server));
    let tries = peer.gate().came().len();
    // The token that is known to be refused wakes nobody.
    grants.set(Ok("second-token"));
    tokio::task::yield_now().await;
    grants.set(Ok("third-token"));
    reach(&server, UpstreamState::Connected).await;
    let came = peer.gate().came();
    assert!(
        came[tries..]
            .iter()
            .all(|(_, token)| token.as_deref() == Some("third-token")),
        "{came:?}"
    );
}

#[tokio::test]
async fn a_revoked_grant_is_auth_failed_and_an_unreachable_sign_in_server_is_retried() {
    let peer = peer(Era::Modern, &["first-token"]).await;
    let refused = TokenError::Refused("the grant was revoked".into());
    let grants = Grants::new(Err(refused), &[]);
    let rig = grants.rig();
    let server = rig.pool.add(oauth(peer.url()));
    reach(&server, UpstreamState::AuthFailed).await;
    assert_eq!(reason(&server), "the grant was revoked");
    assert!(peer.gate().came().is_empty());
    rig.pool.remove("x");

    let away = TokenError::Unreachable("the authorization server is away".into());
    let grants = Grants::new(Err(away), &[]);
    let rig = grants.rig();
    let server = rig.pool.add(oauth(peer.url()));
    reach(&server, UpstreamState::Disconnected).await;
    wait("a time for the next attempt", || {
        server.status().next_retry.is_some()
    })
    .await;
    assert!(reason(&server).contains("is away"));
    *grants.now.lock() = Ok("first-token");
    reach(&server, UpstreamState::Connected).await;
}

#[tokio::test]
async fn what_was_granted_being_too_little_costs_the_call_and_not_the_connection() {
    let peer = peer(Era::Modern, &["narrow-token", "wide-token"]).await;
    peer.gate().want_scope("fail", "wide-token");
    let grants = Grants::new(Ok("narrow-token"), &[required(), Ok("wide-token")]);
    let rig = grants.rig();
    let server = rig.connect(oauth(peer.url())).await;
    let error = tool("fail", "{}").send(&server).await.unwrap_err();
    assert_eq!(code(&error), "upstream_scope_required");
    assert_eq!(server.status().state, UpstreamState::Connected);
    tool("echo", "{}").send(&server).await.unwrap();
    // The second time somebody grants more in the middle of the call.
    let error = tool("fail", "{}").send(&server).await.unwrap_err();
    assert!(error.raw.is_some(), "{error:?}");
    let refusals = grants.refusals.lock();
    assert_eq!(refusals.len(), 2);
    assert!(refusals.iter().all(|refusal| refusal.status == 403));
}

#[tokio::test]
async fn signing_out_elsewhere_ends_the_connection() {
    let peer = peer(Era::Modern, &["first-token"]).await;
    let grants = Grants::new(Ok("first-token"), &[]);
    let rig = grants.rig();
    let server = rig.connect(oauth(peer.url())).await;
    grants.set(required());
    reach(&server, UpstreamState::AuthRequired).await;
}

#[tokio::test]
async fn tokens_are_taken_out_of_what_servers_say() {
    let peer = peer(Era::Modern, &[]).await;
    let why = TokenError::Refused("the server does not like secret-token-1".into());
    let grants = Grants::new(Ok("secret-token-1"), &[Err(why)]);
    let rig = grants.rig();
    let server = rig.pool.add(oauth(peer.url()));
    reach(&server, UpstreamState::AuthFailed).await;
    assert_eq!(reason(&server), "the server does not like [redacted]");
}

#[tokio::test]
async fn a_server_that_wants_oauth_and_is_not_configured_for_it_says_so() {
    let peer = peer(Era::Modern, &["first-token"]).await;
    let rig = Rig::new();
    let server = rig.pool.add(http("x", peer.url()));
    reach(&server, UpstreamState::AuthFailed).await;
    let wants = "the server wants OAuth (HTTP 401): set `\"auth\": {\"type\": \"oauth\"}` for it, then sign in";
    assert_eq!(reason(&server), wants);
    let mut keyed = http("y", peer.url());
    if let Transport::Http(http) = &mut keyed.transport {
        http.auth = Auth::ApiKey {
            header: None,
            scheme: None,
            key: keyway_core::Secret::new("hunter22".into()),
        };
    }
    let server = rig.pool.add(keyed);
    reach(&server, UpstreamState::AuthFailed).await;
    let reason = reason(&server);
    assert!(reason.starts_with("the server refused the credentials (HTTP 401); it takes OAuth"));
    assert!(!reason.contains("hunter22"));
}
