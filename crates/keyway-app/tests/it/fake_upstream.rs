#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;

use keyway_core::names::Prefix;
use keyway_core::ports::{
    BoxFuture, Definition, Lists, Relay, RelayMethod, Upstream, UpstreamState, UpstreamStatus,
};
use keyway_core::rpc::{RawJson, RpcError};
use parking_lot::Mutex;

/// An upstream that lists what it is told to and answers what was asked of it.
pub(crate) struct FakeUpstream {
    key: String,
    prefix: Prefix,
    lists: Mutex<Arc<Lists>>,
    answer: Mutex<Option<RawJson>>,
    /// What was asked of it, in order.
    pub(crate) log: Mutex<Vec<String>>,
}

impl FakeUpstream {
    pub(crate) fn new(key: &str) -> Arc<Self> {
        Self::with_prefix(key, Prefix::Server)
    }

    pub(crate) fn with_prefix(key: &str, prefix: Prefix) -> Arc<Self> {
        Arc::new(Self {
            key: key.to_owned(),
            prefix,
            lists: Mutex::default(),
            answer: Mutex::default(),
            log: Mutex::default(),
        })
    }

    pub(crate) fn list(&self, lists: Lists) {
        *self.lists.lock() = Arc::new(lists);
    }

    /// From now on it answers this, instead of what was asked.
    pub(crate) fn answers(&self, result: &str) {
        *self.answer.lock() = Some(raw(result));
    }

    pub(crate) fn last(&self) -> String {
        self.log.lock().last().cloned().unwrap_or_default()
    }
}

impl Upstream for FakeUpstream {
    fn key(&self) -> &str {
        &self.key
    }

    fn prefix(&self) -> Prefix {
        self.prefix.clone()
    }

    fn status(&self) -> UpstreamStatus {
        UpstreamStatus {
            name: self.key.clone(),
            transport: "stdio",
            auth: "none",
            state: UpstreamState::Connected,
            reason: None,
            since: jiff::Timestamp::UNIX_EPOCH,
            next_retry: None,
            protocol: None,
            tools: self.lists.lock().tools.len(),
            listed_at: None,
            warnings: Vec::new(),
        }
    }

    fn lists(&self) -> Arc<Lists> {
        Arc::clone(&self.lists.lock())
    }

    fn relay<'a>(&'a self, relay: Relay<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        let asked = asked(relay.method, relay.target);
        self.log.lock().push(asked.clone());
        let answer = self.answer.lock().clone();
        Box::pin(async move { Ok(answer.unwrap_or_else(|| RawJson::of(&asked).unwrap())) })
    }

    fn subscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        self.log.lock().push(format!("subscribe {uri}"));
        let known = self.lists.lock().resources.iter().any(|r| r.key == uri);
        let outcome = known
            .then_some(())
            .ok_or_else(|| RpcError::new(RpcError::INVALID_PARAMS, "unknown"));
        Box::pin(std::future::ready(outcome))
    }

    fn unsubscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        self.log.lock().push(format!("unsubscribe {uri}"));
        Box::pin(std::future::ready(Ok(())))
    }
}

/// How the fake writes down a relayed call.
pub(crate) fn asked(method: RelayMethod, target: &str) -> String {
    format!("{} {target}", method.as_str())
}

pub(crate) fn raw(text: &str) -> RawJson {
    RawJson::parse(text.to_owned().into()).unwrap()
}

pub(crate) fn tools(names: &[&str]) -> Lists {
    Lists {
        tools: names.iter().map(|name| item("name", name)).collect(),
        ..Lists::default()
    }
}

pub(crate) fn resources(uris: &[&str]) -> Lists {
    Lists {
        resources: uris.iter().map(|uri| item("uri", uri)).collect(),
        ..Lists::default()
    }
}

/// An item with nothing but its key.
pub(crate) fn item(member: &str, key: &str) -> Definition {
    Definition {
        key: key.to_owned(),
        json: RawJson::of(&serde_json::json!({ member: key })).unwrap(),
    }
}
