use std::time::Duration;

use keyway_core::provider::{
    Examples, Gathering, Granularity, ProviderContext, PublicationOffer, PublicationScope,
    SessionDispatch, WebhookEvent,
};

use super::place::Place;
use super::rules::{EDITED, LISTENED, THREAD_REPLY};
use super::settings::Triggers;

/// What can be said to it, as somebody could write it.
pub(super) const EXAMPLES: Examples = Examples {
    settings: r#"{ "seen": "eyes" }"#,
    triggers: r#"{ "channels": ["C012AB3C4"], "threads": true }"#,
};

/// What publications in Slack can be like.
pub(super) const OFFER: PublicationOffer = PublicationOffer::of(
    &[
        Granularity::PerThread,
        Granularity::PerChannel,
        Granularity::PerUser,
        Granularity::PerEvent,
        Granularity::PerWorkspace,
    ],
    Granularity::PerThread,
)
.with_scopes(&SCOPES);

/// The scope of replies, and of posting.
pub(super) const POST: &str = "message.post";
/// The scope of opening a direct message.
pub(super) const DM: &str = "dm.open";

const SCOPES: [PublicationScope; 8] = [
    scope(POST, "post messages and replies", true),
    scope("message.update", "change messages of its own", false),
    scope("reaction.add", "put emoji on messages", true),
    scope("thread.read", "read threads", true),
    scope("channel.read", "read what was said in a channel", true),
    scope("user.read", "look up people by their id", true),
    scope("file.upload", "upload files", false),
    scope(DM, "write to people directly", false),
];

const fn scope(name: &'static str, description: &'static str, usual: bool) -> PublicationScope {
    PublicationScope {
        name,
        description,
        usual,
    }
}

/// The conversation that an event belongs to.
pub(super) fn dispatch(event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
    let follows = event.rule == THREAD_REPLY;
    match granularity {
        Granularity::PerThread => event.thread.as_ref().map(|thread| event.within(thread)),
        Granularity::PerChannel => {
            let place = Place::read(&event.place)?;
            Some(event.within(place.channel))
        }
        // Whether the agent takes part in a thread that somebody else began is told by its conversation,
        // and these have none of a thread's own.
        _ if follows => None,
        Granularity::PerUser => event.user.as_ref().map(|user| event.within(user)),
        Granularity::PerEvent => Some(event.alone()),
        Granularity::PerWorkspace => Some(event.within("workspace")),
        Granularity::PerIssue => None,
    }
}

/// Whether an event may begin a conversation.
pub(super) fn begins(event: &WebhookEvent) -> bool {
    event.rule != THREAD_REPLY && event.rule != EDITED
}

/// Whether an event waits for others: what is only listened to does, and what is said to the agent brings an end
/// to that.
pub(super) fn gathering(context: &ProviderContext<'_>, event: &WebhookEvent) -> Gathering {
    let Ok(triggers) = Triggers::read(context.triggers) else {
        return Gathering::Alone;
    };
    match triggers.listen_seconds {
        0 => Gathering::Alone,
        _ if triggers.listen.is_empty() => Gathering::Alone,
        seconds if event.rule == LISTENED => Gathering::Waits(Duration::from_secs(seconds)),
        _ => Gathering::Hurries,
    }
}
