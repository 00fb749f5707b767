use std::time::Duration;

use keyway_core::Error;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::input::{self, channel_or_here, message_or_here};
use super::messages::thread_of;
use crate::slack::acting::Acting;
use crate::slack::api::at;
use crate::slack::error::{incomplete, unreached};
use crate::slack::mrkdwn;
use crate::slack::settings::is_guarded;

/// The most bytes of a file.
const LARGEST: usize = 1 << 20;
/// The longest name of a file, in characters.
const NAME: usize = 255;
/// How long Slack may take to receive a file.
const RECEIVING: Duration = Duration::from_mins(1);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Upload {
    channel: Option<String>,
    thread_ts: Option<String>,
    name: String,
    content: String,
    comment: Option<String>,
}

pub(super) fn upload_schema() -> Value {
    let properties = json!({
        "channel": input::channel("The channel; the one you were asked in where left out"),
        "thread_ts": input::ts("The thread's first message; the thread you were asked in where channel is left out too"),
        "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": NAME,
            "description": "The name of the file, like report.csv",
        },
        "content": {
            "type": "string",
            "minLength": 1,
            "maxLength": LARGEST,
            "description": "What is in the file: text of at most 1 MiB",
        },
        "comment": input::text("What to say about it, as Markdown"),
    });
    input::object(&properties, &["name", "content"])
}

/// `files.getUploadURLExternal`, the bytes to the address it names, `files.completeUploadExternal`. Refuses
/// a channel outside the publication before anything is sent.
pub(super) async fn upload(acting: &Acting<'_>, input: Upload) -> Result<Value, Error> {
    let here = input.channel.is_none();
    let channel = channel_or_here(acting, input.channel)?;
    acting.may_write(&channel)?;
    let thread = match (input.thread_ts, here) {
        (None, false) => None,
        (named, _) => Some(message_or_here(
            acting,
            &channel,
            "/thread_ts",
            named,
            thread_of,
        )?),
    };
    let name = input.name.trim();
    let plain = !name.contains(['/', '\\']) && !name.chars().any(char::is_control);
    if !plain || !(1..=NAME).contains(&name.chars().count()) {
        return Err(Error::invalid_at(
            "/name",
            "the name of a file, without a folder",
        ));
    }
    if !(1..=LARGEST).contains(&input.content.len()) {
        return Err(Error::invalid_at("/content", "text of 1 byte to 1 MiB"));
    }
    let fields = [
        ("filename", name.to_owned()),
        ("length", input.content.len().to_string()),
    ];
    let answer = acting.call("files.getUploadURLExternal", &fields).await?;
    let file = at(&answer, "/file_id").ok_or_else(incomplete)?.to_owned();
    let url = at(&answer, "/upload_url").ok_or_else(incomplete)?;
    send(acting, url, input.content).await?;
    let mut fields = vec![
        ("files", json!([{ "id": file, "title": name }]).to_string()),
        ("channel_id", channel.clone()),
    ];
    fields.extend(thread.clone().map(|thread| ("thread_ts", thread)));
    if let Some(comment) = input.comment.filter(|comment| !comment.trim().is_empty()) {
        fields.push((
            "initial_comment",
            mrkdwn::message(&comment, acting.broadcasts(), ""),
        ));
    }
    acting.call("files.completeUploadExternal", &fields).await?;
    Ok(json!({ "file": file, "channel": channel, "thread_ts": thread }))
}

/// Sends the bytes. The address is its own proof: the token does not go there.
async fn send(acting: &Acting<'_>, url: &str, content: String) -> Result<(), Error> {
    let parsed = Url::parse(url).map_err(|_| incomplete())?;
    if !is_guarded(&parsed) {
        return Err(incomplete());
    }
    let request = acting
        .context
        .http
        .post(url)
        .redirects(0)
        .timeout(RECEIVING);
    let request = request.body("application/octet-stream", content.into_bytes());
    let answer = request.send().await.map_err(unreached)?;
    answer.ok().map_err(unreached)?;
    Ok(())
}
