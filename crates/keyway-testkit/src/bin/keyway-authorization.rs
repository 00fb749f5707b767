//! An authorization server and an MCP server behind it, as a process for end-to-end tests.
//!
//! Prints `issuer <url>`, `mcp <url>` and `control <url>`, one a line, and runs until it is ended.
//! `POST <control>/misbehave/<name>`, `/behave`, `/expire`, `/revoke` and `/forget-clients` change
//! what it does; `GET <control>/report` says what it saw.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for tests: it says where it is and ends when it cannot go on"
)]

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use keyway_testkit::authorization::{
    AuthorizationServer, Consent, Endpoint, Misbehaviour, Options, ProtectedPeer, ResourceOptions,
};
use keyway_testkit::peers::{Era, Script};
use serde_json::{Value, json};

const HELP: &str = "\
keyway-authorization [--consent given|denied|asked] [--misbehave NAME]... [--legacy] \
[--expires-in SECONDS] [--list]

  --consent     who answers at the authorization endpoint; `asked` is a page with two buttons
  --misbehave   does the wrong thing in this way from the start
  --legacy      the MCP server speaks revision 2025-11-25 instead of 2026-07-28
  --expires-in  lifetime of access tokens
  --list        names every misbehaviour and ends";

#[tokio::main]
async fn main() {
    let mut options = Options::default();
    let mut script = Script::default();
    let mut misbehaviours = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_default();
        match arg.as_str() {
            "--consent" => {
                options.consent = match value().as_str() {
                    "given" => Consent::Given,
                    "denied" => Consent::Denied,
                    _ => Consent::Asked,
                }
            }
            "--misbehave" => match value().parse::<Misbehaviour>() {
                Ok(misbehaviour) => misbehaviours.push(misbehaviour),
                Err(problem) => return eprintln!("{problem}"),
            },
            "--legacy" => script.era = Era::Legacy,
            "--expires-in" => {
                let seconds = value().parse().expect("a number of seconds");
                options.expires_in = std::time::Duration::from_secs(seconds);
            }
            "--list" => {
                for one in Misbehaviour::ALL {
                    println!("{}", one.name());
                }
                return;
            }
            _ => return eprintln!("{HELP}"),
        }
    }
    let server = Arc::new(AuthorizationServer::start(options).await);
    for misbehaviour in misbehaviours {
        server.misbehave(misbehaviour);
    }
    let peer = ProtectedPeer::start(&server, script, ResourceOptions::default()).await;
    let socket = tokio::net::TcpListener::bind(("127.0.0.1", 0));
    let socket = socket.await.expect("a free port");
    let address = socket.local_addr().expect("an address");
    println!("issuer {}", server.issuer());
    println!("mcp {}", peer.url());
    println!("control http://{address}");
    axum::serve(socket, control(server))
        .await
        .expect("a socket that stays");
}

type Server = State<Arc<AuthorizationServer>>;

/// What a test asks of the process while it runs.
fn control(server: Arc<AuthorizationServer>) -> Router {
    Router::new()
        .route("/misbehave/{name}", post(misbehave))
        .route(
            "/behave",
            post(|State(s): Server| async move { s.behave() }),
        )
        .route(
            "/expire",
            post(|State(s): Server| async move { s.expire_tokens() }),
        )
        .route(
            "/revoke",
            post(|State(s): Server| async move { s.revoke_grants() }),
        )
        .route(
            "/forget-clients",
            post(|State(s): Server| async move { s.forget_clients() }),
        )
        .route("/report", get(report))
        .with_state(server)
}

async fn misbehave(State(server): Server, Path(name): Path<String>) -> (StatusCode, String) {
    match name.parse() {
        Ok(misbehaviour) => {
            server.misbehave(misbehaviour);
            (StatusCode::OK, String::new())
        }
        Err(problem) => (StatusCode::NOT_FOUND, problem),
    }
}

/// Counts, violations, and the secrets that must not turn up anywhere.
async fn report(State(server): Server) -> axum::Json<Value> {
    let count = |endpoint| server.visits_to(endpoint).len();
    axum::Json(json!({
        "resource_metadata": count(Endpoint::ResourceMetadata),
        "metadata": count(Endpoint::Metadata),
        "register": count(Endpoint::Register),
        "authorize": count(Endpoint::Authorize),
        "token": count(Endpoint::Token),
        "refreshes": server.refreshes(),
        "revoke": count(Endpoint::Revoke),
        "grants": server.has_grants(),
        "violations": server.violations(),
        "secrets": server.secrets(),
        "sent_tokens": server.sent_tokens(),
    }))
}
