//! What is relayed stays as it was written.

use keyway_testkit::peers::{Era, HttpPeer, Script, StdioPeer};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use super::STDIO_PEER;
use super::rig::{Rig, http, stdio, tool};

/// JSON text as no serializer would write it: numbers of any size and spelling, space anywhere,
/// keys in any order, escapes that need not be.
fn json_text() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,40})",
        "-?(0|[1-9][0-9]{0,3})\\.[0-9]{1,30}",
        "(0|[1-9])(\\.[0-9]{1,2})?[eE][+-]?[0-9]{1,2}",
    ];
    let string = prop_oneof![
        "\"[a-zA-Z0-9 ]{0,12}\"",
        Just(r#""\u0061\/\"\\ \ud83d\ude00é""#.to_owned()),
        Just(r#""input_required""#.to_owned()),
    ];
    let leaf = prop_oneof![
        number,
        string,
        Just("null".to_owned()),
        Just("true".to_owned())
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let space = prop_oneof![Just(""), Just(" "), Just(" \t")];
        let member = ("[a-z]{1,3}", space.clone(), inner.clone());
        prop_oneof![
            (space, prop::collection::vec(inner, 0..5)).prop_map(|(space, items)| format!(
                "[{space}{}{space}]",
                items.join(&format!("{space},"))
            )),
            prop::collection::vec(member, 0..5).prop_map(|members| {
                let members: Vec<_> = members
                    .iter()
                    .enumerate()
                    .map(|(at, (key, space, value))| format!("\"{key}{at}\"{space}:{space}{value}"))
                    .collect();
                format!("{{{}}}", members.join(" ,"))
            }),
        ]
    })
}

fn samples(count: u32) -> Vec<String> {
    let mut runner = TestRunner::new(Config::default());
    let strategy = json_text();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

#[tokio::test]
async fn arguments_and_results_are_relayed_byte_for_byte() {
    for streams in [false, true] {
        let script = Script {
            streams,
            ..Script::new(Era::Modern)
        };
        let peer = HttpPeer::start(script).await;
        let rig = Rig::new();
        let server = rig.connect(http("x", peer.url())).await;
        for text in samples(150) {
            let call = tool("echo", &text);
            let answer = call.send(&server).await.unwrap();
            let expected = format!(r#"{{"content":[],"echo":{text},"meta":{{"#);
            assert!(answer.as_str().starts_with(&expected), "{text}");
        }
    }
}

#[tokio::test]
async fn results_with_unknown_fields_keep_every_byte() {
    let odd = r#"{ "zeta" : 1, "alpha":[ 1.0, 1.00, 12345678901234567890123, 1E400 ],"content":[{"type":"new-kind","x":{"b":1,"a":2}}],"_meta":{"k":"\u0076"}, "resultType":"complete" }"#;
    let script = |era| Script {
        results: [("odd".to_owned(), odd.to_owned())].into(),
        ..Script::new(era)
    };
    let rig = Rig::new();
    let modern = HttpPeer::start(script(Era::Modern)).await;
    let legacy = HttpPeer::start(script(Era::Legacy)).await;
    let child = StdioPeer::new(script(Era::Legacy), STDIO_PEER);
    for spec in [
        http("modern", modern.url()),
        http("legacy", legacy.url()),
        stdio("child", &child),
    ] {
        let server = rig.connect(spec).await;
        let answer = tool("odd", "{}").send(&server).await.unwrap();
        assert_eq!(answer.as_str(), odd);
    }
}

#[tokio::test]
async fn listed_items_keep_every_byte() {
    let odd = r#"{"inputSchema" : {"type":"object","maximum":1.0e+2},"name":"odd", "execution":{"taskSupport":"optional"},"zz":[1 ,2]}"#;
    let script = Script {
        raw_tools: vec![odd.to_owned()],
        ..Script::new(Era::Modern)
    };
    let peer = HttpPeer::start(script).await;
    let rig = Rig::new();
    let server = rig.connect(http("x", peer.url())).await;
    let lists = server.lists();
    let found = lists.tools.iter().find(|tool| tool.key == "odd").unwrap();
    assert_eq!(found.json.as_str(), odd);
}
