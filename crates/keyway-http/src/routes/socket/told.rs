use axum::extract::ws::Message;
use keyway_app::channels::Lost;
use keyway_core::channel;
use keyway_core::json::quote;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind, RequestId};

use super::MAX_ANSWER;
use super::said::Id;
use crate::refusal::Refusal;

fn written(id: &Id) -> String {
    serde_json::to_string(id).unwrap_or_default()
}

/// What an action answered.
pub(super) fn result(id: &Id, output: &RawJson) -> Result<Message, Error> {
    if output.as_str().len() > MAX_ANSWER {
        return Err(Error::new(
            Kind::TooLarge,
            "answer_too_large",
            "the answer is larger than 1 MiB, the most a socket carries",
        )
        .with_hint("call the action over HTTP"));
    }
    let (id, output) = (written(id), output.as_str());
    Ok(Message::text(format!(
        r#"{{"id":{id},"type":"result","output":{output}}}"#
    )))
}

/// What went wrong, in the words of an HTTP answer.
pub(super) fn error(id: Option<&Id>, refused: impl Into<Refusal>, request: &RequestId) -> Message {
    let id = id.map_or_else(|| "null".to_owned(), written);
    let error = refused.into().problem(request);
    Message::text(format!(r#"{{"id":{id},"type":"error","error":{error}}}"#))
}

/// That it is done: `cancelled`, `subscribed`, `unsubscribed`.
pub(super) fn done(id: &Id, what: &str) -> Message {
    let id = written(id);
    Message::text(format!(r#"{{"id":{id},"type":"{what}"}}"#))
}

/// A message that was published to a channel.
pub(super) fn published(message: &channel::Message) -> Message {
    let message = message.to_json();
    Message::text(format!(r#"{{"type":"message","message":{message}}}"#))
}

/// That messages of a channel are no longer kept which a subscriber wanted.
pub(super) fn missed(channel: &str) -> Message {
    let channel = quote(channel);
    Message::text(format!(r#"{{"type":"missed","channel":{channel}}}"#))
}

/// That a subscription ended, and why.
pub(super) fn ended(channel: &str, lost: Lost) -> Message {
    let (channel, code, message) = (quote(channel), quote(lost.code()), quote(lost.describe()));
    Message::text(format!(
        r#"{{"type":"ended","channel":{channel},"error":{{"code":{code},"detail":{message}}}}}"#
    ))
}
