use keyway_testkit::peers::Era;
use serde_json::{Value, json};

use super::world::{Lab, tool};

/// What a server may write anywhere to reach whoever reads it.
const INJECTIONS: [&str; 6] = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](https://evil.example/p.png)",
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31m",
    "pay\u{202e}lap\u{2066}\u{200b}\u{e0041}",
    "{{ 7 * 7 }} ${7*7} {% raw %}",
    "\" onmouseover=\"alert(1)\" x='\u{0}",
];

fn hostile(at: usize, text: &str) -> Value {
    let mut tool = tool(&format!("t{at}"), text);
    tool["title"] = text.into();
    tool["icons"] = json!([{ "src": "javascript:alert(1)" }, { "src": text }]);
    tool["inputSchema"]["properties"][text] = json!({ "type": "string", "description": text });
    tool
}

#[tokio::test]
async fn attack_what_a_server_writes_is_text_for_whoever_decides_and_unchanged_for_clients() {
    let lab = Lab::start(Era::Modern, &[tool("t0", "Adds")]).await;
    lab.until_names(&["t0"]).await;
    let hostile: Vec<_> = (0..)
        .zip(INJECTIONS)
        .map(|(at, text)| hostile(at, text))
        .collect();
    lab.relist(&hostile);
    lab.until_held(INJECTIONS.len()).await;
    let changes = lab.changes().await;
    let odd = |at: usize| {
        let findings = changes[at]["findings"].as_array().unwrap();
        findings
            .iter()
            .any(|finding| finding["risk"] == "suspicious_characters")
    };
    assert!(odd(2) && odd(3) && odd(5) && !odd(0), "{changes:?}");
    for change in &changes {
        assert_eq!(lab.answer("accept", change).await.status(), 204);
    }
    let listed = lab.listed().await;
    for (seen, said) in listed.iter().zip(&hostile) {
        for member in ["title", "description", "inputSchema", "icons"] {
            assert_eq!(seen[member], said[member]);
        }
    }
    let tools = lab.get("/v1/mcp-servers/calc/tools").await;
    let kinds: Vec<_> = tools["tools"][3]["odd"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    for kind in ["bidirectional", "invisible", "tag"] {
        assert!(
            kinds.iter().any(|odd| odd["kind"] == kind),
            "{kind}: {kinds:?}"
        );
    }
    assert_eq!(kinds[0]["codePoint"], "U+202E");
    lab.stop().await;
}

#[tokio::test]
async fn attack_giants_and_floods_are_bounded() {
    let lab = Lab::start(Era::Modern, &[tool("add", "Adds")]).await;
    lab.until_names(&["add"]).await;
    let mut many: Vec<_> = (0..5_000)
        .map(|at| tool(&format!("tool-{at:04}"), "x"))
        .collect();
    many.push(tool("add", &"y".repeat(1 << 20)));
    lab.relist(&many);
    lab.until_held(5_001).await;
    assert_eq!(lab.names().await, ["add"]);
    let answer = lab.app.get("/v1/mcp-servers/calc/changes").send().await;
    assert!(answer.text().len() < 400_000, "{}", answer.text().len());
    assert_eq!(answer.json()["changes"].as_array().unwrap().len(), 20);
    let giant = &answer.json()["changes"][0];
    assert_eq!(giant["tool"], "add");
    assert_eq!(giant["findings"][0]["risk"], "long_text", "{giant}");
    let page = lab.get("/v1/mcp-servers/calc/tools?search=4999").await;
    assert_eq!(page["tools"][0]["state"], "new", "{page}");
    assert_eq!(page["nextCursor"], Value::Null);
    let first = lab.get("/v1/mcp-servers/calc/tools").await;
    assert_eq!(first["tools"].as_array().unwrap().len(), 50);
    assert!(first["tools"][0]["description"].as_str().unwrap().len() < 3_000);

    // Names that nobody accepted are forgotten with the list they were in.
    for round in 0..3 {
        lab.relist(&[tool("add", "Adds"), tool(&format!("flood-{round}"), "x")]);
        lab.until_held(1).await;
    }
    assert_eq!(lab.states().await.len(), 2);
    lab.stop().await;
}
