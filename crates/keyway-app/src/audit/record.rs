use jiff::Timestamp;
use keyway_core::AuditEventId;
use keyway_core::ports::{Clock, Random};
use keyway_store::NewAuditEvent;
use serde::Serialize;
use serde_json::{Map, Value};

use super::event::{Event, Phase};

/// An event as it is stored: the members always in this order and without space between, so that
/// the same event is always the same text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    id: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'a str>,
    /// Of an outcome: the id of the intent.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'a str>,
    actor: Named<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<std::net::IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<Arguments<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decision<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Map<String, Value>>,
}

#[derive(Serialize)]
struct Named<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
struct Arguments<'a> {
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<&'a Value>,
}

#[derive(Serialize)]
struct Decision<'a> {
    effect: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    policies: &'a [String],
}

/// The row of an event. Its id is the intent's own, or a new one.
pub(super) fn row(
    event: &Event,
    now: Timestamp,
    clock: &dyn Clock,
    random: &dyn Random,
) -> NewAuditEvent {
    let fresh = || AuditEventId::generate(clock, random);
    let (id, phase, intent) = match &event.phase {
        Phase::Whole => (fresh(), None, None),
        Phase::Intent(id) => (id.clone(), Some("intent"), None),
        Phase::Outcome(intent) => (fresh(), Some("outcome"), Some(intent.as_str())),
    };
    let (kind, actor) = event.who.actor_parts();
    let ended = event.ended.as_ref();
    let record = Record {
        id: id.as_str(),
        kind: event.kind.as_str(),
        phase,
        intent,
        actor: Named { kind, id: actor },
        credential: event.who.used(),
        client: event.who.came_through(),
        address: event.who.arrival.address,
        target: event.target.as_ref().map(|(kind, id)| Named { kind, id }),
        tool: event.tool.as_deref(),
        server: event.server.as_deref(),
        arguments: event.arguments.as_ref().map(|arguments| Arguments {
            sha256: hex(&arguments.sha256),
            kept: arguments.kept.as_ref(),
        }),
        decision: event.decision.as_ref().map(|(effect, policies)| Decision {
            effect: effect.as_str(),
            policies,
        }),
        approval: event.approval.as_deref(),
        outcome: ended.map(|ended| ended.outcome.as_str()),
        code: ended.and_then(|ended| ended.code.as_deref()),
        duration_us: ended
            .and_then(|ended| ended.took)
            .map(|took| u64::try_from(took.as_micros()).unwrap_or(u64::MAX)),
        request: event.request.as_ref().map(keyway_core::RequestId::as_str),
        trace: event.who.arrival.trace.map(|trace| trace.to_string()),
        details: (!event.details.is_empty()).then(|| {
            let details = event.details.iter();
            details
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect()
        }),
    };
    NewAuditEvent {
        organization: event.who.organization().clone(),
        at: event.at.unwrap_or(now),
        record: text(&record),
    }
}

/// Most records are shorter, and are written without growing.
const USUAL: usize = 640;

fn text(record: &Record<'_>) -> String {
    let mut text = Vec::with_capacity(USUAL);
    // Only a map with keys that are no texts cannot be written.
    let written = serde_json::to_writer(&mut text, record);
    let text = written.ok().and_then(|()| String::from_utf8(text).ok());
    text.unwrap_or_default()
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
