//! The subscription to what a modern server announces (MCP 2026-07-28, Subscriptions).

use std::time::Duration;

use keyway_core::json::quote;
use keyway_core::rpc::RpcError;

use super::connection::Connection;
use super::failure::{Failure, read_error};
use super::inbound;
use super::subscriptions::Subscriptions;
use crate::upstream::caps::ServerCaps;

/// The first and the longest pause before subscribing anew.
const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_MOST: Duration = Duration::from_mins(1);

/// Keeps the subscription as long as the connection holds: anew when it ends, and whenever the
/// resources in it change. A new one is confirmed before the old one is let go.
pub(super) async fn keep(connection: &Connection, subscriptions: &Subscriptions) {
    let mut previous = None;
    let mut pause = PAUSE;
    loop {
        let generation = subscriptions.generation();
        let Some(members) = filter(connection.caps, subscriptions) else {
            drop(previous.take());
            subscriptions.confirm(generation);
            subscriptions.changed_since(generation).await;
            continue;
        };
        let id = connection.line.next_id();
        let acknowledged = connection.line.signals.expect_acknowledgement(id);
        let mut current = Box::pin(async move {
            let method = "subscriptions/listen";
            connection.own_as(id, method, &members).await
        });
        let confirm = async {
            acknowledged.await;
            subscriptions.confirm(generation);
        };
        let mut confirm = Box::pin(confirm);
        let mut confirmed = false;
        let changed = subscriptions.changed_since(generation);
        tokio::pin!(changed);
        let ended = loop {
            tokio::select! {
                ended = &mut current => break Some(ended),
                () = &mut confirm, if !confirmed => {
                    confirmed = true;
                    pause = PAUSE;
                    drop(previous.take());
                }
                _ = poll_some(&mut previous) => previous = None,
                () = &mut changed => break None,
            }
        };
        drop(confirm);
        match ended {
            None => previous = Some(current),
            Some(ended) => {
                previous = None;
                match ended {
                    Err(failure) if is_denied(&failure) => {
                        // The server announces nothing this way; there is nothing to wait for.
                        subscriptions.confirm(u64::MAX);
                        return;
                    }
                    Err(failure) if failure.breaks_connection() => {
                        connection.line.break_off(failure);
                        return;
                    }
                    _ => {}
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MOST);
                // What was announced meanwhile is lost.
                connection.line.signals.lists_changed(inbound::ALL);
            }
        }
    }
}

async fn poll_some<F: Future + Unpin>(future: &mut Option<F>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

fn is_denied(failure: &Failure) -> bool {
    match failure {
        Failure::Rpc(error) => read_error(error).0 == RpcError::METHOD_NOT_FOUND,
        failure => matches!(failure, Failure::Scope(_)),
    }
}

/// The params of the subscription; `None` when there is nothing to subscribe to.
fn filter(caps: ServerCaps, subscriptions: &Subscriptions) -> Option<String> {
    let mut parts = Vec::new();
    if caps.tools_changed {
        parts.push("\"toolsListChanged\":true".to_owned());
    }
    if caps.prompts_changed {
        parts.push("\"promptsListChanged\":true".to_owned());
    }
    if caps.resources_changed {
        parts.push("\"resourcesListChanged\":true".to_owned());
    }
    if caps.subscribe && subscriptions.any() {
        let uris: Vec<_> = subscriptions.uris().iter().map(|uri| quote(uri)).collect();
        parts.push(format!("\"resourceSubscriptions\":[{}]", uris.join(",")));
    }
    (!parts.is_empty()).then(|| format!("\"notifications\":{{{}}}", parts.join(",")))
}
