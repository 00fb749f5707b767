//! Over real connections, with servers of both eras.

use std::sync::Arc;
use std::time::Duration;

use keyway_agent::ToolStatus;
use keyway_client::calls::{ListKind, Reference, told};
use keyway_client::mentions::{expand, suggest};
use keyway_client::{Decision, Filled, Notice};
use keyway_core::ports::UpstreamState;
use keyway_core::rpc::RawJson;
use keyway_egress::{Egress, EgressConfig};
use keyway_mcp::upstream::{Http, Pool, PoolSettings, ServerSpec, Transport};
use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::world::{SystemClock, World};

const ERAS: [Era; 2] = [Era::Modern, Era::Legacy];

struct Rig {
    world: World,
    peer: HttpPeer,
    _pool: Pool,
    shutdown: CancellationToken,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

async fn rig(era: Era) -> Rig {
    rig_of(Script::new(era)).await
}

async fn rig_of(script: Script) -> Rig {
    let world = World::new();
    let peer = HttpPeer::start(script).await;
    let shutdown = CancellationToken::new();
    let pool = Pool::new(
        Arc::new(Egress::new(EgressConfig::default())),
        Arc::new(SystemClock),
        TaskTracker::new(),
        shutdown.clone(),
        Arc::new(|_| ()),
        PoolSettings::default(),
    );
    let server = pool.add(ServerSpec::new(
        "peer",
        Transport::Http(Http::new(peer.url())),
    ));
    world.add(server.clone(), "", &peer.url());
    world.calls.wait_ready("peer", &world.cancel).await.unwrap();
    assert_eq!(server.status().state, UpstreamState::Connected);
    Rig {
        world,
        peer,
        _pool: pool,
        shutdown,
    }
}

#[tokio::test]
async fn arguments_arrive_as_they_were_written() {
    for era in ERAS {
        let rig = rig(era).await;
        rig.world.person.will([Decision::Once]);
        let arguments = r#"{"n": 12345678901234567890123, "f":1.50}"#;
        let ended = rig.world.call("peer", "echo", arguments).await.unwrap();
        assert!(ended.result.as_str().contains(arguments), "{era:?}");
    }
}

#[tokio::test]
async fn what_a_server_asks_reaches_the_person_and_the_answer_the_server() {
    for era in ERAS {
        let rig = rig(era).await;
        rig.world.person.will([Decision::Once]);
        rig.world.person.fills([
            Filled::Accepted(json!({ "name": 7 })),
            Filled::Accepted(json!({ "name": "Ada" })),
        ]);
        let ended = rig.world.call("peer", "ask", "{}").await.unwrap();
        let result: Value = ended.result.read().unwrap();
        let answer = json!({ "action": "accept", "content": { "name": "Ada" } });
        assert_eq!(result["answer"], answer, "{era:?}");
        let forms = rig.world.person.forms.lock();
        assert_eq!(
            (forms.len(), forms[0].message.as_str()),
            (2, "Who are you?")
        );
    }
}

#[tokio::test]
async fn a_legacy_servers_question_about_folders_reaches_the_person() {
    let rig = rig(Era::Legacy).await;
    rig.world.person.will([Decision::Once, Decision::Once]);
    let arguments = r#"{"method":"roots/list","named":true}"#;
    let ended = rig.world.call("peer", "ask", arguments).await.unwrap();
    let result: Value = ended.result.read().unwrap();
    let roots = json!([{ "uri": "file:///work/project" }]);
    assert_eq!(result["answer"]["roots"], roots, "{result}");
}

#[tokio::test]
async fn progress_and_log_are_told() {
    for era in ERAS {
        let rig = rig(era).await;
        rig.world.person.will([Decision::Once]);
        rig.world.call("peer", "progress", "{}").await.unwrap();
        let told = rig.world.person.told.lock();
        let last = told
            .iter()
            .rfind(|notice| matches!(notice, Notice::Progress { .. }));
        let Some(Notice::Progress {
            server,
            progress,
            total,
            ..
        }) = last
        else {
            panic!("{era:?}: {told:?}");
        };
        assert_eq!(
            (server.as_str(), *progress, *total),
            ("peer", 3.0, Some(3.0))
        );
        let log =
            |notice: &Notice| matches!(notice, Notice::Log { text, .. } if text == "a log message");
        assert!(told.iter().any(log), "{era:?}: {told:?}");
    }
}

#[tokio::test]
async fn a_cancelled_call_is_cancelled_at_the_server() {
    for era in ERAS {
        let rig = rig(era).await;
        rig.world.person.will([Decision::Once]);
        let cancel = rig.world.cancel.clone();
        let stop = async {
            rig.peer.wait_seen("tools/call").await;
            cancel.cancel();
        };
        let (ended, ()) = tokio::join!(rig.world.call("peer", "hang", "{}"), stop);
        assert_eq!(told(&ended, 100).status, ToolStatus::Interrupted, "{era:?}");
        match era {
            // A modern call is cancelled by closing its stream.
            Era::Modern => {
                for _ in 0..2_000 {
                    if !rig.peer.closed().is_empty() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                assert!(!rig.peer.closed().is_empty());
            }
            Era::Legacy => drop(rig.peer.wait_seen("notifications/cancelled").await),
        }
    }
}

#[tokio::test]
async fn resources_prompts_and_completions() {
    for era in ERAS {
        let rig = rig(era).await;
        let (calls, cancel) = (&rig.world.calls, &rig.world.cancel);
        let read = calls
            .read_resource("peer", "test://static", cancel)
            .await
            .unwrap();
        let read: Value = read.read().unwrap();
        assert_eq!(read["contents"][0]["text"], "the text");
        let given = [("who".to_owned(), "Ada".to_owned())];
        let got = calls
            .get_prompt("peer", "greet", &given, cancel)
            .await
            .unwrap();
        assert!(got.as_str().contains("hello Ada"));
        let unknown = calls
            .get_prompt("peer", "gret", &[], cancel)
            .await
            .unwrap_err();
        assert_eq!(unknown.hint.as_deref(), Some("did you mean `greet`?"));
        let extra = [("how".to_owned(), "loud".to_owned())];
        let extra = calls
            .get_prompt("peer", "greet", &extra, cancel)
            .await
            .unwrap_err();
        assert_eq!(extra.problems[0].expected, "no arguments besides: who");
        let prompt = Reference::Prompt("greet".into());
        let values = calls
            .complete("peer", &prompt, "who", "A", &[], cancel)
            .await;
        assert_eq!(values, ["greet"]);
        assert_eq!(
            calls.list(ListKind::Templates, Some("peer"))[0].key,
            "test://items/{id}"
        );
        assert_eq!(calls.find_tool("echo"), ["peer"]);
        // Reading needs no approval: it is the person who asks for it.
        assert!(rig.world.person.asked.lock().is_empty());
    }
}

#[tokio::test]
async fn lines_are_expanded_and_completed() {
    let rig = rig(Era::Modern).await;
    let (calls, cancel) = (&rig.world.calls, &rig.world.cancel);
    let text = "see @peer:test://static, @peer:test://static and ada@peer:x";
    let expanded = expand(calls, text, cancel).await.unwrap();
    assert_eq!(
        expanded.text,
        format!(
            "{text}\n\n<resource server=\"peer\" uri=\"test://static\">\nthe text\n</resource>"
        )
    );
    let ran = expand(calls, "/peer:greet \"Ada L\"", cancel)
        .await
        .unwrap();
    assert_eq!(ran.text, "hello Ada L");
    assert_eq!(ran.attached, [("peer".to_owned(), "greet".to_owned())]);
    assert!(expand(calls, "/peer:gone", cancel).await.is_err());

    let texts = async |text: &str| -> Vec<String> {
        let found = suggest(calls, text, text.len(), cancel).await;
        found.into_iter().map(|one| one.text).collect()
    };
    assert_eq!(texts("hi @pe").await, ["@peer:"]);
    assert_eq!(texts("@peer:test://s").await, ["@peer:test://static"]);
    assert_eq!(
        texts("@peer:test://items/4").await,
        ["@peer:test://items/test://items/{id}"]
    );
    assert_eq!(texts("/pe").await, ["/peer:greet"]);
    assert_eq!(texts("/peer:greet w").await, ["who="]);
    assert_eq!(texts("/peer:greet who=A").await, ["who=greet"]);
    assert!(texts("nothing here").await.is_empty());
    let found = suggest(calls, "hi @pe", 6, cancel).await;
    assert_eq!(found[0].range, 3..6);
}

#[tokio::test]
async fn suggested_values_are_put_on_the_line_as_it_is_read() {
    for era in ERAS {
        let mut script = Script::new(era);
        let long = "x".repeat(600);
        let suggests = ["very short", "very \"quoted\"", "a\u{1b}[2Jb", &long];
        script.suggests = suggests.map(str::to_owned).to_vec();
        let rig = rig_of(script).await;
        let (calls, cancel) = (&rig.world.calls, &rig.world.cancel);
        let texts = async |text: &str| -> Vec<String> {
            let found = suggest(calls, text, text.len(), cancel).await;
            found.into_iter().map(|one| one.text).collect()
        };
        // What is not seen, or longer than any line, is not offered.
        let all = [r#"who="very short""#, r#"who="very \"quoted\"""#];
        assert_eq!(texts("/peer:greet who=").await, all);
        assert_eq!(texts(r#"/peer:greet who="very s"#).await, all[..1]);
        let asked = rig.peer.seen("completion/complete");
        let asked = &asked.last().unwrap().json()["params"]["argument"];
        assert_eq!(*asked, json!({ "name": "who", "value": "very s" }));
        let uris = texts("@peer:test://items/very").await;
        assert_eq!(uris, [r#"@peer:"test://items/very short""#]);
    }
}

#[tokio::test]
async fn a_server_that_does_not_complete_is_not_asked() {
    for era in ERAS {
        let mut script = Script::new(era);
        script.no_completions = true;
        let rig = rig_of(script).await;
        let (calls, cancel) = (&rig.world.calls, &rig.world.cancel);
        assert!(!calls.completes("peer"));
        for text in ["/peer:greet who=", "@peer:test://items/"] {
            let found = suggest(calls, text, text.len(), cancel).await;
            assert!(found.is_empty(), "{found:?}");
        }
        assert!(rig.peer.seen("completion/complete").is_empty());
    }
}

#[tokio::test]
async fn a_servers_error_is_told() {
    let rig = rig(Era::Modern).await;
    rig.world.person.will([Decision::Once]);
    let null = RawJson::parse("null".into()).unwrap();
    let ended = rig
        .world
        .calls
        .call_tool("peer", "fail", &null, &rig.world.cancel)
        .await;
    let error = ended.unwrap_err();
    assert_eq!(error.code, "server_error");
    assert_eq!(error.message, "the server refused: no luck (-32050)");
}
