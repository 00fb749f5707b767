use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::gate::Gate;
use super::outlet::Listener;
use super::script::Script;

/// A message a peer was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    /// The method; empty for answers to the peer's own requests.
    pub method: String,
    /// The headers of an HTTP request, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The message, byte for byte.
    pub body: String,
}

impl Seen {
    /// The message as a value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// A peer behind its transport.
#[derive(Default)]
pub(super) struct Peer {
    pub(super) script: Script,
    pub(super) seen: Mutex<Vec<Seen>>,
    pub(super) listeners: Mutex<Vec<Listener>>,
    /// Requests of ours that wait for the client's answer.
    pub(super) pending: Mutex<HashMap<u64, oneshot::Sender<Value>>>,
    pub(super) ids: AtomicU64,
    /// Ids of calls whose stream the client closed.
    pub(super) closed: Mutex<Vec<String>>,
    pub(super) changed: AtomicBool,
    /// What it lists as its tools in place of those of its script.
    pub(super) relisted: Mutex<Option<Vec<String>>>,
    /// Lets one hanging call go.
    pub(super) let_go: tokio::sync::Notify,
    pub(super) subscribed: Mutex<HashSet<String>>,
    pub(super) requests: AtomicUsize,
    /// How often tools were listed.
    pub(super) listings: AtomicUsize,
    pub(super) sessions: Mutex<HashSet<String>>,
    /// What a request needs to get in.
    pub(super) gate: Gate,
    /// What broken streams still have to say.
    kept: Mutex<Vec<Vec<u8>>>,
}

impl Peer {
    pub(super) fn new(script: Script) -> Arc<Self> {
        Arc::new(Self {
            script,
            ..Self::default()
        })
    }

    pub(super) fn record(&self, body: &str, headers: BTreeMap<String, String>) {
        let message: Value = serde_json::from_str(body).unwrap_or_default();
        self.seen.lock().push(Seen {
            method: message["method"].as_str().unwrap_or_default().to_owned(),
            headers,
            body: body.to_owned(),
        });
    }

    /// Keeps a message for whoever takes a broken stream up.
    pub(super) fn keep(&self, message: Vec<u8>) {
        self.kept.lock().push(message);
    }

    /// What was kept.
    pub(super) fn resumable(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.kept.lock())
    }

    /// Announces something to everyone who listens.
    pub(super) fn announce(&self, method: &str, params: &Value) {
        self.listeners
            .lock()
            .retain(|listener| listener.tell(method, params.clone()));
    }

    /// Takes the client's answer to a request of ours.
    pub(super) fn answered(&self, message: &Value) {
        let waiting = message["id"]
            .as_u64()
            .and_then(|id| self.pending.lock().remove(&id));
        if let Some(waiting) = waiting {
            let _ = waiting.send(message.clone());
        }
    }
}

/// Waits until `found` finds something. Panics after 20 seconds.
pub(crate) async fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    for _ in 0..2_000 {
        if let Some(found) = found() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}

pub(super) fn capabilities(script: &Script) -> Value {
    let mut all = json!({
        "tools": { "listChanged": true },
        "resources": { "subscribe": true, "listChanged": true },
        "prompts": { "listChanged": true },
        "completions": {},
        "logging": {}
    });
    if let Some(all) = all.as_object_mut()
        && script.no_completions
    {
        all.remove("completions");
    }
    all
}
