use keyway_core::provider::{
    Examples, Granularity, PublicationOffer, SessionDispatch, WebhookEvent,
};

/// What can be said to it, as somebody could write it.
pub(super) const EXAMPLES: Examples = Examples {
    settings: r#"{
  "verification": {
    "kind": "hmac",
    "header": "X-Signature",
    "signed": "{timestamp}.{body}",
    "timestampHeader": "X-Timestamp"
  },
  "eventId": "/id",
  "conversation": "/ticket",
  "message": "/text",
  "actor": "/by"
}"#,
    triggers: r#"{ "actors": ["ada"], "where": [{ "pointer": "/state", "equals": ["failed"] }] }"#,
};

/// What publications of webhooks can be like.
pub(super) const OFFER: PublicationOffer = PublicationOffer::of(
    &[
        Granularity::PerEvent,
        Granularity::PerThread,
        Granularity::PerUser,
        Granularity::PerWorkspace,
    ],
    Granularity::PerEvent,
);

/// The conversation that an event belongs to.
pub(super) fn dispatch(event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
    match granularity {
        Granularity::PerEvent => Some(event.alone()),
        Granularity::PerThread => event.thread.as_ref().map(|thread| event.within(thread)),
        Granularity::PerUser => event.user.as_ref().map(|user| event.within(user)),
        Granularity::PerWorkspace => Some(event.within("workspace")),
        Granularity::PerChannel | Granularity::PerIssue => None,
    }
}
