//! Connections that belong to an instance of a credential: opened, left and closed.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;
use std::time::Duration;

use keyway_app::credentials::Place;
use keyway_app::{List, OpenServer, Settings};
use keyway_core::credential::Lease;
use keyway_core::ports::{Change, ChangeKind, HeaderSource, Lists, Upstream};
use keyway_core::{Action, Credential, Error, McpServer, Principal, Secret};
use keyway_store::Purpose;
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::fake_upstream::{FakeUpstream, tools};
use crate::support::{Process, until};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Acme {
    api_key: Secret<String>,
}

impl Credential for Acme {
    const KEY: &'static str = "acme";
}

/// Opens one and the same fake again and again, and remembers.
struct Opener {
    upstream: Arc<FakeUpstream>,
    log: Mutex<Vec<String>>,
}

impl OpenServer for Opener {
    fn open(
        &self,
        id: &str,
        server: &McpServer,
        lease: &Lease,
        _: Option<Arc<dyn HeaderSource>>,
    ) -> Result<Arc<dyn Upstream>, Error> {
        let (_, value) = server.headers(lease)?.remove(0);
        self.log
            .lock()
            .push(format!("open {id} with {}", value.expose()));
        Ok(Arc::clone(&self.upstream) as _)
    }

    fn close(&self, id: &str) {
        self.log.lock().push(format!("close {id}"));
    }
}

impl Opener {
    fn new() -> Arc<Self> {
        let upstream = FakeUpstream::new("internal");
        upstream.list(Lists {
            fetched_at: Some(jiff::Timestamp::UNIX_EPOCH),
            ..tools(&["one"])
        });
        let log = Mutex::default();
        Arc::new(Self { upstream, log })
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().clone()
    }
}

fn server() -> Arc<McpServer> {
    let server = McpServer::http("internal", "https://mcp.example.com");
    Arc::new(server.bearer(|acme: Acme| acme.api_key))
}

async fn start(directory: &std::path::Path) -> Process {
    let needs = Action::with_credentials("needs", |_, (): (), _: Acme| async { Ok(1) });
    Process::start(directory, Purpose::Serve, vec![needs]).await
}

