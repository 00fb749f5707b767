//! Connections that belong to an instance of a credential: opened, left and closed.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;
use std::time::Duration;

use keyway_app::credentials::Place;
use keyway_app::{List, Notice, OpenServer, Settings};
use keyway_core::credential::Lease;
use keyway_core::ports::{Change, ChangeKind, HeaderSource, Lists, Upstream};
use keyway_core::{Action, Credential, Error, McpServer, OrgId, Principal, Secret, Subject};
use keyway_store::{Organization, Purpose};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;

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

/// What the connection of an instance of the first organization is called.
fn name(process: &Process, id: &str, revision: i64) -> String {
    let who = process.app.local();
    format!("internal#{}/{id}.{revision}", who.organization())
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
        [format!("open {} with Bearer first", name(&process, &id, 1))]
    );
    listed(&process, &who).await;
    assert_eq!(opener.log().len(), 1, "it is open");

    process.clock.advance(Duration::from_mins(11));
    until(|| async { opener.log().len() == 2 }).await;
    assert_eq!(opener.log()[1], format!("close {}", name(&process, &id, 1)));
    assert_eq!(known(&process, &who), ["mcp__internal__one"]);
    assert_eq!(listed(&process, &who).await, ["mcp__internal__one"]);
    assert_eq!(
        opener.log()[2],
        format!("open {} with Bearer first", name(&process, &id, 1))
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
    assert_eq!(opener.log()[1], format!("close {}", name(&process, &id, 1)));
    opener.upstream.list(Lists::default());
    assert_eq!(listed(&process, &who).await, Vec::<String>::new());
    assert_eq!(
        opener.log()[2],
        format!("open {} with Bearer second", name(&process, &id, 2))
    );

    // What the former one still had to say reaches nobody.
    let late = Change {
        server: name(&process, &id, 1),
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
    assert_eq!(opener.log()[1], format!("close {}", name(&process, &id, 1)));
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
    let opening = format!("open {} with Bearer first", name(&process, &id, 1));
    assert_eq!(listed(&process, &who).await.len(), 1);

    // Something else was saved: the server is the one it was, and so is its connection.
    let same = McpServer::clone(&first).title("Another title");
    set_servers(Arc::new(same));
    assert_eq!(listed(&process, &who).await.len(), 1);
    assert_eq!(opener.log(), vec![opening.clone()]);

    let elsewhere = McpServer::http("internal", "https://elsewhere.example.com");
    set_servers(Arc::new(elsewhere.bearer(|acme: Acme| acme.api_key)));
    let closed = format!("close {}", name(&process, &id, 1));
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

/// Another organization, and somebody who administers it.
async fn neighbour(process: &Process) -> Principal {
    let id: OrgId = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let new = Organization {
        id: id.clone(),
        slug: "neighbour".into(),
        name: "Neighbour".into(),
        revision: 1,
        created_at: jiff::Timestamp::UNIX_EPOCH,
    };
    process.store.create_organization(&new).await.unwrap();
    Principal::new(id, Subject::Local)
}

fn heard(receiver: &mut Receiver<Notice>) -> Vec<Notice> {
    std::iter::from_fn(|| receiver.try_recv().ok()).collect()
}

#[tokio::test]
async fn attack_a_connection_of_one_organization_is_never_reached_or_heard_of_by_another() {
    let directory = tempfile::tempdir().unwrap();
    let process = start(directory.path()).await;
    let (app, opener) = (&process.app, Opener::new());
    let (ours, theirs) = (app.local(), neighbour(&process).await);
    let (mut our_notices, mut their_notices) = (app.notices(&ours), app.notices(&theirs));
    app.set_bound_servers(vec![server()], Arc::clone(&opener) as _);
    heard(&mut our_notices);

    // The other one has none of it, not even with a credential of its own.
    let set = async |who: &Principal, key: &str| {
        let fields = Secret::new(format!(r#"{{"apiKey":"{key}"}}"#));
        let credentials = app.credentials();
        let set = credentials.set(who, "acme", &Place::Organization, None, &fields);
        set.await.unwrap().0.id.to_string()
    };
    let their_instance = set(&theirs, "theirs").await;
    assert!(app.prepare(&theirs).is_none());
    assert_eq!(listed(&process, &theirs).await, Vec::<String>::new());
    assert_eq!(heard(&mut their_notices), []);

    // Both have one of the same key: each reaches its own.
    app.set_connected_servers(theirs.organization(), vec![server()]);
    assert_eq!(heard(&mut our_notices), [], "it is nobody else's business");
    assert_eq!(heard(&mut their_notices).len(), List::ALL.len());
    assert_eq!(listed(&process, &ours).await, Vec::<String>::new());
    // What it lists for the first time is accepted as it is.
    until(|| async { listed(&process, &theirs).await == ["mcp__internal__one"] }).await;
    let their_name = format!("internal#{}/{their_instance}.1", theirs.organization());
    assert_eq!(
        opener.log(),
        [format!("open {their_name} with Bearer theirs")]
    );
    set(&ours, "ours").await;
    until(|| async { listed(&process, &ours).await.len() == 1 }).await;
    assert!(opener.log()[1].ends_with("with Bearer ours"));

    // What changes at theirs is told to them alone.
    heard(&mut our_notices);
    heard(&mut their_notices);
    opener.upstream.list(Lists {
        fetched_at: Some(jiff::Timestamp::UNIX_EPOCH),
        ..tools(&[])
    });
    app.upstream_changed(&Change {
        server: their_name.clone(),
        kind: ChangeKind::Lists,
    });
    let told = heard(&mut their_notices);
    assert!(
        matches!(&told[..], [Notice::Only(audience, _)] if app.concerns(&theirs, audience)
            && !app.concerns(&ours, audience)),
        "{told:?}"
    );
    assert_eq!(heard(&mut our_notices), []);

    // Theirs goes, and ours stays as it is.
    app.set_connected_servers(theirs.organization(), Vec::new());
    assert_eq!(opener.log()[2..], [format!("close {their_name}")]);
    assert_eq!(listed(&process, &theirs).await, Vec::<String>::new());
    assert_eq!(listed(&process, &ours).await.len(), 1);
    assert_eq!(opener.log().len(), 3, "it is open");
    process.stop().await;
}

#[tokio::test]
async fn a_server_that_is_defined_keeps_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let process = start(directory.path()).await;
    let (who, opener) = (process.app.local(), Opener::new());
    let opening = Arc::clone(&opener) as Arc<dyn OpenServer>;
    process.app.set_bound_servers(vec![server()], opening);
    let elsewhere = McpServer::http("internal", "https://elsewhere.example.com");
    let elsewhere = Arc::new(elsewhere.header("X-Key", |acme: Acme| acme.api_key));
    let connect = |servers| {
        process
            .app
            .set_connected_servers(who.organization(), servers);
    };
    connect(vec![Arc::clone(&elsewhere)]);
    let id = set(&process, "first").await;
    assert_eq!(listed(&process, &who).await, ["mcp__internal__one"]);
    let prefix = format!("open {} with", name(&process, &id, 1));
    assert_eq!(opener.log(), [format!("{prefix} Bearer first")]);

    let opening = Arc::clone(&opener) as Arc<dyn OpenServer>;
    process.app.set_bound_servers(Vec::new(), opening);
    // What it lists for the first time as a connected one is accepted as it is.
    until(|| async { listed(&process, &who).await == ["mcp__internal__one"] }).await;
    assert_eq!(opener.log().last(), Some(&format!("{prefix} first")));
    process.stop().await;
}
