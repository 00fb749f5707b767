use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keyway_client::approvals::{AllowList, Approvals, Fingerprint};
use keyway_client::calls::{CallError, CallOutcome, CallParts, Calls, Sampler, Server, Servers};
use keyway_client::{Decision, Filled, Form, Notice, Page, Person, Request};
use keyway_core::ports::{
    BoxFuture, Clock, Definition, InputRequests, Lists, LogLevel, Relay, Upstream, UpstreamState,
    UpstreamStatus,
};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_mcp::upstream::{Http, ServerSpec, Transport};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

/// A person who answers from a list and remembers what was asked. With an empty list: denied.
#[derive(Default)]
pub(crate) struct Scripted {
    pub(crate) decisions: Mutex<VecDeque<Decision>>,
    pub(crate) answers: Mutex<VecDeque<Filled>>,
    pub(crate) asked: Mutex<Vec<Request>>,
    pub(crate) forms: Mutex<Vec<Form>>,
    pub(crate) pages: Mutex<Vec<Page>>,
    pub(crate) told: Mutex<Vec<Notice>>,
    /// Called while a decision is thought about.
    pub(crate) meanwhile: Mutex<Option<Box<dyn FnMut() + Send>>>,
    /// How many questions are open, and the most there ever were.
    open: Mutex<(usize, usize)>,
}

impl Scripted {
    pub(crate) fn will(&self, decisions: impl IntoIterator<Item = Decision>) {
        self.decisions.lock().extend(decisions);
    }

    pub(crate) fn fills(&self, answers: impl IntoIterator<Item = Filled>) {
        self.answers.lock().extend(answers);
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.open.lock().1
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let told = self.told.lock();
        let lines = told.iter().filter_map(|notice| match notice {
            Notice::Line(line) => Some(line.clone()),
            _ => None,
        });
        lines.collect()
    }

    async fn think(&self) {
        {
            let mut open = self.open.lock();
            open.0 += 1;
            open.1 = open.1.max(open.0);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.open.lock().0 -= 1;
    }
}

impl Person for Scripted {
    fn decide<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Decision> {
        Box::pin(async move {
            self.asked.lock().push(request.clone());
            self.think().await;
            if let Some(meanwhile) = self.meanwhile.lock().as_mut() {
                meanwhile();
            }
            let next = self.decisions.lock().pop_front();
            next.unwrap_or(Decision::Deny { reason: None })
        })
    }

    fn fill_in<'a>(&'a self, form: &'a Form) -> BoxFuture<'a, Filled> {
        Box::pin(async move {
            self.forms.lock().push(form.clone());
            self.think().await;
            self.answers.lock().pop_front().unwrap_or(Filled::Cancelled)
        })
    }

    fn visit<'a>(&'a self, page: &'a Page) -> BoxFuture<'a, Filled> {
        Box::pin(async move {
            self.pages.lock().push(page.clone());
            self.think().await;
            if let Some(meanwhile) = self.meanwhile.lock().as_mut() {
                meanwhile();
            }
            self.answers.lock().pop_front().unwrap_or(Filled::Cancelled)
        })
    }

    fn tell(&self, notice: Notice) {
        self.told.lock().push(notice);
    }
}

/// A server in memory: lists that can change, calls that are remembered, questions that it asks
/// before it answers.
pub(crate) struct Fake {
    key: String,
    pub(crate) state: Mutex<UpstreamState>,
    pub(crate) lists: Mutex<Arc<Lists>>,
    pub(crate) sent: Mutex<Vec<(String, Value)>>,
    pub(crate) asks: Mutex<InputRequests>,
    pub(crate) answered: Mutex<Vec<Value>>,
    /// Errors that calls end with, first in first out; then results.
    pub(crate) errors: Mutex<VecDeque<RpcError>>,
}

impl Fake {
    pub(crate) fn new(key: &str, tools: &[&str]) -> Arc<Self> {
        Arc::new(Self {
            key: key.to_owned(),
            state: Mutex::new(UpstreamState::Connected),
            lists: Mutex::new(Arc::new(lists(tools))),
            sent: Mutex::default(),
            asks: Mutex::default(),
            answered: Mutex::default(),
            errors: Mutex::default(),
        })
    }

    pub(crate) fn define(&self, tools: &[&str]) {
        *self.lists.lock() = Arc::new(lists(tools));
    }

    pub(crate) fn sent(&self) -> usize {
        self.sent.lock().len()
    }
}

fn lists(tools: &[&str]) -> Lists {
    let definition = |json: &&str| {
        let json = RawJson::parse((*json).to_owned().into()).unwrap();
        let value: Value = json.read().unwrap();
        Definition {
            key: value["name"].as_str().unwrap().to_owned(),
            json,
        }
    };
    Lists {
        tools: tools.iter().map(definition).collect(),
        fetched_at: Some(jiff::Timestamp::UNIX_EPOCH),
        ..Lists::default()
    }
}

impl Upstream for Fake {
    fn key(&self) -> &str {
        &self.key
    }

