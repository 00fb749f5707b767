//! Every call is in the log: what it was, who made it, how it ended; and nothing that was sent.

use std::sync::Arc;

use keyway_app::Surface;
use keyway_app::audit::AuditSettings;
use keyway_core::action::Expose;
use keyway_core::ports::{Definition, Lists, RelayMethod};
use keyway_core::{Action, Arrival, Error, Kind, TraceId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::world::World;
use crate::fake_upstream::{FakeUpstream, raw};
use crate::support::Asking;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[derive(Deserialize, JsonSchema)]
struct Note {
    text: String,
}

fn action(slug: &str, outcome: fn() -> Result<Value, Error>) -> Action {
    Action::new(slug, move |_, note: Note| async move {
        drop(note.text);
        outcome()
    })
    .expose(Expose::ALL)
}

fn sent(arguments: &Value) -> Value {
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    json!({ "arguments": arguments, "_meta": { "traceparent": parent } })
}

fn upstream() -> Arc<FakeUpstream> {
    let tool = |name: &str, hints: &str| Definition {
        key: name.to_owned(),
        json: raw(&format!(r#"{{"name":"{name}","inputSchema":{{}}{hints}}}"#)),
    };
    let upstream = FakeUpstream::new("files");
    upstream.list(Lists {
        tools: vec![
            tool("look", r#","annotations":{"readOnlyHint":true}"#),
            tool("write", ""),
            tool("lie", r#","annotations":{"readOnlyHint":"true"}"#),
        ],
        resources: vec![Definition {
            key: "file:///srv/a".to_owned(),
            json: raw(r#"{"uri":"file:///srv/a","name":"a"}"#),
        }],
        ..Lists::default()
    });
    upstream
}

/// What is told of an event, in a line.
fn told(record: &Value) -> String {
    let text = |pointer: &str| {
        record
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or("-")
    };
    format!(
        "{} {} {} {} {}",
        text("/kind"),
        text("/target/id"),
        text("/phase"),
        text("/outcome"),
        text("/code")
    )
}

#[tokio::test]
async fn what_may_change_something_is_written_down_before_and_after() {
    let world = World::start(vec![action("note:add", || Ok(json!({})))]).await;
    let app = &world.process.app;
    let asking = Asking::new(app);
    let params = sent(&json!({ "text": "canary" }));
    let called = asking.call(app, RelayMethod::CallTool, "note-add", params);
    called.await.unwrap();
    let records = world.records(2).await;
    assert_eq!(told(&records[0]), "call note:add intent - -");
    assert_eq!(told(&records[1]), "call note:add outcome ok -");
    assert_eq!(records[1]["intent"], records[0]["id"]);
    assert_eq!(records[0]["tool"], "note-add");
    assert_eq!(records[0]["trace"], TRACE);
    assert_eq!(records[0]["request"], records[1]["request"]);
    assert!(records[1]["durationUs"].is_u64());
    // printf '{"text":"canary"}' | sha256sum
    assert_eq!(
        records[0]["arguments"],
        json!({ "sha256": "c7e705e637f2db8927161869f0b77cea054a0b7fdf828b09c6fdd46f80753ca0" })
    );
    world.process.stop().await;
}

#[tokio::test]
async fn how_calls_end_is_told_apart() {
    let actions = vec![
        action("ok", || Ok(json!({}))).read_only(),
        action("conflict", || {
            Err(Error::new(Kind::Conflict, "taken", "no"))
        })
        .read_only(),
        action("fault", || Err(Error::internal("disk"))).read_only(),
        action("panic", || panic!("canary")).read_only(),
    ];
    let world = World::start(actions).await;
    let app = &world.process.app;
    let asking = Asking::new(app);
    for slug in ["ok", "conflict", "fault", "panic"] {
        let input = json!({ "text": "canary" });
        let _ = asking.invoke(app, slug, input, Surface::Http).await;
    }
    let _ = asking
        .invoke(app, "ok", json!({ "text": 7 }), Surface::Http)
        .await;
    let unknown = asking.call(app, RelayMethod::CallTool, "nothing", sent(&json!({})));
    unknown.await.unwrap_err();
    asking.cancel.cancel();
    let input = json!({ "text": "canary" });
    let _ = asking.invoke(app, "ok", input, Surface::Cli).await;
    let records = world.records(7).await;
    let told: Vec<_> = records.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "call ok - ok -",
            "call conflict - tool_error taken",
            "call fault - failed internal_error",
            "call panic - failed internal_error",
            "call ok - refused invalid_input",
            "call nothing - refused unknown_name",
            "call ok - cancelled cancelled",
        ]
    );
    assert!(!format!("{records:?}").contains("canary"));
    world.process.stop().await;
}

#[tokio::test]
async fn a_call_that_is_dropped_was_cancelled() {
    let hang = Action::new("hang", |_, _: Value| async {
        std::future::pending::<()>().await;
        Ok::<_, Error>(json!({}))
    });
    let world = World::start(vec![hang.expose(Expose::ALL)]).await;
    let app = &world.process.app;
    let asking = Asking::new(app);
    let calling = asking.invoke(app, "hang", json!({}), Surface::Http);
    let shown = async { world.records(1).await };
    tokio::select! {
        _ = calling => unreachable!("it hangs"),
        records = shown => assert_eq!(told(&records[0]), "call hang intent - -"),
    }
    let records = world.records(2).await;
    assert_eq!(told(&records[1]), "call hang outcome cancelled -");
    world.process.stop().await;
}

#[tokio::test]
async fn calls_of_upstreams_are_told_by_their_own_word_on_what_they_do() {
    let world = World::start(Vec::new()).await;
    let app = &world.process.app;
    let upstream = upstream();
    app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    let asking = Asking::new(app);
    upstream.answers(r#"{"content":[],"isError":true}"#);
    for tool in ["look", "write", "lie"] {
        let name = format!("mcp__files__{tool}");
        let called = asking.call(app, RelayMethod::CallTool, &name, sent(&json!({})));
        called.await.unwrap();
    }
    upstream.answers(r#"{"contents":[]}"#);
    let uri = "file:///srv/a?token=canary";
    let read = asking.call(app, RelayMethod::ReadResource, uri, json!({ "uri": uri }));
    read.await.unwrap();
    let records = world.records(6).await;
    let mut told: Vec<_> = records.iter().map(told).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "call mcp__files__lie intent - -",
            "call mcp__files__lie outcome tool_error -",
            "call mcp__files__look - tool_error -",
            "call mcp__files__write intent - -",
            "call mcp__files__write outcome tool_error -",
            "resource_read file:///srv/a - ok -",
        ]
    );
    assert!(records.iter().all(|record| record["server"] == "files"));
    assert!(!format!("{records:?}").contains("canary"));
    world.process.stop().await;
}

#[tokio::test]
async fn who_it_was_and_from_where_is_told() {
    let world = World::start(vec![action("ok", || Ok(json!({}))).read_only()]).await;
    let app = &world.process.app;
    let who = app
        .authenticate(world.process.key.as_deref().unwrap())
        .await
        .unwrap();
    let trace = TraceId::of_traceparent(&format!("00-{TRACE}-00f067aa0ba902b7-01"));
    let asking = Asking {
        who: who.arriving(Arrival {
            address: Some([192, 0, 2, 7].into()),
            trace,
        }),
        ..Asking::new(app)
    };
    asking
        .invoke(app, "ok", json!({ "text": "" }), Surface::Http)
        .await
        .unwrap();
    let records = world.records(1).await;
    let record = &records[0];
    let actor = who.actor().unwrap();
    assert_eq!(
        record["actor"],
        json!({ "type": "user", "id": actor.as_str() })
    );
    assert!(record["credential"].as_str().unwrap().starts_with("key_"));
    assert_eq!(record["address"], "192.0.2.7");
    assert_eq!(record["trace"], TRACE);
    world.process.stop().await;
}

#[tokio::test]
async fn arguments_are_kept_where_it_is_said_and_secrets_never() {
    let settings = AuditSettings {
        keep_arguments: vec!["note-*".parse().unwrap()],
        ..AuditSettings::default()
    };
    let actions = vec![
        action("note:add", || Ok(json!({}))).read_only(),
        action("other", || Ok(json!({}))).read_only(),
    ];
    let world = World::with(actions, settings).await;
    let app = &world.process.app;
    let asking = Asking::new(app);
    let text = "shown, but not ghp_canary4canary4canary4";
    let input = || json!({ "text": text, "password": "canary", "api": { "key": ["canary"] } });
    for slug in ["note:add", "other"] {
        let _ = asking.invoke(app, slug, input(), Surface::Http).await;
    }
    let records = world.records(2).await;
    let kept = &records[0]["arguments"]["kept"];
    assert_eq!(kept["text"], "shown, but not [masked]");
    assert_eq!(kept["password"], "[masked]");
    assert_eq!(records[1]["arguments"].as_object().unwrap().len(), 1);
    let raw = std::fs::read(world.database()).unwrap();
    let log = std::fs::read(world.directory.path().join("keyway.db-wal")).unwrap_or_default();
    for file in [raw, log] {
        let text = String::from_utf8_lossy(&file);
        assert!(!text.contains("canary"), "a secret is in the file");
    }
    world.process.stop().await;
}
