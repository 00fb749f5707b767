//! Messages about a call on their way to the client.

use keyway_core::ports::LogLevel;
use keyway_core::{Principal, json};
use serde_json::value::RawValue;

use super::Notice;
use super::core::Core;
use crate::wire::{ObjectEdit, write_notification};

/// Writes a notification about a call, or nothing when the client did not ask for it. Progress goes
/// out under the client's own token.
pub(super) fn about_call(
    method: &str,
    params: &RawValue,
    token: Option<&str>,
    wanted: Option<LogLevel>,
) -> Option<String> {
    match method {
        "notifications/progress" => {
            let mut edit = ObjectEdit::new(params.get());
            edit.set("progressToken", token?);
            Some(write_notification(method, Some(&edit.finish())))
        }
        "notifications/message" => {
            let wanted = wanted?;
            let level = json::member(params.get(), "level")
                .and_then(|member| log_level(member.value))
                .unwrap_or(LogLevel::Info);
            (level >= wanted).then(|| write_notification(method, Some(params.get())))
        }
        _ => None,
    }
}

/// What a notice says to `who`; nothing where it is for others.
pub(super) fn said_to<'a>(core: &Core, who: &Principal, notice: &'a Notice) -> Option<&'a Notice> {
    match notice {
        Notice::Only(audience, notice) => core.backend.concerns(who, audience).then_some(&**notice),
        notice => Some(notice),
    }
}

/// Reads a log level as it stands in JSON.
pub(super) fn log_level(raw: &str) -> Option<LogLevel> {
    serde_json::from_str(raw).ok()
}

/// True for what may serve as a progress token: a string or a number.
pub(super) fn is_token(raw: &str) -> bool {
    raw.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit())
}
