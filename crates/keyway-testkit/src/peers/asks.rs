use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::outlet::Outlet;
use super::peer::Peer;
use super::script::Era;

fn question() -> Value {
    json!({
        "mode": "form",
        "message": "Who are you?",
        "requestedSchema": {
            "type": "object",
            "properties": { "name": { "type": "string" } },
            "required": ["name"]
        }
    })
}

/// Asks for the folders worked in, outside any call.
pub(super) fn roots(peer: &Peer, out: &Outlet) {
    let id = peer.ids.fetch_add(1, Ordering::SeqCst) + 1_000;
    let request = json!({ "jsonrpc": "2.0", "id": id, "method": "roots/list" });
    let _ = out.send(request.to_string().into_bytes());
}

/// The `ask` tool: how the client is asked depends on the era. `None` when it went away.
///
/// A legacy peer asks what the argument `method` names, and names the call's progress token when
/// the argument `named` is true.
pub(super) async fn ask(peer: &Arc<Peer>, params: &Value, out: &Outlet) -> Option<String> {
    if peer.script.era == Era::Modern {
        let answer = &params["inputResponses"]["who"];
        if answer.is_null() {
            return Some(
                json!({
                    "resultType": "input_required",
                    "inputRequests": { "who": { "method": "elicitation/create", "params": question() } },
                    "requestState": "opaque \"state\""
                })
                .to_string(),
            );
        }
        let state = &params["requestState"];
        return Some(
            json!({ "resultType": "complete", "content": [], "answer": answer, "state": state })
                .to_string(),
        );
    }
    let id = peer.ids.fetch_add(1, Ordering::SeqCst) + 1_000;
    let (tell, told) = oneshot::channel();
    peer.pending.lock().insert(id, tell);
    let arguments = &params["arguments"];
    let (method, mut asked) = match arguments["method"].as_str() {
        Some(method) => (method, json!({})),
        None => ("elicitation/create", question()),
    };
    if arguments["named"] == true {
        asked["_meta"] = json!({ "progressToken": params["_meta"]["progressToken"] });
    }
    let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": asked });
    out.send(request.to_string().into_bytes()).ok()?;
    let answer = told.await.ok()?;
    let answer = match answer.get("error") {
        Some(error) => json!({ "error": error }),
        None => answer["result"].clone(),
    };
    Some(json!({ "content": [], "answer": answer }).to_string())
}
