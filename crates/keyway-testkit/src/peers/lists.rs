use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::peer::Peer;

/// One page of a list.
pub(super) fn page(peer: &Peer, method: &str, params: &Value) -> String {
    let (member, items) = match method {
        "tools/list" => ("tools", tools(peer)),
        "resources/list" => (
            "resources",
            vec![
                r#"{"uri":"test://static","name":"static"}"#.to_owned(),
                r#"{"uri":"test://watched","name":"watched"}"#.to_owned(),
            ],
        ),
        "resources/templates/list" => (
            "resourceTemplates",
            vec![r#"{"uriTemplate":"test://items/{id}","name":"items"}"#.to_owned()],
        ),
        _ => (
            "prompts",
            vec![r#"{"name":"greet","arguments":[{"name":"who"}]}"#.to_owned()],
        ),
    };
    let start: usize = params["cursor"]
        .as_str()
        .and_then(|cursor| cursor.parse().ok())
        .unwrap_or_default();
    let size = match peer.script.page {
        0 => usize::MAX,
        size => size,
    };
    let end = start.saturating_add(size).min(items.len());
    let part = items.get(start.min(end)..end).unwrap_or_default().join(",");
    let next = if peer.script.repeats_cursor {
        r#","nextCursor":"0""#.to_owned()
    } else if end < items.len() {
        format!(r#","nextCursor":"{end}""#)
    } else {
        String::new()
    };
    format!(
        r#"{{"{member}":[{part}]{next},"resultType":"complete","ttlMs":0,"cacheScope":"private"}}"#
    )
}

const MIRROR: &str = r#"{"name":"mirror","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}}"#;

fn tools(peer: &Peer) -> Vec<String> {
    if let Some(tools) = &*peer.relisted.lock() {
        return tools.clone();
    }
    let plain =
        |name: &str| json!({ "name": name, "inputSchema": { "type": "object" } }).to_string();
    let mut tools: Vec<_> = [
        "echo", "fail", "progress", "ask", "hang", "die", "flood", "huge", "deep", "garbage",
        "change", "touch", "env",
    ]
    .into_iter()
    .map(plain)
    .collect();
    let listings = peer.listings.fetch_add(1, Ordering::SeqCst);
    let mirror = if peer.script.late_header && listings == 0 {
        plain("mirror")
    } else {
        MIRROR.to_owned()
    };
    tools.push(mirror);
    tools.extend(peer.script.results.keys().map(|name| plain(name)));
    tools.extend((0..peer.script.extra_tools).map(|at| plain(&format!("tool-{at}"))));
    tools.extend(peer.script.raw_tools.iter().cloned());
    if peer.changed.load(Ordering::SeqCst) {
        tools.push(plain("added"));
    }
    tools
}
