use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use keyway_core::Secret;
use keyway_core::ports::{
    AskError, BoxFuture, Caller, Change, ChangeKind, ClientCapabilities, Clock, HttpSend,
    InputRequests, InputResponses, LogLevel, Relay, RelayMethod, Upstream, UpstreamState,
};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_egress::{Egress, EgressConfig};
use keyway_mcp::upstream::{Http, Pool, PoolSettings, ServerSpec, Stdio, Transport};
use keyway_testkit::peers::StdioPeer;
use parking_lot::Mutex;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

/// A pool with all that it needs.
pub(crate) struct Rig {
    pub(crate) pool: Pool,
    pub(crate) tasks: TaskTracker,
    pub(crate) shutdown: CancellationToken,
    changes: Arc<Mutex<Vec<Change>>>,
}

pub(crate) fn settings() -> PoolSettings {
    PoolSettings {
        backoff_first: Duration::from_millis(20),
        backoff_max: Duration::from_millis(200),
        probe: Duration::from_millis(500),
        grace: Duration::from_millis(200),
        ..PoolSettings::default()
    }
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(settings())
    }

    pub(crate) fn with(settings: PoolSettings) -> Self {
        Self::over(Arc::new(Egress::new(EgressConfig::default())), settings)
    }

    /// One whose requests go out another way.
    pub(crate) fn over(http: Arc<dyn HttpSend>, settings: PoolSettings) -> Self {
        let changes = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&changes);
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let pool = Pool::new(
            http,
            Arc::new(SystemClock),
            tasks.clone(),
            shutdown.clone(),
            Arc::new(move |change| noted.lock().push(change)),
            settings,
        );
        Self {
            pool,
            tasks,
            shutdown,
            changes,
        }
    }

    /// Adds a server and waits until it is connected.
    pub(crate) async fn connect(&self, spec: ServerSpec) -> Arc<dyn Upstream> {
        let server = self.pool.add(spec);
        reach(&server, UpstreamState::Connected).await;
        server
    }

    pub(crate) async fn wait_change(&self, kind: ChangeKind) {
        wait("a change", || {
            self.changes.lock().iter().any(|change| change.kind == kind)
        })
        .await;
    }

    pub(crate) fn forget_changes(&self) {
        self.changes.lock().clear();
    }

    /// Stops everything and waits until it is gone.
    pub(crate) async fn stop(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        tokio::time::timeout(Duration::from_secs(20), self.tasks.wait())
            .await
            .expect("all tasks end");
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

pub(crate) async fn wait(what: &str, mut found: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if found() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}

pub(crate) async fn reach(server: &Arc<dyn Upstream>, state: UpstreamState) {
    for _ in 0..2_000 {
        if server.status().state == state {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not {state:?}: {:?}", server.status());
}

pub(crate) fn http(key: &str, url: String) -> ServerSpec {
    ServerSpec::new(key, Transport::Http(Http::new(url)))
}

pub(crate) fn stdio(key: &str, peer: &StdioPeer) -> ServerSpec {
    let env = peer.env();
    let stdio = Stdio {
        command: peer.command(),
        args: peer.args(),
        env: env
            .into_iter()
            .map(|(name, value)| (name, Secret::new(value)))
            .collect(),
        cwd: None,
    };
    ServerSpec::new(key, Transport::Stdio(stdio))
}

/// A client that can do everything and remembers what it was told.
#[derive(Default)]
pub(crate) struct Client {
    pub(crate) told: Mutex<Vec<(String, Value)>>,
    pub(crate) asked: Mutex<Vec<(String, Value)>>,
    pub(crate) cannot: bool,
    pub(crate) modern: bool,
    pub(crate) quiet: bool,
    pub(crate) name: &'static str,
}

impl Client {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            name: "Ada",
            ..Self::default()
        })
    }

    pub(crate) fn told(&self, method: &str) -> Vec<Value> {
        let told = self.told.lock();
        told.iter()
            .filter(|(told, _)| told == method)
            .map(|(_, params)| params.clone())
            .collect()
    }
}

impl Caller for Client {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities {
            elicitation_form: !self.cannot,
            ..ClientCapabilities::default()
        }
    }

    fn wants_progress(&self) -> bool {
        !self.quiet
    }

    fn log_level(&self) -> Option<LogLevel> {
        (!self.quiet).then_some(LogLevel::Debug)
    }

    fn notify(&self, method: &str, params: Box<RawValue>) {
        let params = serde_json::from_str(params.get()).unwrap();
        self.told.lock().push((method.to_owned(), params));
    }

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(async move {
            if self.cannot {
                return Err(AskError::Unsupported("elicitation"));
            }
            let mut answers = Vec::new();
            for (key, request) in requests {
                let params = request
                    .params
                    .map(|raw| serde_json::from_str(raw.get()).unwrap());
                self.asked
                    .lock()
                    .push((request.method, params.unwrap_or_default()));
                let answer = json!({ "action": "accept", "content": { "name": self.name } });
                answers.push((key, RawValue::from_string(answer.to_string()).unwrap()));
            }
            Ok(answers)
        })
    }

    fn takes_input_required(&self) -> bool {
        self.modern
    }
}

/// A call to be made.
pub(crate) struct Call {
    pub(crate) method: RelayMethod,
    pub(crate) target: String,
    pub(crate) params: String,
    pub(crate) client: Arc<Client>,
    pub(crate) cancel: CancellationToken,
    pub(crate) hops: u8,
}

pub(crate) fn tool(name: &str, arguments: &str) -> Call {
    Call {
        method: RelayMethod::CallTool,
        target: name.to_owned(),
        params: format!(r#"{{"name":"mcp__x__{name}","arguments":{arguments}}}"#),
        client: Client::new(),
        cancel: CancellationToken::new(),
        hops: 0,
    }
}

impl Call {
    pub(crate) fn by(mut self, client: &Arc<Client>) -> Self {
        self.client = Arc::clone(client);
        self
    }

    pub(crate) async fn send(&self, server: &Arc<dyn Upstream>) -> Result<RawJson, RpcError> {
        let caller: Arc<dyn Caller> = Arc::clone(&self.client) as _;
        let params = RawJson::parse(Bytes::from(self.params.clone())).unwrap();
        let relay = Relay {
            method: self.method,
            target: &self.target,
            params: &params,
            caller: &caller,
            cancel: &self.cancel,
            hops: self.hops,
        };
        tokio::time::timeout(Duration::from_secs(30), server.relay(relay))
            .await
            .expect("an answer in time")
    }

    pub(crate) async fn value(&self, server: &Arc<dyn Upstream>) -> Value {
        self.send(server).await.unwrap().read().unwrap()
    }
}

/// The error code our own errors carry in their data.
pub(crate) fn code(error: &RpcError) -> String {
    let data: Value = error.data.as_ref().unwrap().read().unwrap();
    data["code"].as_str().unwrap().to_owned()
}
