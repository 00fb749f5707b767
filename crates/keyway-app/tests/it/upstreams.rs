use std::sync::Arc;

use keyway_core::ports::{Definition, Lists, RelayMethod};
use keyway_store::Purpose;
use serde_json::json;

use crate::fake_upstream::{FakeUpstream, asked, item, raw, tools};
use crate::support::{Asking, Process};

#[tokio::test]
async fn an_answer_is_handed_through_byte_for_byte() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let upstream = FakeUpstream::new("s");
    upstream.list(tools(&["t"]));
    let answer = r#"{ "content":[] , "n":1.0e0,"huge":123456789012345678901234567890, "_meta":{"k":"\u00e9"}}"#;
    upstream.answers(answer);
    process.app.set_upstreams(vec![upstream]);
    let asking = Asking::new(&process.app);
    let result = asking.call(&process.app, RelayMethod::CallTool, "mcp__s__t", json!({}));
    assert_eq!(result.await.unwrap().as_str(), answer);
    process.stop().await;
}

#[tokio::test]
async fn an_answer_that_breaks_its_own_schema_is_counted_and_handed_through() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, upstream) = (&process.app, FakeUpstream::new("s"));
    let schema = r#"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#;
    let definition = Definition {
        key: "t".into(),
        json: raw(&format!(r#"{{"name":"t","outputSchema":{schema}}}"#)),
    };
    upstream.list(Lists {
        tools: vec![definition],
        ..Lists::default()
    });
    app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    let answers = [
        (r#"{"content":[],"structuredContent":{"n":1}}"#, 0),
        (r#"{"content":[],"structuredContent":{"n":"s3cret"}}"#, 1),
        (r#"{"content":[],"structuredContent":{},"isError":true}"#, 1),
        (r#"{"resultType":"input_required"}"#, 1),
        (r#"{"content":[],"structuredContent":[]}"#, 2),
    ];
    for (answer, violations) in answers {
        upstream.answers(answer);
        let asking = Asking::new(app);
        let result = asking.call(app, RelayMethod::CallTool, "mcp__s__t", json!({}));
        assert_eq!(result.await.unwrap().as_str(), answer);
        let text = app.metrics().render();
        let line = format!("keyway_upstream_output_violations_total {violations}\n");
        assert!(text.contains(&line), "{text}");
    }
    let text = app.metrics().render();
    assert!(text.contains("keyway_calls_total{kind=\"upstream_tool\",name=\"mcp__s__t\"} 5\n"));
    assert!(
        text.contains("keyway_call_errors_total{kind=\"upstream_tool\",name=\"mcp__s__t\"} 1\n")
    );
    process.stop().await;
}

#[tokio::test]
async fn completions_reach_the_server_whose_prompt_or_template_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, upstream) = (&process.app, FakeUpstream::new("s"));
    upstream.list(Lists {
        prompts: vec![item("name", "p")],
        templates: vec![item("uriTemplate", "demo://{id}")],
        ..Lists::default()
    });
    app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    let cases = [
        ("ref/prompt", "mcp__s__p", Some("p")),
        ("ref/resource", "demo://{id}", Some("demo://{id}")),
        ("ref/prompt", "p", None),
        ("ref/resource", "demo:/{id}", Some("demo:/{id}")),
        ("ref/resource", "other://{id}", None),
        ("ref/other", "mcp__s__p", None),
    ];
    for (kind, target, own) in cases {
        let params = json!({ "ref": { "type": kind }, "argument": { "name": "a", "value": "" } });
        let asking = Asking::new(app);
        let outcome = asking
            .call(app, RelayMethod::Complete, target, &params)
            .await;
        match own {
            Some(own) => {
                outcome.unwrap();
                assert_eq!(upstream.last(), asked(RelayMethod::Complete, own));
            }
            None => assert_eq!(outcome.unwrap_err().code, -32602, "{kind} {target}"),
        }
    }
    process.stop().await;
}

#[tokio::test]
async fn a_tool_tells_its_header_parameters() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, upstream) = (&process.app, FakeUpstream::new("s"));
    let tool = |key: &str, schema: &str| Definition {
        key: key.into(),
        json: raw(&format!(r#"{{"name":"{key}","inputSchema":{schema}}}"#)),
    };
    upstream.list(Lists {
        tools: vec![
            tool(
                "one",
                r#"{"properties":{"r":{"type":"string","x-mcp-header":"Region"}}}"#,
            ),
            tool("bad", r#"{"properties":{"r":{"x-mcp-header":7}}}"#),
        ],
        ..Lists::default()
    });
    app.set_upstreams(vec![upstream]);
    let who = app.local();
    let found = app.header_parameters(&who, "mcp__s__one");
    assert_eq!(found[0].header, "Region");
    assert_eq!(found[0].path, ["r"]);
    for other in ["mcp__s__bad", "nothing"] {
        assert!(app.header_parameters(&who, other).is_empty());
    }
    process.stop().await;
}
