//! In which thread a message is that somebody put an emoji on: the event does not say
//! (<https://docs.slack.dev/reference/events/reaction_added>).

use keyway_core::Error;
use keyway_core::provider::{PublicationContext, WebhookEvent};
use serde_json::Value;

use super::acting::Acting;
use super::api::at;
use super::error::incomplete;
use super::place::Place;
use super::reply::no_place;
use super::rules::REACTION;

/// Whether the thread of an event is not known.
pub(super) fn is_lost(event: &WebhookEvent) -> bool {
    event.rule == REACTION
}

/// The event in the thread of its message. `conversations.replies` takes the `ts` of any message of a thread, and
/// of one that has none (<https://docs.slack.dev/reference/methods/conversations.replies>).
pub(super) async fn locate(
    context: &PublicationContext,
    event: &WebhookEvent,
) -> Result<WebhookEvent, Error> {
    let acting = Acting::new(context)?;
    let place = Place::read(&event.place).ok_or_else(no_place)?;
    let fields = [
        ("channel", place.channel.clone()),
        ("ts", place.ts.clone()),
        ("limit", "1".to_owned()),
    ];
    let answer = acting.call("conversations.replies", &fields).await?;
    let messages = answer.get("messages").and_then(Value::as_array);
    let first = messages.and_then(|all| all.first());
    let first = first.ok_or_else(incomplete)?;
    let (ts, thread) = (at(first, "/ts"), at(first, "/thread_ts"));
    let thread = match thread.or(ts) {
        // It is in no thread: answers to it are beside it where those to others are.
        Some(thread) if thread == place.ts => {
            let beside = place.direct || acting.triggers.flows(&place.channel);
            let began = first.get("reply_count").and_then(Value::as_u64) > Some(0);
            (began || !beside).then(|| thread.to_owned())
        }
        Some(thread) => Some(thread.to_owned()),
        None => return Err(incomplete()),
    };
    let place = Place {
        thread_ts: thread,
        ..place
    };
    Ok(WebhookEvent {
        thread: Some(place.thread()),
        place: place.to_value(),
        ..event.clone()
    })
}
