use std::sync::Arc;
use std::time::Duration;

use keyway_core::credential::{CredentialKind, CredentialNeed};
use keyway_core::ports::{AskError, InputRequest, InputResponses};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Actor, Error, Kind, McpServer, Principal};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::bind::names;
use crate::credentials::{CredentialChoice, needs_reconnecting};
use crate::{App, Call};

/// How long a call waits in all for its person to connect what it needs.
const PATIENCE: Duration = Duration::from_mins(10);
/// How long one request waits for that, where the client comes back for more. Clients wait for an
/// answer about as long as this.
const ROUND: Duration = Duration::from_secs(25);
/// What tells that a page is done with (MCP 2025-11-25, "Elicitation", URL mode).
const COMPLETE: &str = "notifications/elicitation/complete";

/// The codes of calls that failed because the token was refused, and no other is to be had.
const REFUSED: [&str; 2] = ["upstream_auth_failed", "upstream_auth_required"];

/// A server whose caller has to connect it first.
pub(crate) struct Unconnected {
    server: Arc<McpServer>,
    /// The connector of whom it is the server, where everybody connects it for themselves.
    of_each: bool,
    error: Error,
}

impl App {
    /// The server that a call is for, where that cannot be reached because its caller has nothing to
    /// reach it with. `None` for any other name, and for a server they do not see.
    pub(crate) async fn unconnected(&self, call: &Call<'_>) -> Option<Unconnected> {
        let servers = self.inner.bound.of(call.who.organization())?;
        let meant = |server: &&Arc<McpServer>| names(server.key(), call.target);
        let server = servers.all().iter().find(meant)?;
        let tenant = self.tenant(call.who);
        if !self
            .view(call.who)
            .sees(&tenant.facts().server(server.key()))
        {
            return None;
        }
        let choice = CredentialChoice::of_params(call.params);
        let tried = self.connection(call.who, server, &choice).await;
        let connected = servers.connected(server.key());
        Some(Unconnected {
            server: Arc::clone(server),
            of_each: connected.is_some_and(|one| one.of_each),
            error: tried.err()?,
        })
    }

    /// Has whoever calls connect what their call needs: the person at their client is led to a page, and
    /// the call waits until they are done there.
    ///
    /// # Errors
    ///
    /// Where nobody can be led there, did not want to, or took too long: what to do instead. A link is
    /// good for the person it was made for alone.
    pub(crate) async fn connect_first(
        &self,
        call: &Call<'_>,
        what: Unconnected,
    ) -> Result<(), Error> {
        let person = call.who.actor();
        let Some(Actor::User(person)) = person.filter(|_| what.of_each) else {
            return Err(what.error);
        };
        let server = &what.server;
        let needs = server.needs().first();
        let key = needs.map_or("", |need| need.definition().key());
        let link = self
            .credentials()
            .link(call.who.organization(), &person, key);
        let name = server.get_title().unwrap_or(server.key());
        let told = |code: &'static str, message: String| {
            let hint = format!("open {link} in a browser, signed in as yourself; then call again");
            Error::new(Kind::Conflict, code, message).with_hint(hint)
        };
        let missing = match what.error.code() {
            "credential_missing" => told(
                "credential_missing",
                format!("you have not connected `{name}` yet, and it is called in your name"),
            ),
            "credential_needs_reconnecting" => told(
                "credential_needs_reconnecting",
                format!("`{name}` does not accept what you connected any more"),
            ),
            _ => return Err(what.error),
        };
        if !call.caller.capabilities().elicitation_url {
            return Err(missing);
        }
        let mut id = [0; 16];
        self.inner.random.fill(&mut id);
        let id = format!("connect-{:032x}", u128::from_be_bytes(id));
        let message = format!(
            "`{name}` is called in your name: connect it in the browser, and the call goes on"
        );
        let until = Instant::now() + PATIENCE;
        loop {
            let request = InputRequest::visit(&message, &link, &id);
            let asking = call.caller.ask(vec![(id.clone(), request)]);
            let answers = tokio::select! {
                answers = asking => answers,
                () = call.cancel.cancelled() => Err(AskError::Cancelled),
            };
            match answers {
                Ok(answers) if agreed(&id, &answers) => {}
                Ok(_) => {
                    return Err(told(
                        "connect_declined",
                        format!("`{name}` is called in your name, and you did not connect it"),
                    ));
                }
                Err(_) => return Err(missing),
            }
            // A client that comes back for more is asked again before it gives up on its request.
            let round = if call.caller.takes_input_required() {
                until.min(Instant::now() + ROUND)
            } else {
                until
            };
            if self.is_connected_by(call, server, round).await {
                break;
            }
            if call.cancel.is_cancelled() || Instant::now() >= until {
                return Err(missing);
            }
        }
        if let Ok(params) = RawValue::from_string(json!({ "elicitationId": id }).to_string()) {
            call.caller.notify(COMPLETE, params);
        }
        Ok(())
    }

    /// What to do about a call that failed because a server does not take a token any more. `None` for any
    /// other failure.
    pub(crate) fn reconnecting(
        &self,
        who: &Principal,
        connection: &str,
        failed: &RpcError,
    ) -> Option<Error> {
        let data = failed.data.as_ref()?.as_str();
        let code = keyway_core::json::member(data, "code")?.value;
        if !REFUSED.contains(&keyway_core::json::unquote(code).as_ref()) {
            return None;
        }
        let connection = self.inner.bound.get(connection)?;
        let servers = self.inner.bound.of(who.organization())?;
        let needs = servers.get(connection.server())?.needs();
        let mut needs = needs.iter().map(CredentialNeed::definition);
        let granted = needs.find(|one| one.kind() == CredentialKind::OAuth2)?;
        let pages = self.inner.pages.base();
        Some(needs_reconnecting(granted.key(), pages))
    }

    /// Waits until the caller reaches a server, at most until then.
    async fn is_connected_by(
        &self,
        call: &Call<'_>,
        server: &Arc<McpServer>,
        until: Instant,
    ) -> bool {
        let choice = CredentialChoice::of_params(call.params);
        let mut changes = self.inner.held.changes();
        let waiting = async {
            loop {
                if self.connection(call.who, server, &choice).await.is_ok() {
                    return true;
                }
                if changes.changed().await.is_err() {
                    return false;
                }
            }
        };
        let waiting = call.cancel.run_until_cancelled(waiting);
        let waited = tokio::time::timeout_at(until, waiting).await;
        waited.ok().flatten().unwrap_or_default()
    }
}

impl Unconnected {
    pub(crate) fn into_error(self) -> Error {
        self.error
    }
}

fn agreed(id: &str, answers: &InputResponses) -> bool {
    let answer = answers.iter().find(|(key, _)| key == id);
    let answer = answer.and_then(|(_, answer)| {
        let raw = RawJson::parse(answer.get().to_owned().into()).ok()?;
        raw.read::<Value>().ok()
    });
    let action = answer.as_ref().and_then(|answer| answer.get("action"));
    action.is_some_and(|action| action == "accept")
}
