use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, LazyLock};

use keyway_app::List;
use keyway_core::names::Prefix;
use keyway_core::ports::{Change, ChangeKind, Lists, RelayMethod, Upstream};
use keyway_store::Purpose;
use proptest::prelude::*;
use serde_json::json;

use crate::fake_upstream::{FakeUpstream, asked, item, raw, resources, tools};
use crate::support::{Asking, Process, Shared, listed, stranger};

fn names() -> impl Strategy<Value = BTreeSet<String>> {
    let name = prop_oneof!["[a-z_]{1,6}", "[a-zA-Z0-9_.-]{1,80}", "\\PC{1,12}"];
    prop::collection::btree_set(name, 0..8)
}

fn uris() -> impl Strategy<Value = BTreeSet<String>> {
    let uri = prop_oneof![
        "(file|demo)://[a-c]/[a-c]",
        "keyway\\+[ab]:file://x",
        "[a-z]{1,3}:\\PC{0,8}"
    ];
    prop::collection::btree_set(uri, 0..8)
}

fn prefix() -> impl Strategy<Value = Prefix> {
    prop_oneof![
        Just(Prefix::Server),
        Just(Prefix::None),
        "[a-z_]{0,4}".prop_map(Prefix::Custom)
    ]
}

static SHARED: LazyLock<Shared> = LazyLock::new(Shared::start);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever servers list, every name a client sees is there once and leads back to what it
    /// stands for.
    #[test]
    fn every_listed_name_leads_back(
        servers in prop::collection::btree_map(
            "[a-z][a-z0-9_.-]{0,5}",
            (prefix(), names(), names(), uris(), uris()),
            1..4,
        )
    ) {
        let process = &SHARED.process;
        SHARED.runtime.block_on(async {
            let mut all: Vec<Arc<FakeUpstream>> = Vec::new();
            for (key, (prefix, tools, prompts, uris, templates)) in &servers {
                let upstream = FakeUpstream::with_prefix(key, prefix.clone());
                let items = |member: &str, keys: &BTreeSet<String>| {
                    keys.iter().map(|key| item(member, key)).collect()
                };
                upstream.list(Lists {
                    tools: items("name", tools),
                    prompts: items("name", prompts),
                    resources: items("uri", uris),
                    templates: items("uriTemplate", templates),
                    ..Lists::default()
                });
                all.push(upstream);
            }
            process.app.set_upstreams(all.iter().map(|u| Arc::clone(u) as _).collect());

            let kinds = [
                (List::Tools, RelayMethod::CallTool, "name"),
                (List::Prompts, RelayMethod::GetPrompt, "name"),
                (List::Resources, RelayMethod::ReadResource, "uri"),
            ];
            for (list, method, member) in kinds {
                let mut seen = HashSet::new();
                let mut reached = BTreeSet::new();
                for listed in listed(&process.app, &process.app.local(), list) {
                    let exposed = listed[member].as_str().unwrap().to_owned();
                    let asking = Asking::new(&process.app);
                    let answer = asking.call(&process.app, method, &exposed, json!({})).await;
                    let answer: String = answer.unwrap().read().unwrap();
                    let server = all.iter().find(|u| u.log.lock().last() == Some(&answer));
                    let server = server.expect("one of them was asked");
                    server.log.lock().clear();
                    let asked = answer.strip_prefix(method.as_str()).unwrap().trim_start_matches(' ');
                    reached.insert((server.key().to_owned(), asked.to_owned()));
                    prop_assert!(seen.insert(exposed.clone()), "{exposed} is listed twice");
                    if list != List::Resources {
                        prop_assert!(exposed.len() <= 64, "{exposed} is too long");
                    }
                }
                let own: BTreeSet<_> = servers
                    .iter()
                    .flat_map(|(key, (_, tools, prompts, uris, _))| {
                        let names = match list {
                            List::Tools => tools,
                            List::Prompts => prompts,
                            _ => uris,
                        };
                        names.iter().map(|name| (key.clone(), name.trim_start_matches(' ').to_owned()))
                    })
                    .collect();
                prop_assert_eq!(reached, own);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_listed_item_keeps_every_byte_but_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let upstream = FakeUpstream::new("files");
    let mut lists = tools(&["read"]);
    let text = r#"{ "x":1.50e+3 ,"name":"read","big":12345678901234567890123,"_meta":{"a":[ ]}}"#;
    lists.tools[0].json = raw(text);
    upstream.list(lists);
    process.app.set_upstreams(vec![upstream]);
    let page = process
        .app
        .list(&process.app.local(), List::Tools, None)
        .unwrap();
    let expected = text.replace(r#""read""#, r#""mcp__files__read""#);
    assert_eq!(page.items.as_str(), format!("[{expected}]"));
    process.stop().await;
}

#[tokio::test]
async fn an_item_without_a_name_costs_only_itself() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let upstream = FakeUpstream::new("s");
    let mut lists = tools(&["broken", "good"]);
    lists.tools[0].json = raw(r#"{"title":"no name"}"#);
    upstream.list(lists);
    process.app.set_upstreams(vec![upstream]);
    let tools = listed(&process.app, &process.app.local(), List::Tools);
    assert_eq!(tools, [json!({ "name": "mcp__s__good" })]);
    process.stop().await;
}

#[tokio::test]
async fn a_resource_that_two_servers_have_is_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let app = &process.app;
    let (one, other) = (FakeUpstream::new("a"), FakeUpstream::new("b"));
    for upstream in [&one, &other] {
        upstream.list(resources(&["file:///x"]));
        upstream.answers(
            r#"{"contents":[{"uri":"file:///x","text":"1.0"},{"uri":"file:///y"}],"z":1}"#,
        );
    }
    app.set_upstreams(vec![Arc::clone(&other) as _, Arc::clone(&one) as _]);
    let uris = listed(app, &app.local(), List::Resources);
    assert_eq!(
        uris,
        [
            json!({ "uri": "file:///x" }),
            json!({ "uri": "keyway+b:file:///x" })
        ]
    );
    let read = async |uri: &str| {
        let asking = Asking::new(app);
        let read = asking.call(app, RelayMethod::ReadResource, uri, json!({}));
        read.await.unwrap().as_str().to_owned()
    };
    let plain = read("file:///x").await;
    assert!(plain.contains(r#"{"uri":"file:///x","text":"1.0"}"#));
    assert_eq!(one.last(), asked(RelayMethod::ReadResource, "file:///x"));
    assert_eq!(
        read("keyway+b:file:///x").await,
        r#"{"contents":[{"uri":"keyway+b:file:///x","text":"1.0"},{"uri":"file:///y"}],"z":1}"#
    );
    assert_eq!(other.last(), asked(RelayMethod::ReadResource, "file:///x"));
    process.stop().await;
}

#[tokio::test]
async fn a_uri_that_is_not_listed_finds_its_server_by_template_or_scheme() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let app = &process.app;
    let (one, other) = (FakeUpstream::new("a"), FakeUpstream::new("b"));
    one.list(Lists {
        templates: vec![item("uriTemplate", "demo://text/{id}")],
        ..Lists::default()
    });
    other.list(Lists {
        resources: vec![item("uri", "only://here")],
        templates: vec![item("uriTemplate", "demo://blob/{id}")],
        ..Lists::default()
    });
    app.set_upstreams(vec![Arc::clone(&one) as _, Arc::clone(&other) as _]);
    let read = async |uri: &str| {
        let asking = Asking::new(app);
        asking
            .call(app, RelayMethod::ReadResource, uri, json!({}))
            .await
    };
    read("demo://text/1").await.unwrap();
    assert_eq!(
        one.last(),
        asked(RelayMethod::ReadResource, "demo://text/1")
    );
    read("demo://blob/1").await.unwrap();
    assert_eq!(
        other.last(),
        asked(RelayMethod::ReadResource, "demo://blob/1")
    );
    read("only://elsewhere").await.unwrap();
    assert_eq!(
        other.last(),
        asked(RelayMethod::ReadResource, "only://elsewhere")
    );
    read("keyway+a:only://elsewhere").await.unwrap();
    assert_eq!(
        one.last(),
        asked(RelayMethod::ReadResource, "only://elsewhere")
    );
    for lost in [
        "demo://other/1",
        "demo://text/../../x",
        "keyway+c:x:y",
        "nothing",
        "",
    ] {
        let error = read(lost).await.unwrap_err();
        assert_eq!(error.code, -32602, "{lost}");
    }
    process.stop().await;
}

#[tokio::test]
async fn another_organization_sees_and_reaches_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let status = Vec::new();
    let process = Process::start(directory.path(), Purpose::Serve, status).await;
    let app = &process.app;
    let upstream = FakeUpstream::new("files");
    upstream.list(tools(&["read"]));
    app.set_upstreams(vec![Arc::clone(&upstream) as _]);

    let theirs = FakeUpstream::new("theirs");
    theirs.list(tools(&["read"]));
    let who = stranger();
    let mut asking = Asking::new(app);
    asking.who = who.clone();
    for list in List::ALL {
        assert!(listed(app, &who, list).is_empty());
    }
    assert!(app.upstream_statuses(&who).is_empty());
    let outcome = asking.call(app, RelayMethod::CallTool, "mcp__files__read", json!({}));
    assert_eq!(outcome.await.unwrap_err().code, -32602);
    assert!(upstream.log.lock().is_empty());

    app.set_upstreams_of(who.organization(), vec![Arc::clone(&theirs) as _]);
    let seen = listed(app, &who, List::Tools);
    assert_eq!(seen, [json!({ "name": "mcp__theirs__read" })]);
    let seen = listed(app, &app.local(), List::Tools);
    assert_eq!(seen, [json!({ "name": "mcp__files__read" })]);
    theirs.list(tools(&["write"]));
    app.upstream_changed(&Change {
        server: "theirs".into(),
        kind: ChangeKind::Lists,
    });
    let seen = listed(app, &who, List::Tools);
    assert_eq!(seen, [json!({ "name": "mcp__theirs__write" })]);
    process.stop().await;
}
