use keyway_core::{Error, Kind};

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "webhook_endpoint_not_found",
        "there is no webhook endpoint with this id",
    )
    .with_hint("`keyway webhook-endpoints list` shows those that are there")
}

pub(super) fn no_message() -> Error {
    Error::new(
        Kind::NotFound,
        "webhook_message_not_found",
        "there is no webhook message with this id",
    )
    .with_hint("`keyway webhook-endpoints messages` shows those that are kept")
}

/// Somebody else changed it since it was read.
pub(super) fn stale() -> Error {
    Error::new(
        Kind::Conflict,
        "webhook_endpoint_changed",
        "the webhook endpoint changed since it was read",
    )
    .with_hint("read it again, and make the change to what it is now")
}

pub(super) fn too_many(most: u32) -> Error {
    let message =
        format!("the organization has {most} webhook endpoints, which is the most there may be");
    Error::new(Kind::Conflict, "too_many_webhook_endpoints", message)
        .with_hint("remove one that is not used any more")
}

/// Nothing is sent to an endpoint that is off.
pub(super) fn off() -> Error {
    Error::new(
        Kind::Conflict,
        "webhook_endpoint_off",
        "the webhook endpoint is switched off",
    )
    .with_hint("switch it on, and replay what it missed")
}

pub(super) fn still_sending() -> Error {
    Error::new(
        Kind::Conflict,
        "webhook_message_not_ended",
        "the webhook message is still to be sent",
    )
    .with_hint("wait until it was delivered or has failed")
}

/// A sealed value that no key of this gateway opens.
pub(super) fn unreadable() -> Error {
    Error::new(
        Kind::Conflict,
        "webhook_unreadable",
        "what is sealed of the webhook cannot be opened",
    )
    .with_hint("the master key is not the one it was sealed with")
}
