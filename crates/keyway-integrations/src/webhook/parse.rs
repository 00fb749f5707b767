use keyway_core::json::{self, Bounds};
use keyway_core::provider::{LONGEST_KEY, WebhookEvent, WebhookOutcome, WebhookRequest, sign};
use serde_json::Value;

use super::settings::{Settings, Triggers, Verification};
use super::verify::ID;

/// The rule of an event where there are no triggers.
const SIGNED: &str = "signed";
/// The rule of an event that met all of them.
const TRIGGERED: &str = "triggers_met";

/// What a request that was verified means.
pub(super) fn parse(
    settings: &Settings,
    triggers: &Triggers,
    request: &WebhookRequest<'_>,
) -> WebhookOutcome {
    let Some(body) = read(request.body) else {
        return ignored(request, "body_not_json");
    };
    let Some(dedupe_key) = dedupe_key(settings, &body, request) else {
        return ignored(request, "no_event_id");
    };
    let ignored = |rule: String| WebhookOutcome::Ignored {
        dedupe_key: dedupe_key.clone(),
        rule,
    };
    let at = |pointer: &Option<String>| key(body.pointer(pointer.as_deref()?)?);
    let user = at(&settings.actor);
    if let Some(actors) = &triggers.actors {
        let listed = user.as_ref().is_some_and(|user| actors.contains(user));
        if !listed {
            return ignored("actor_not_listed".to_owned());
        }
    }
    for (number, condition) in triggers.conditions.iter().enumerate() {
        let found = body.pointer(&condition.pointer);
        if !found.is_some_and(|found| condition.equals.contains(found)) {
            return ignored(format!("where_{number}"));
        }
    }
    let text = match &settings.message {
        None => std::str::from_utf8(request.body).ok().map(str::to_owned),
        Some(pointer) => body.pointer(pointer).map(text),
    };
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return ignored("no_message".to_owned());
    };
    WebhookOutcome::Accepted(WebhookEvent {
        thread: at(&settings.conversation),
        about: at(&settings.about),
        user,
        text,
        place: Value::Null,
        rule: if triggers.is_empty() {
            SIGNED
        } else {
            TRIGGERED
        },
        dedupe_key,
    })
}

/// A request of which nothing is known but its bytes.
pub(super) fn ignored(request: &WebhookRequest<'_>, rule: &str) -> WebhookOutcome {
    WebhookOutcome::Ignored {
        dedupe_key: of_bytes(request.body),
        rule: rule.to_owned(),
    }
}

/// JSON within bounds.
fn read(body: &[u8]) -> Option<Value> {
    json::check(body, Bounds::default()).ok()?;
    serde_json::from_slice(body).ok()
}

/// What tells the event from others. `None` where it should say so itself and does not.
fn dedupe_key(settings: &Settings, body: &Value, request: &WebhookRequest<'_>) -> Option<String> {
    match (&settings.event_id, &settings.verification) {
        (Some(pointer), _) => key(body.pointer(pointer)?),
        (None, Verification::StandardWebhooks { .. }) => {
            let id = request.header(ID)?;
            (1..=LONGEST_KEY).contains(&id.len()).then(|| id.to_owned())
        }
        (None, Verification::Hmac { .. }) => Some(of_bytes(request.body)),
    }
}

fn of_bytes(body: &[u8]) -> String {
    format!("sha256:{}", sign::digest(body))
}

/// A value that tells one thing from another: a text, or a whole number. One with a fraction, or too
/// large to be exact, could be taken for its neighbour.
fn key(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return None,
    };
    (1..=LONGEST_KEY).contains(&text.len()).then_some(text)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What a rule says.
pub(super) fn explain(rule: &str) -> String {
    let text = match rule {
        SIGNED => "it was signed with the secret, and the publication has no triggers",
        TRIGGERED => "it was signed with the secret, and every trigger of the publication is met",
        "body_not_json" => "the body is no JSON, or too deep or large for it",
        "no_event_id" => {
            "the body has no text and no whole number of at most 255 bytes where `eventId` points"
        }
        "actor_not_listed" => "who caused it is not in `triggers.actors`",
        "no_message" => "there is no text where `message` points",
        "settings_unreadable" => "the publication's settings cannot be read; change them",
        rule => {
            let number = rule.strip_prefix("where_").unwrap_or("?");
            return format!(
                "condition {number} of `triggers.where`, counted from 0, does not hold"
            );
        }
    };
    text.to_owned()
}
