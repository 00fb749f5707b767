use keyway_core::{Error, Kind};
use serde_json::Value;

use super::reply::ALREADY;
use super::scopes;

/// What Slack refused, by its code (<https://docs.slack.dev/reference/methods>). Neither its words nor what
/// was sent is repeated.
pub(super) fn refused(answer: &Value) -> Error {
    let code = answer.get("error").and_then(Value::as_str);
    let code = code.unwrap_or_default();
    let make = |kind, own: &'static str, message: &'static str| {
        let safe = code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let source = if safe && code.len() <= 64 { code } else { "?" };
        Error::new(kind, own, message).with_source(source.to_owned())
    };
    match code {
        "channel_not_found" | "message_not_found" | "thread_not_found" | "user_not_found"
        | "users_not_found" | "file_not_found" | "user_not_visible" | "no_item_specified"
        | "bad_timestamp" | "invalid_ts_latest" | "invalid_ts_oldest" | "invalid_thread_ts" => {
            make(
                Kind::NotFound,
                "target_not_found",
                "Slack knows no such channel, message or person, or does not show it to the app",
            )
        }
        "not_in_channel" => make(
            Kind::Forbidden,
            "not_in_channel",
            "the app is not in the channel",
        )
        .with_hint("invite it there with /invite"),
        "is_archived" => make(
            Kind::Conflict,
            "target_archived",
            "the channel is archived: nothing can be said there any more",
        ),
        "restricted_action"
        | "restricted_action_read_only_channel"
        | "restricted_action_thread_only_channel"
        | "restricted_action_thread_locked"
        | "restricted_action_non_threadable_channel"
        | "posting_to_general_channel_denied"
        | "cannot_reply_to_message"
        | "edit_window_closed"
        | "ekm_access_denied" => make(
            Kind::Conflict,
            "target_locked",
            "the workspace does not let the app write there",
        ),
        "cant_update_message" => make(
            Kind::Forbidden,
            "target_not_own",
            "only messages that the app posted itself can be changed",
        ),
        "msg_too_long" => make(
            Kind::Invalid,
            "text_too_long",
            "the text is longer than Slack takes: at most 40,000 characters",
        ),
        "no_text" => make(Kind::Invalid, "text_missing", "the text says nothing"),
        "invalid_name" | "too_many_emoji" | "too_many_reactions" => make(
            Kind::Invalid,
            "emoji_refused",
            "the workspace has no emoji of this name, or the message has too many",
        ),
        "already_reacted" => make(
            Kind::Conflict,
            ALREADY,
            "the emoji is on the message already",
        ),
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => limited(),
        "invalid_auth"
        | "token_revoked"
        | "account_inactive"
        | "not_authed"
        | "invalid_refresh_token" => revoked(),
        "token_expired" => make(
            Kind::Unavailable,
            "token_expired",
            "the token lasted no longer; a new one is fetched at the next try",
        ),
        "missing_scope" => missing_scope(answer.get("needed").and_then(Value::as_str)),
        "file_uploads_disabled"
        | "file_type_not_allowed"
        | "file_upload_size_restricted"
        | "file_uploads_except_images_disabled"
        | "storage_limit_reached" => make(
            Kind::Conflict,
            "target_locked",
            "the workspace does not take this file",
        ),
        _ => make(
            Kind::BadGateway,
            "vendor_failed",
            "Slack did not do it, for a reason that is not known here",
        ),
    }
}

/// The token is worth nothing.
pub(super) fn revoked() -> Error {
    Error::new(
        Kind::Conflict,
        "installation_revoked",
        "Slack does not know the installation any more",
    )
    .with_hint("an administrator installs the app again")
}

fn limited() -> Error {
    Error::new(
        Kind::RateLimited,
        "vendor_rate_limited",
        "Slack is asked too often",
    )
}

/// Slack wants a scope that the app does not have.
pub(super) fn missing_scope(needed: Option<&str>) -> Error {
    let needed = needed.unwrap_or_default().split(',');
    let known = needed.filter_map(|name| scopes::known(name.trim()));
    let names = known.collect::<Vec<_>>().join(" ");
    let error = Error::new(
        Kind::Forbidden,
        "missing_vendor_scope",
        match names.as_str() {
            "" => "the app lacks a scope at Slack".to_owned(),
            names => format!("the app lacks a scope at Slack: {names}"),
        },
    )
    .with_hint("add it to the bot token scopes of the app, and install it again");
    if names.is_empty() {
        error
    } else {
        error.with_detail("vendorScope", names)
    }
}

/// What went wrong before Slack could say anything.
pub(super) fn unreached(error: Error) -> Error {
    let (code, message) = match error.code() {
        "upstream_rate_limited" => {
            let after = error.retry_after();
            return match after {
                Some(after) => limited().with_retry_after(after),
                None => limited(),
            };
        }
        "upstream_timeout" => ("vendor_failed", "Slack did not answer in time"),
        "upstream_unreachable" => ("vendor_failed", "Slack could not be reached, or broke off"),
        "upstream_not_json" | "upstream_too_large" => (
            "vendor_failed",
            "Slack answered something that is none of its answers",
        ),
        "upstream_failed"
        | "upstream_unauthorized"
        | "upstream_refused"
        | "upstream_not_found"
        | "upstream_redirected" => ("vendor_failed", "Slack failed"),
        _ => return error,
    };
    let kind = match error.kind() {
        Kind::Timeout => Kind::Timeout,
        _ => Kind::BadGateway,
    };
    Error::new(kind, code, message).with_source(error)
}

/// Slack's answer lacks what it always has.
pub(super) fn incomplete() -> Error {
    Error::new(
        Kind::BadGateway,
        "vendor_failed",
        "Slack answered something that is none of its answers",
    )
}
