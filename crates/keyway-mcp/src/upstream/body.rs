//! Bodies of requests: written once, in one buffer, from the client's own bytes.

use std::fmt::Write as _;

use keyway_core::json::{self, quote};
use keyway_core::ports::{Caller, LogLevel, Relay, RelayMethod};

use super::caps::write_capabilities;
use crate::wire::Revision;
use crate::wire::meta::{
    CLIENT_CAPABILITIES, CLIENT_INFO, LOG_LEVEL, PROGRESS_TOKEN, PROTOCOL_VERSION, SUBSCRIPTION_ID,
};

/// What the bodies of all requests on one connection share.
#[derive(Debug, Clone)]
pub(super) struct Dialect {
    /// The revision spoken.
    pub(super) revision: Revision,
    /// Our `Implementation` object, as JSON text.
    pub(super) client_info: String,
}

/// What a repeated call adds to its params (MCP 2026-07-28, Multi Round-Trip Requests).
#[derive(Debug, Clone, Default)]
pub(super) struct Retry {
    /// `inputResponses`, as JSON text.
    pub(super) responses: Option<String>,
    /// `requestState`, as JSON text.
    pub(super) state: Option<String>,
}

impl Dialect {
    /// A request of our own. `members` are the members of its params as JSON text, without braces.
    pub(super) fn own(&self, id: u64, method: &str, members: &str) -> String {
        let mut out = String::with_capacity(members.len() + 320);
        open(&mut out, id, method);
        out.push_str(members);
        if self.revision.is_modern() {
            if !members.is_empty() {
                out.push(',');
            }
            out.push_str("\"_meta\":{");
            self.protocol_meta(&mut out);
            out.push_str("{}}");
        }
        out.push_str("}}");
        out
    }

    /// A call on its way through: the client's params with the target spliced in and `_meta` made
    /// ours where the protocol says so. Every other byte is the client's.
    pub(super) fn relayed(&self, id: u64, relay: &Relay<'_>, retry: Option<&Retry>) -> String {
        let params = relay.params.as_str();
        let mut out = String::with_capacity(params.len() + relay.target.len() + 640);
        open(&mut out, id, relay.method.as_str());
        let mut meta = None;
        for member in json::members(params) {
            match member.key.as_ref() {
                "_meta" => {
                    meta = Some(member.value);
                    continue;
                }
                "inputResponses" | "requestState" if retry.is_some() => continue,
                key => {
                    let text = params.get(member.key_range.start..member.value_range.start);
                    out.push_str(text.unwrap_or_default());
                    push_value(&mut out, relay, key, member.value);
                }
            }
            out.push(',');
        }
        if let Some(retry) = retry {
            if let Some(responses) = &retry.responses {
                let _ = write!(out, "\"inputResponses\":{responses},");
            }
            if let Some(state) = &retry.state {
                let _ = write!(out, "\"requestState\":{state},");
            }
        }
        self.meta(&mut out, id, relay.caller.as_ref(), meta.unwrap_or("{}"));
        out.push_str("}}");
        out
    }

    /// Writes the `_meta` member, or takes back the comma in front where there is nothing to say.
    fn meta(&self, out: &mut String, id: u64, caller: &dyn Caller, client: &str) {
        let start = out.len();
        out.push_str("\"_meta\":{");
        let empty = out.len();
        for member in json::members(client) {
            if is_ours(&member.key) {
                continue;
            }
            let text = client.get(member.key_range.start..member.value_range.end);
            out.push_str(text.unwrap_or_default());
            out.push(',');
        }
        if caller.wants_progress() {
            let _ = write!(out, "\"{PROGRESS_TOKEN}\":{id},");
        }
        if self.revision.is_modern() {
            if let Some(level) = caller.log_level() {
                let _ = write!(out, "\"{LOG_LEVEL}\":\"{}\",", level_name(level));
            }
            self.protocol_meta(out);
            write_capabilities(out, &caller.capabilities());
        } else if out.len() == empty {
            out.truncate(start);
            if out.ends_with(',') {
                out.pop();
            }
            return;
        } else {
            out.pop();
        }
        out.push('}');
    }

    /// The members every modern request carries, up to the value of the capabilities.
    fn protocol_meta(&self, out: &mut String) {
        let _ = write!(
            out,
            "\"{PROTOCOL_VERSION}\":\"{}\",\"{CLIENT_INFO}\":{},\"{CLIENT_CAPABILITIES}\":",
            self.revision, self.client_info
        );
    }
}

/// The name of a level as MCP writes it.
pub(super) fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Notice => "notice",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
        LogLevel::Critical => "critical",
        LogLevel::Alert => "alert",
        LogLevel::Emergency => "emergency",
    }
}

fn open(out: &mut String, id: u64, method: &str) {
    let _ = write!(
        out,
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{method}\",\"params\":{{"
    );
}

fn push_value(out: &mut String, relay: &Relay<'_>, key: &str, value: &str) {
    match (relay.method, key) {
        (RelayMethod::CallTool | RelayMethod::GetPrompt, "name")
        | (RelayMethod::ReadResource, "uri") => push_unless_same(out, relay.target, value),
        (RelayMethod::Complete, "ref") => {
            let target = quote(relay.target);
            let edits: Vec<_> = json::members(value)
                .filter(|member| matches!(member.key.as_ref(), "name" | "uri"))
                .map(|member| (member.value_range, target.as_str()))
                .collect();
            out.push_str(&json::splice(value, &edits));
        }
        _ => out.push_str(value),
    }
}

fn push_unless_same(out: &mut String, target: &str, value: &str) {
    if json::unquote(value) == target {
        out.push_str(value);
    } else {
        out.push_str(&quote(target));
    }
}

/// Keys of a request's `_meta` that hold between two neighbours only. Extensions' keys are not
/// among them.
fn is_ours(key: &str) -> bool {
    matches!(
        key,
        PROGRESS_TOKEN
            | PROTOCOL_VERSION
            | CLIENT_INFO
            | CLIENT_CAPABILITIES
            | LOG_LEVEL
            | SUBSCRIPTION_ID
    )
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