    fn status(&self) -> UpstreamStatus {
        UpstreamStatus {
            name: self.key.clone(),
            transport: "http",
            auth: "oauth",
            state: *self.state.lock(),
            reason: Some("because".into()),
            since: jiff::Timestamp::UNIX_EPOCH,
            next_retry: None,
            protocol: None,
            tools: 0,
            listed_at: None,
            warnings: Vec::new(),
        }
    }

    fn lists(&self) -> Arc<Lists> {
        self.lists.lock().clone()
    }

    fn completes(&self) -> bool {
        *self.state.lock() == UpstreamState::Connected
    }

    fn relay<'a>(&'a self, relay: Relay<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        Box::pin(async move {
            let params: Value = relay.params.read().unwrap();
            self.sent.lock().push((relay.target.to_owned(), params));
            let asks = self.asks.lock().clone();
            if !asks.is_empty() {
                let answers = relay.caller.ask(asks).await;
                let answers = answers.map_err(|error| RpcError::new(-1, error.to_string()))?;
                for (_, answer) in answers {
                    let answer = serde_json::from_str(answer.get()).unwrap();
                    self.answered.lock().push(answer);
                }
            }
            if let Some(error) = self.errors.lock().pop_front() {
                return Err(error);
            }
            let result = json!({ "content": [{ "type": "text", "text": "done" }] });
            Ok(RawJson::of(&result).unwrap())
        })
    }

    fn subscribe<'a>(&'a self, _uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn unsubscribe<'a>(&'a self, _uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[derive(Default)]
pub(crate) struct Fleet(Mutex<Vec<Server>>);

impl Servers for Fleet {
    fn servers(&self) -> Vec<Server> {
        self.0.lock().clone()
    }
}

impl Fleet {
    /// Puts a server in place of the one with its name.
    pub(crate) fn replace(&self, upstream: Arc<dyn Upstream>, url: &str) {
        self.put(upstream, "", url);
    }

    fn put(&self, upstream: Arc<dyn Upstream>, profile: &str, url: &str) {
        let spec = ServerSpec::new("x", Transport::Http(Http::new(url)));
        let mut servers = self.0.lock();
        servers.retain(|server| server.upstream.key() != upstream.key());
        servers.push(Server {
            upstream,
            profile: profile.to_owned(),
            address: Fingerprint::of(&spec),
            enabled: true,
        });
    }

    /// What the entry of every server says from here on.
    pub(crate) fn enable(&self, enabled: bool) {
        for server in self.0.lock().iter_mut() {
            server.enabled = enabled;
        }
    }
}

/// Calls with a person and servers of a test.
pub(crate) struct World {
    pub(crate) person: Arc<Scripted>,
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) calls: Calls,
    pub(crate) home: TempDir,
    pub(crate) cancel: CancellationToken,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(tempfile::tempdir().unwrap(), None)
    }

    pub(crate) fn with(home: TempDir, model: Option<Arc<dyn Sampler>>) -> Self {
        let person = Arc::new(Scripted::default());
        let fleet = Arc::new(Fleet::default());
        let calls = Calls::new(CallParts {
            servers: Arc::clone(&fleet) as _,
            approvals: Arc::new(approvals(home.path())),
            person: Arc::clone(&person) as _,
            model,
            roots: vec!["file:///work/project".into()],
            log_level: Some(LogLevel::Info),
        });
        Self {
            person,
            fleet,
            calls,
            home,
            cancel: CancellationToken::new(),
        }
    }

    /// Adds a server, in place of one with its name.
    pub(crate) fn add(&self, upstream: Arc<dyn Upstream>, profile: &str, url: &str) {
        self.fleet.put(upstream, profile, url);
    }

    pub(crate) fn fake(&self, key: &str, tools: &[&str]) -> Arc<Fake> {
        let fake = Fake::new(key, tools);
        self.add(fake.clone(), "", &format!("https://{key}.example/mcp"));
        fake
    }

    pub(crate) async fn call(
        &self,
        server: &str,
        tool: &str,
        arguments: &str,
    ) -> Result<CallOutcome, CallError> {
        let arguments = RawJson::parse(arguments.to_owned().into()).unwrap();
        let call = self.calls.call_tool(server, tool, &arguments, &self.cancel);
        tokio::time::timeout(Duration::from_secs(30), call)
            .await
            .expect("an answer in time")
    }
}

pub(crate) fn approvals(home: &Path) -> Approvals {
    Approvals::new(home, AllowList::default(), Arc::new(SystemClock))
}

pub(crate) fn deny(reason: &str) -> Decision {
    Decision::Deny {
        reason: Some(reason.to_owned()),
    }
}
