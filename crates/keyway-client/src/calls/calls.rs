use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use keyway_core::json::quote;
use keyway_core::ports::{Caller, LogLevel, Relay, RelayMethod, UpstreamState};
use keyway_core::rpc::{RawJson, RpcError};
use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::approve::Approve;
use super::completing::{self, Reference};
use super::error::{CallError, CallErrorKind};
use super::find::{self, ListKind, Listed};
use super::outcome::CallOutcome;
use super::outside::Outside;
use super::sampling::Sampler;
use super::servers::{Server, Servers};
use super::side::Side;
use crate::approvals::{Approvals, Fingerprint};
use crate::person::Person;

/// How long a call waits for a server that is being connected to.
const WAIT_CONNECTING: Duration = Duration::from_secs(45);

/// How long a server may stay `configured` before it counts as one that is not connected to.
const WAIT_CONFIGURED: Duration = Duration::from_secs(1);

/// How often a tool may change while the person is asked about it.
const MOST_CHANGES: usize = 3;

/// The code of an error that names pages to open first (MCP 2025-11-25, URL mode elicitation).
const URL_ELICITATION_REQUIRED: i64 = -32042;

/// Calls to the person's servers: found, checked, approved, and handed through. Cheap to clone.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "its parts have nothing to print"
)]
pub struct Calls {
    inner: Arc<Inner>,
}

/// What [`Calls`] is made of.
#[expect(
    missing_debug_implementations,
    reason = "its parts have nothing to print"
)]
pub struct CallParts {
    /// The servers there are now.
    pub servers: Arc<dyn Servers>,
    /// What was approved.
    pub approvals: Arc<Approvals>,
    /// Who is asked.
    pub person: Arc<dyn Person>,
    /// The model that answers servers; without one they are refused.
    pub model: Option<Arc<dyn Sampler>>,
    /// The folders worked in, as `file:` URIs.
    pub roots: Vec<String>,
    /// The lowest level of servers' log messages that are told.
    pub log_level: Option<LogLevel>,
}

pub(super) struct Inner {
    pub(super) servers: Arc<dyn Servers>,
    pub(super) approvals: Arc<Approvals>,
    pub(super) person: Arc<dyn Person>,
    pub(super) model: Option<Arc<dyn Sampler>>,
    pub(super) roots: Vec<String>,
    pub(super) log_level: Option<LogLevel>,
    /// One question at a time.
    pub(super) prompts: tokio::sync::Mutex<()>,
    /// Which servers may know the roots, as the person said.
    pub(super) told_roots: Mutex<HashMap<(String, String, Fingerprint), bool>>,
}

