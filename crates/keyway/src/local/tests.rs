use std::path::{Path, PathBuf};
use std::time::Duration;

use keyway_core::ports::UpstreamState;
use keyway_testkit::peers::{Era, HttpPeer, Script, StdioPeer};
use serde_json::{Value, json};

use super::{Digest, Home, LocalClient, Options, Project, Source, Start, Trust};
use crate::Gateway;
use crate::cli::Invocation;
use crate::config::Environment;

/// The child process of these tests.
#[test]
fn peer() {
    keyway_testkit::peers::run_if_asked();
}

/// A person's folder and a project.
struct World {
    dir: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("project/.keyway")).unwrap();
        std::fs::create_dir_all(dir.path().join("own")).unwrap();
        Self { dir }
    }

    fn user_file(&self) -> PathBuf {
        self.dir.path().join("own/mcp.json")
    }

    fn project(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    fn invocation(&self) -> Invocation {
        let own = self.dir.path().join("own");
        let environment: Environment = [("KEYWAY_HOME", own.as_os_str())].into_iter().collect();
        Invocation {
            gateway: Gateway::builder().build(),
            environment,
            directory: self.project(),
            global: crate::cli::Global::default(),
        }
    }

    fn start(&self, start: Start) -> LocalClient {
        let options = Options {
            start,
            ..Options::following()
        };
        LocalClient::start(&self.invocation(), options).unwrap()
    }

    /// Trusts a content of the project's file.
    fn trust(&self, text: &str) {
        let project = Project::of(&self.project());
        let home = Home::of(&self.invocation().environment, Path::new("/")).unwrap();
        let digest = Digest::of(text.as_bytes());
        Trust::add(&home, project.file(), &digest, jiff::Timestamp::UNIX_EPOCH).unwrap();
    }
}

fn write(file: &Path, servers: &Value) -> String {
    let text = json!({ "servers": servers }).to_string();
    std::fs::write(file, &text).unwrap();
    text
}

fn states(client: &LocalClient) -> Vec<(String, Source, UpstreamState)> {
    let statuses = client.statuses();
    let line = |one: &super::ServerStatus| (one.status.name.clone(), one.source, one.status.state);
    statuses.iter().map(line).collect()
}

