use std::sync::Arc;
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::asks::ask;
use super::lists::page;
use super::outlet::{Listener, Outlet};
use super::peer::{Peer, capabilities};
use super::script::Era;

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    params: Option<RawParams<'a>>,
}

#[derive(Deserialize)]
struct RawParams<'a> {
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, rename = "_meta")]
    meta: Option<&'a RawValue>,
}

/// Answers one request into `out`. Nothing is sent when the peer chooses not to answer.
pub(super) async fn answer(peer: Arc<Peer>, body: String, out: Outlet) {
    let message: Value = serde_json::from_str(&body).unwrap_or_default();
    let id = message["id"].clone();
    let reply = |result: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#);
    let params = &message["params"];
    let method = message["method"].as_str().unwrap_or_default();
    let result = match method {
        "tools/call" => {
            let name = params["name"].as_str().unwrap_or_default();
            match name {
                "fail" => {
                    let error = format!(
                        r#"{{"jsonrpc":"2.0","id":{id},"error":{{"message":"no luck","code":-32050,"data":{{"n":1.0e2}},"extra":1}}}}"#
                    );
                    let _ = out.send(error.into_bytes());
                    return;
                }
                "garbage" => {
                    let mut bytes = reply(r#"{"content":""#).into_bytes();
                    bytes.extend_from_slice(b"\xff\xfe\"}}");
                    let _ = out.send(bytes);
                    return;
                }
                _ => match call(&peer, name, &body, &message, &out).await {
                    Some(result) => result,
                    None => return,
                },
            }
        }
        "subscriptions/listen" => {
            listen(&peer, &message, out);
            return;
        }
        _ => {
            if method == "completion/complete" && peer.script.slow_completions {
                peer.let_go.notified().await;
            }
            let Some(result) = simple(&peer, method, params) else {
                let error = json!({
                    "jsonrpc": "2.0", "id": id,
                    "error": { "code": -32601, "message": "Method not found" }
                });
                let _ = out.send(error.to_string().into_bytes());
                return;
            };
            result
        }
    };
    let _ = out.send(reply(&result).into_bytes());
}

fn simple(peer: &Peer, method: &str, params: &Value) -> Option<String> {
    let modern = peer.script.era == Era::Modern;
    let value = match method {
        "server/discover" if modern => json!({
            "resultType": "complete",
            "supportedVersions": ["2026-07-28"],
            "capabilities": capabilities(&peer.script)
        }),
        "initialize" if !modern => json!({
            "protocolVersion": "2025-11-25",
            "capabilities": capabilities(&peer.script),
            "serverInfo": { "name": "peer", "version": "1" }
        }),
        "ping" | "logging/setLevel" if !modern => json!({}),
        "resources/subscribe" | "resources/unsubscribe" if !modern => {
            let uri = params["uri"].as_str().unwrap_or_default().to_owned();
            if method == "resources/subscribe" {
                peer.subscribed.lock().insert(uri);
            } else {
                peer.subscribed.lock().remove(&uri);
            }
            json!({})
        }
        "tools/list" | "resources/list" | "resources/templates/list" | "prompts/list" => {
            return Some(page(peer, method, params));
        }
        "resources/read" => json!({
            "resultType": "complete",
            "contents": contents(&params["uri"])
        }),
        "prompts/get" => json!({
            "resultType": "complete",
            "messages": [{ "role": "user", "content": { "type": "text", "text": format!("hello {}", params["arguments"]["who"].as_str().unwrap_or_default()) } }]
        }),
        "completion/complete" => json!({
            "resultType": "complete",
            "completion": { "values": suggested(peer, params) }
        }),
        _ => return None,
    };
    Some(value.to_string())
}

/// The name of what is completed, or those of the script that begin like the value.
fn suggested(peer: &Peer, params: &Value) -> Value {
    let values = &peer.script.suggests;
    if values.is_empty() {
        let reference = &params["ref"];
        return json!([reference["name"].as_str().or(reference["uri"].as_str())]);
    }
    let begun = params["argument"]["value"].as_str().unwrap_or_default();
    let fitting = values.iter().filter(|value| value.starts_with(begun));
    fitting.cloned().collect()
}

fn contents(uri: &Value) -> Value {
    let text = json!({ "uri": uri, "text": "the text" });
    match uri.as_str().unwrap_or_default() {
        "test://bytes" => {
            let bytes: Vec<u8> = (0..=255).collect();
            let blob = STANDARD.encode(bytes);
            json!([{ "uri": uri, "mimeType": "image/png", "blob": blob }])
        }
        "test://broken" => json!([{ "uri": uri, "blob": "no base64!" }]),
        "test://two" => json!([text, text]),
        _ => json!([text]),
    }
}

async fn call(
    peer: &Arc<Peer>,
    name: &str,
    body: &str,
    message: &Value,
    out: &Outlet,
) -> Option<String> {
    let params = &message["params"];
    let done = r#"{"content":[{"type":"text","text":"done"}],"resultType":"complete"}"#.to_owned();
    let say = |method: &str, params: Value| {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        let _ = out.send(message.to_string().into_bytes());
    };
    match name {
        "echo" | "mirror" => {
            let raw: Raw<'_> = serde_json::from_str(body).ok()?;
            let raw = raw.params?;
            let arguments = raw.arguments.map_or("null", RawValue::get);
            let meta = raw.meta.map_or("null", RawValue::get);
            return Some(format!(
                r#"{{"content":[],"echo":{arguments},"meta":{meta},"resultType":"complete"}}"#
            ));
        }
        "progress" => {
            let token = &params["_meta"]["progressToken"];
            for step in 1..=3 {
                if !token.is_null() {
                    say(
                        "notifications/progress",
                        json!({ "progressToken": token, "progress": step, "total": 3 }),
                    );
                }
            }
            say(
                "notifications/message",
                json!({ "level": "info", "data": "a log message" }),
            );
        }
        "ask" => return ask(peer, params, out).await,
        "hang" => {
            peer.let_go.notified().await;
            return Some(r#"{"content":[{"type":"text","text":"late"}]}"#.to_owned());
        }
        "die" => {
            out.send(Vec::new()).ok()?;
            return None;
        }
        "flood" => {
            for at in 0..20_000 {
                say(
                    "notifications/message",
                    json!({ "level": "debug", "data": at }),
                );
            }
        }
        "huge" => return Some(format!(r#"{{"content":"{}"}}"#, "x".repeat(20 << 20))),
        "deep" => {
            return Some(format!(
                r#"{{"content":{}{}}}"#,
                "[".repeat(10_000),
                "]".repeat(10_000)
            ));
        }
        "change" => {
            peer.changed.store(true, Ordering::SeqCst);
            peer.announce("notifications/tools/list_changed", &json!({}));
        }
        "touch" => {
            let uri = "test://watched";
            if peer.script.era == Era::Modern || peer.subscribed.lock().contains(uri) {
                peer.announce("notifications/resources/updated", &json!({ "uri": uri }));
            }
        }
        "env" => {
            let env: std::collections::BTreeMap<_, _> = std::env::vars_os()
                .map(|(name, value)| {
                    (
                        name.to_string_lossy().into_owned(),
                        value.to_string_lossy().into_owned(),
                    )
                })
                .collect();
            return Some(
                json!({ "content": [], "env": env, "pid": std::process::id() }).to_string(),
            );
        }
        _ => return Some(peer.script.results.get(name).cloned().unwrap_or(done)),
    }
    Some(done)
}

fn listen(peer: &Peer, message: &Value, out: Outlet) {
    let filter = message["params"]["notifications"].clone();
    let acknowledged = json!({
        "jsonrpc": "2.0",
        "method": "notifications/subscriptions/acknowledged",
        "params": {
            "_meta": { "io.modelcontextprotocol/subscriptionId": message["id"] },
            "notifications": filter
        }
    });
    let _ = out.send(acknowledged.to_string().into_bytes());
    peer.listeners.lock().push(Listener {
        out,
        subscription: Some(message["id"].clone()),
        filter,
    });
}