async fn set(process: &Process, key: &str) -> String {
    let fields = Secret::new(format!(r#"{{"apiKey":"{key}"}}"#));
    let (all, who) = (process.app.credentials(), process.app.local());
    let set = all.set(&who, "acme", &Place::Organization, Some("live"), &fields);
    set.await.unwrap().0.id.to_string()
}

/// What `who` is listed of servers.
async fn listed(process: &Process, who: &Principal) -> Vec<String> {
    if let Some(preparing) = process.app.prepare(who) {
        preparing.await;
    }
    known(process, who)
}

fn known(process: &Process, who: &Principal) -> Vec<String> {
    let page = process.app.list(who, List::Tools, None).unwrap();
    let items: Vec<serde_json::Value> = serde_json::from_str(page.items.as_str()).unwrap();
    let names = items.iter().filter_map(|item| item["name"].as_str());
    let of_servers = names.filter(|name| name.starts_with("mcp__"));
    of_servers.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed_and_what_it_listed_stays() {
    let directory = tempfile::tempdir().unwrap();
    let process = start(directory.path()).await;
    let (who, opener) = (process.app.local(), Opener::new());
    process
        .app
        .set_bound_servers(vec![server()], Arc::clone(&opener) as _);
    let id = set(&process, "first").await;
    assert_eq!(opener.log(), Vec::<String>::new(), "nobody asked yet");
    assert_eq!(listed(&process, &who).await, ["mcp__internal__one"]);
    assert_eq!(
        opener.log(),
        [format!("open internal#{id}.1 with Bearer first")]
    );
    listed(&process, &who).await;
    assert_eq!(opener.log().len(), 1, "it is open");

    process.clock.advance(Duration::from_mins(11));
    until(|| async { opener.log().len() == 2 }).await;
    assert_eq!(opener.log()[1], format!("close internal#{id}.1"));
    assert_eq!(known(&process, &who), ["mcp__internal__one"]);
    assert_eq!(listed(&process, &who).await, ["mcp__internal__one"]);
    assert_eq!(
        opener.log()[2],
        format!("open internal#{id}.1 with Bearer first")
    );
    process.stop().await;
}

#[tokio::test]
async fn an_instance_that_was_set_again_is_another_connection_without_what_the_former_listed() {
    let directory = tempfile::tempdir().unwrap();
    let process = start(directory.path()).await;
    let (who, opener) = (process.app.local(), Opener::new());
    process
        .app
        .set_bound_servers(vec![server()], Arc::clone(&opener) as _);
    let id = set(&process, "first").await;
    assert_eq!(listed(&process, &who).await.len(), 1);
    set(&process, "second").await;
    until(|| async { opener.log().len() == 2 }).await;
    assert_eq!(opener.log()[1], format!("close internal#{id}.1"));
    opener.upstream.list(Lists::default());
    assert_eq!(listed(&process, &who).await, Vec::<String>::new());
    assert_eq!(
        opener.log()[2],
        format!("open internal#{id}.2 with Bearer second")
    );

    // What the former one still had to say reaches nobody.
    let late = Change {
        server: format!("internal#{id}.1"),
        kind: ChangeKind::Lists,
    };
    process.app.upstream_changed(&late);
    assert_eq!(listed(&process, &who).await, Vec::<String>::new());
    process.stop().await;
}

#[tokio::test]
async fn servers_that_are_replaced_are_closed_and_nothing_of_them_is_listed() {
    let directory = tempfile::tempdir().unwrap();
    let process = start(directory.path()).await;
    let (who, opener) = (process.app.local(), Opener::new());
    process
        .app
        .set_bound_servers(vec![server()], Arc::clone(&opener) as _);
    let id = set(&process, "first").await;
    assert_eq!(listed(&process, &who).await.len(), 1);
    process
        .app
        .set_bound_servers(Vec::new(), Arc::clone(&opener) as _);
    assert_eq!(opener.log()[1], format!("close internal#{id}.1"));
    assert_eq!(listed(&process, &who).await, Vec::<String>::new());
    let statuses = process.app.server_statuses(&who).await;
    assert!(statuses.is_empty(), "{statuses:?}");
    process.stop().await;
}

#[tokio::test]
async fn attack_a_server_that_changed_is_not_reached_over_what_was_open_to_the_former_one() {
    let directory = tempfile::tempdir().unwrap();
    let process = start(directory.path()).await;
    let (who, opener) = (process.app.local(), Opener::new());
    let set_servers = |server: Arc<McpServer>| {
        let opener = Arc::clone(&opener) as Arc<dyn OpenServer>;
        process.app.set_bound_servers(vec![server], opener);
    };
    let first = server();
    set_servers(Arc::clone(&first));
    let id = set(&process, "first").await;
    let opening = format!("open internal#{id}.1 with Bearer first");
    assert_eq!(listed(&process, &who).await.len(), 1);

    // Something else was saved: the server is the one it was, and so is its connection.
    let same = McpServer::clone(&first).title("Another title");
    set_servers(Arc::new(same));
    assert_eq!(listed(&process, &who).await.len(), 1);
    assert_eq!(opener.log(), vec![opening.clone()]);

    let elsewhere = McpServer::http("internal", "https://elsewhere.example.com");
    set_servers(Arc::new(elsewhere.bearer(|acme: Acme| acme.api_key)));
    let closed = format!("close internal#{id}.1");
    assert_eq!(opener.log(), [opening.clone(), closed.clone()]);
    assert_eq!(listed(&process, &who).await.len(), 1);
    assert_eq!(opener.log(), [opening.clone(), closed, opening]);
    process.stop().await;
}

#[tokio::test]
async fn attack_connections_of_many_are_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let needs = Action::with_credentials("needs", |_, (): (), _: Acme| async { Ok(1) });
    let settings = Settings {
        server_connections: 2,
        ..Settings::default()
    };
    let process =
        Process::start_with(directory.path(), Purpose::Serve, vec![needs], settings).await;
    let (who, opener) = (process.app.local(), Opener::new());
    let servers = ["a", "b", "c"].map(|key| {
        let server = McpServer::http(key, "https://mcp.example.com");
        Arc::new(server.bearer(|acme: Acme| acme.api_key))
    });
    let opening = Arc::clone(&opener) as Arc<dyn OpenServer>;
    process.app.set_bound_servers(servers.to_vec(), opening);
    set(&process, "first").await;
    for _ in 0..3 {
        listed(&process, &who).await;
        let log = opener.log();
        let count = |what: &str| log.iter().filter(|line| line.starts_with(what)).count();
        assert_eq!(count("open") - count("close"), 2, "{log:?}");
        process.clock.advance(Duration::from_secs(1));
    }
    process.stop().await;
}