async fn until(client: &LocalClient, what: &str, holds: impl Fn(&LocalClient) -> bool) {
    let waiting = async {
        while !holds(client) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .is_err()
    {
        panic!("waited for {what}: {:?}", states(client));
    }
}

fn is(name: &str, source: Source, state: UpstreamState) -> impl Fn(&LocalClient) -> bool {
    let wanted = (name.to_owned(), source, state);
    move |client| states(client).contains(&wanted)
}

#[tokio::test]
async fn a_change_of_the_file_is_taken_over_and_touches_nothing_else() {
    let world = World::new();
    let kept = StdioPeer::new(Script::new(Era::Modern), "local::tests::peer");
    let entry = json!({ "command": kept.command(), "args": kept.args(), "env": kept.env() });
    let other = HttpPeer::start(Script::new(Era::Modern)).await;
    write(&world.user_file(), &json!({ "kept": entry }));
    let client = world.start(Start::All);
    let mut changes = client.changes();
    assert!(client.wait_settled(Duration::from_secs(20)).await);
    let greeted = kept.seen("server/discover").len();

    write(
        &world.user_file(),
        &json!({ "kept": entry, "other": { "url": other.url() } }),
    );
    until(
        &client,
        "other",
        is("other", Source::User, UpstreamState::Connected),
    )
    .await;
    let told = async { while changes.recv().await.unwrap().server != "other" {} };
    tokio::time::timeout(Duration::from_secs(20), told)
        .await
        .unwrap();

    // A file that is no JSON any more: everything stays, and the status says where.
    std::fs::write(world.user_file(), "{").unwrap();
    until(&client, "the file", |client| {
        let statuses = client.statuses();
        let told = |one: &super::ServerStatus| {
            let reason = one.status.reason.as_deref().unwrap_or_default();
            reason.contains("mcp.json:1:1") && reason.contains("stay as they were")
        };
        statuses.iter().any(told)
    })
    .await;
    assert!(is("other", Source::User, UpstreamState::Connected)(&client));

    // Changed, then removed.
    let altered = json!({ "kept": entry, "other": { "url": other.url(), "enabled": false } });
    write(&world.user_file(), &altered);
    until(
        &client,
        "disabled",
        is("other", Source::User, UpstreamState::Configured),
    )
    .await;
    write(&world.user_file(), &json!({ "kept": entry }));
    until(&client, "gone", |client| states(client).len() == 1).await;
    assert!(is("kept", Source::User, UpstreamState::Connected)(&client));
    assert_eq!(kept.seen("server/discover").len(), greeted);
    client.close().await;
}

#[tokio::test]
async fn what_was_trusted_stays_until_the_new_content_is_trusted_too() {
    let world = World::new();
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let file = world.project().join(".keyway/mcp.json");
    let text = write(&file, &json!({ "one": { "url": peer.url() } }));
    let client = world.start(Start::All);
    assert!(is("one", Source::Project, UpstreamState::Configured)(
        &client
    ));
    world.trust(&text);
    until(
        &client,
        "trust",
        is("one", Source::Project, UpstreamState::Connected),
    )
    .await;

    let stranger = HttpPeer::start(Script::new(Era::Modern)).await;
    let swapped = write(&file, &json!({ "one": { "url": stranger.url() } }));
    until(&client, "the change", |client| {
        client.statuses().iter().any(|one| {
            let reason = one.status.reason.as_deref().unwrap_or_default();
            reason.contains("changed since it was trusted")
        })
    })
    .await;
    assert!(is("one", Source::Project, UpstreamState::Connected)(
        &client
    ));
    assert!(stranger.gate().came().is_empty());

    world.trust(&swapped);
    until(&client, "the other server", |_| {
        !stranger.gate().came().is_empty()
    })
    .await;

    let home = Home::of(&world.invocation().environment, Path::new("/")).unwrap();
    let project = Project::of(&world.project());
    assert!(Trust::remove(&home, project.file()).unwrap());
    until(
        &client,
        "the end",
        is("one", Source::Project, UpstreamState::Configured),
    )
    .await;
    assert!(client.upstreams().is_empty());
    client.close().await;
}

#[tokio::test]
async fn only_what_is_asked_for_is_connected_to() {
    let world = World::new();
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let entry = json!({ "url": peer.url() });
    write(
        &world.user_file(),
        &json!({ "one": entry, "two": entry, "bad": {} }),
    );
    let client = world.start(Start::Only(vec!["one".into()]));
    assert!(client.wait_settled(Duration::from_secs(20)).await);
    assert!(is("one", Source::User, UpstreamState::Connected)(&client));
    assert!(is("two", Source::User, UpstreamState::Configured)(&client));
    assert!(client.reconnect("two") && !client.reconnect("bad") && !client.reconnect("three"));
    until(
        &client,
        "two",
        is("two", Source::User, UpstreamState::Connected),
    )
    .await;
    client.close().await;
}

#[tokio::test]
async fn tokens_and_approvals_of_a_project_are_its_own() {
    use keyway_mcp::upstream::{Auth, Transport};
    let world = World::new();
    let entry = json!({ "url": "http://127.0.0.1:1/mcp", "auth": { "type": "oauth" } });
    write(&world.user_file(), &json!({ "mine": entry }));
    let file = world.project().join(".keyway/mcp.json");
    world.trust(&write(&file, &json!({ "theirs": entry })));
    let client = world.start(Start::All);
    let profile = Project::of(&world.project()).profile();
    assert_eq!(profile.len(), 16);
    for configured in client.servers() {
        let wanted = match configured.source {
            Source::User => "",
            Source::Project => profile.as_str(),
        };
        let Transport::Http(http) = configured.server.spec.unwrap().transport else {
            panic!("http")
        };
        let Auth::OAuth(oauth) = http.auth else {
            panic!("oauth")
        };
        assert_eq!(oauth.profile, wanted);
    }
    let mut profiles: Vec<_> = client.servers_of_calls();
    profiles.sort();
    assert_eq!(profiles, [String::new(), profile]);
    client.close().await;
}

impl LocalClient {
    fn servers_of_calls(&self) -> Vec<String> {
        let servers = keyway_client::calls::Servers::servers(self);
        servers.into_iter().map(|server| server.profile).collect()
    }
}

#[tokio::test]
async fn private_addresses_that_servers_name_are_allowed_by_a_variable() {
    let world = World::new();
    let mut invocation = world.invocation();
    let own = world.dir.path().join("own");
    let set = |allow: &str| -> Environment {
        let pairs = [
            ("KEYWAY_HOME", own.to_str().unwrap()),
            ("KEYWAY_EGRESS_ALLOW", allow),
        ];
        pairs.into_iter().collect()
    };
    invocation.environment = set("10.0.0.0/8, sso.example");
    assert!(LocalClient::start(&invocation, Options::following()).is_ok());
    invocation.environment = set("10.0.0.0/99");
    let refused = LocalClient::start(&invocation, Options::following());
    let text = refused.err().unwrap().to_text();
    assert!(text.contains("KEYWAY_EGRESS_ALLOW"), "{text}");
}