impl Calls {
    /// Puts it together.
    pub fn new(parts: CallParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                servers: parts.servers,
                approvals: parts.approvals,
                person: parts.person,
                model: parts.model,
                roots: parts.roots,
                log_level: parts.log_level,
                prompts: tokio::sync::Mutex::default(),
                told_roots: Mutex::default(),
            }),
        }
    }

    /// Calls a tool: checks the arguments against its input schema, asks the person unless the
    /// call was approved before, and hands it through. A tool that says it failed is an outcome.
    pub async fn call_tool(
        &self,
        server: &str,
        tool: &str,
        arguments: &RawJson,
        cancel: &CancellationToken,
    ) -> Result<CallOutcome, CallError> {
        let arguments = if arguments.as_str().trim() == "null" {
            &RawJson::empty_object()
        } else {
            arguments
        };
        let mut server = self.ready(server, cancel).await?;
        for _ in 0..MOST_CHANGES {
            let lists = server.upstream.lists();
            let definition = find::tool(&lists, server.name(), tool)?;
            let approve = Approve::new(&self.inner, &server, definition, arguments)?;
            approve.ask(cancel).await?;
            // What was approved is what was shown: the same tool of the same server.
            let now = self.ready(server.name(), cancel).await?;
            if now.is(&server) && approve.still_holds(&now) {
                let members = format!("\"arguments\":{}", arguments.as_str());
                let relayed = self.relay_tool(&now, &approve, tool, &members, cancel);
                let result = relayed.await?;
                return Ok(CallOutcome::new(result));
            }
            server = now;
        }
        Err(CallError::new(
            CallErrorKind::Unavailable,
            "definition_changed",
            "the tool's definition keeps changing while you are asked; nothing was sent",
        ))
    }

    /// Reads a resource by the server's own URI (MCP `ReadResourceResult`).
    pub async fn read_resource(
        &self,
        server: &str,
        uri: &str,
        cancel: &CancellationToken,
    ) -> Result<RawJson, CallError> {
        let server = self.ready(server, cancel).await?;
        let params = format!("{{\"uri\":{}}}", quote(uri));
        self.relay(&server, RelayMethod::ReadResource, uri, params, cancel)
            .await
            .map_err(|error| CallError::of_rpc(&error))
    }

    /// Runs a prompt with its arguments (MCP `GetPromptResult`). Required ones that are missing
    /// are told before anything is sent.
    pub async fn get_prompt(
        &self,
        server: &str,
        name: &str,
        arguments: &[(String, String)],
        cancel: &CancellationToken,
    ) -> Result<RawJson, CallError> {
        let server = self.ready(server, cancel).await?;
        let prompt = find::prompt(&server, name)?;
        find::check_prompt_arguments(&prompt, arguments)?;
        let members: Vec<_> = arguments
            .iter()
            .map(|(name, value)| format!("{}:{}", quote(name), quote(value)))
            .collect();
        let params = format!(
            "{{\"name\":{},\"arguments\":{{{}}}}}",
            quote(name),
            members.join(",")
        );
        self.relay(&server, RelayMethod::GetPrompt, name, params, cancel)
            .await
            .map_err(|error| CallError::of_rpc(&error))
    }

    /// What a server suggests for an argument of a prompt or of a resource template
    /// (`completion/complete`). Nothing where it does not, or cannot be asked now: a server without
    /// the capability is never asked.
    pub async fn complete(
        &self,
        server: &str,
        reference: &Reference,
        argument: &str,
        typed: &str,
        given: &[(String, String)],
        cancel: &CancellationToken,
    ) -> Vec<String> {
        let Ok(server) = find::server(self.inner.servers.servers(), server) else {
            return Vec::new();
        };
        if !server.upstream.completes() {
            return Vec::new();
        }
        let params = completing::params(reference, argument, typed, given);
        let target = reference.target();
        let method = RelayMethod::Complete;
        let answer = self.relay(&server, method, target, params, cancel).await;
        answer.map_or_else(|_| Vec::new(), |answer| completing::values(&answer))
    }

    /// What the servers list, of one server or of all.
    pub fn list(&self, kind: ListKind, server: Option<&str>) -> Vec<Listed> {
        let mut servers = self.inner.servers.servers();
        servers.sort_by(|one, other| one.name().cmp(other.name()));
        servers
            .iter()
            .filter(|one| server.is_none_or(|name| one.name() == name))
            .flat_map(|one| Listed::of(one.upstream.as_ref(), kind))
            .collect()
    }

    /// The servers that have a tool of this name.
    pub fn find_tool(&self, tool: &str) -> Vec<String> {
        let has = |server: &Server| {
            let lists = server.upstream.lists();
            lists.tools.iter().any(|one| one.key == tool)
        };
        let servers = self.inner.servers.servers();
        let mut found: Vec<_> = servers
            .iter()
            .filter(|server| has(server))
            .map(|server| server.name().to_owned())
            .collect();
        found.sort();
        found
    }

    /// Whether the server can be asked for suggestions now.
    pub fn completes(&self, server: &str) -> bool {
        find::server(self.inner.servers.servers(), server)
            .is_ok_and(|server| server.upstream.completes())
    }

    /// The names of the servers there are now.
    pub fn server_names(&self) -> Vec<String> {
        let servers = self.inner.servers.servers();
        let mut names: Vec<_> = servers.iter().map(|one| one.name().to_owned()).collect();
        names.sort();
        names
    }

    /// Who answers what servers ask outside any call.
    pub fn outside(&self) -> Outside {
        Outside::new(&self.inner)
    }

    /// What was approved.
    pub fn approvals(&self) -> &Approvals {
        &self.inner.approvals
    }

    /// The server, once it is connected; waits for one that is being connected to.
    pub async fn wait_ready(
        &self,
        server: &str,
        cancel: &CancellationToken,
    ) -> Result<(), CallError> {
        self.ready(server, cancel).await.map(drop)
    }

    async fn ready(&self, name: &str, cancel: &CancellationToken) -> Result<Server, CallError> {
        let since = tokio::time::Instant::now();
        loop {
            let server = find::server(self.inner.servers.servers(), name)?;
            let status = server.upstream.status();
            let patience = match status.state {
                UpstreamState::Connected => return Ok(server),
                UpstreamState::Connecting => WAIT_CONNECTING,
                UpstreamState::Configured => WAIT_CONFIGURED,
                _ => Duration::ZERO,
            };
            if since.elapsed() >= patience {
                return Err(CallError::state(&status));
            }
            tokio::select! {
                () = cancel.cancelled() => return Err(CallError::interrupted()),
                () = tokio::time::sleep(Duration::from_millis(15)) => {}
            }
        }
    }

    /// Calls a tool; pages that the server wants opened first are opened, and the call repeated
    /// once.
    async fn relay_tool(
        &self,
        server: &Server,
        approve: &Approve<'_>,
        tool: &str,
        arguments: &str,
        cancel: &CancellationToken,
    ) -> Result<RawJson, CallError> {
        let params = || format!("{{\"name\":{},{arguments}}}", quote(tool));
        let method = RelayMethod::CallTool;
        let answer = self.relay(server, method, tool, params(), cancel).await;
        let error = match answer {
            Ok(result) => return Ok(result),
            Err(error) => error,
        };
        if error.code != URL_ELICITATION_REQUIRED || !self.visit_all(server, &error).await {
            return Err(CallError::of_rpc(&error));
        }
        // The person may have been at the pages for long.
        let now = self.ready(server.name(), cancel).await?;
        if !(now.is(server) && approve.still_holds(&now)) {
            return Err(CallError::new(
                CallErrorKind::Unavailable,
                "definition_changed",
                "the tool's definition changed while you were at the page; it was not called again",
            ));
        }
        self.relay(&now, method, tool, params(), cancel)
            .await
            .map_err(|error| CallError::of_rpc(&error))
    }

    /// Has the pages of an error opened. False when there are none or one was not opened.
    async fn visit_all(&self, server: &Server, error: &RpcError) -> bool {
        let raw = error.raw.as_ref().and_then(|raw| raw.read::<Value>().ok());
        let pages = raw
            .as_ref()
            .and_then(|raw| raw.pointer("/data/elicitations"));
        let Some(pages) = pages
            .and_then(Value::as_array)
            .filter(|all| !all.is_empty())
        else {
            return false;
        };
        let side = self.side(server);
        for page in pages {
            let answer = side.visit(page).await.unwrap_or_default();
            if answer.get("action").and_then(Value::as_str) != Some("accept") {
                return false;
            }
        }
        true
    }

    fn side(&self, server: &Server) -> Side {
        Side {
            inner: Arc::clone(&self.inner),
            server: server.clone(),
        }
    }

    async fn relay(
        &self,
        server: &Server,
        method: RelayMethod,
        target: &str,
        params: String,
        cancel: &CancellationToken,
    ) -> Result<RawJson, RpcError> {
        let params = RawJson::parse(Bytes::from(params))
            .map_err(|_| RpcError::new(RpcError::INVALID_PARAMS, "the request is no JSON"))?;
        let caller: Arc<dyn Caller> = Arc::new(self.side(server));
        let relay = Relay {
            method,
            target,
            params: &params,
            caller: &caller,
            cancel,
            hops: 0,
        };
        server.upstream.relay(relay).await
    }
}
