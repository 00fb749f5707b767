use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::server::{Answer, Inner, field, only};
use super::state::State;
use super::{Call, Slack, chat};

/// `files.getUploadURLExternal`
pub(super) fn begin(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    only(fields, &["filename", "length"])?;
    field(fields, "filename")?;
    let length: usize = field(fields, "length")?
        .parse()
        .map_err(|_| "invalid_arguments")?;
    let id = format!("F0FILE{}", state.next());
    state.files.insert(id.clone(), (length, None));
    Ok(json!({ "upload_url": format!("{}/{id}", state.uploads), "file_id": id }))
}

/// The address that takes a file's bytes. Whoever knows it may: a token there is a mistake.
pub(super) async fn receive(
    Shared(inner): Shared<Arc<Inner>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut state = inner.state.lock();
    let authorization = headers.get(header::AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok());
    state.calls.push(Call {
        method: "upload".into(),
        authorization: authorization.unwrap_or_default().to_owned(),
        fields: BTreeMap::new(),
        error: None,
    });
    match state.files.get_mut(&id) {
        Some((length, bytes)) if *length == body.len() && authorization.is_none() => {
            *bytes = Some(body.to_vec());
            StatusCode::OK
        }
        _ => StatusCode::BAD_REQUEST,
    }
}

/// `files.completeUploadExternal`
pub(super) fn complete(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    only(
        fields,
        &["files", "channel_id", "thread_ts", "initial_comment"],
    )?;
    let files: Vec<Value> =
        serde_json::from_str(field(fields, "files")?).map_err(|_| "invalid_arguments")?;
    let id = field(fields, "channel_id")?.to_owned();
    for file in &files {
        let file = file["id"].as_str().and_then(|id| state.files.get(id));
        if !file.is_some_and(|(_, bytes)| bytes.is_some()) {
            return Err("file_not_found".into());
        }
    }
    let ts = state.next_ts();
    let channel = chat::writable(state, &id)?;
    let text = fields.get("initial_comment").cloned().unwrap_or_default();
    let mut message = json!({
        "type": "message", "subtype": "file_share", "user": Slack::BOT, "text": text, "ts": ts, "files": files
    });
    if let Some(thread) = fields.get("thread_ts") {
        message["thread_ts"] = thread.as_str().into();
    }
    channel.messages.push(message);
    Ok(json!({ "files": files }))
}
