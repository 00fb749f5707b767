use std::fmt::Write as _;

use keyway_core::json;
use keyway_core::ports::InputRequest;
use keyway_core::rpc::RawJson;
use keyway_core::{ApprovalId, Principal};
use keyway_policy::Thing;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::policy::{Wish, shown};

/// What the state of a request begins with that waits for a decision.
const STATE: &str = "keyway-approval:";

/// The member of `_meta` that names an approval.
const META: &str = "keyway/approval";

/// What a request says about an approval it asks to be run under.
#[derive(Default)]
pub(super) struct Named {
    /// The id as it was given.
    pub(super) id: Option<String>,
    /// What the person at the client answered when they were shown where it is decided.
    pub(super) answer: Option<String>,
}

impl Named {
    /// What the `params` of an MCP request say.
    pub(super) fn of_params(params: &RawJson) -> Self {
        let text = |found: json::Member<'_>| {
            let is_text = found.value.starts_with('"');
            is_text.then(|| json::unquote(found.value).into_owned())
        };
        let params = params.as_str();
        let state = json::member(params, "requestState").and_then(text);
        if let Some(id) = state.as_deref().and_then(|state| state.strip_prefix(STATE)) {
            let answer = json::member(params, "inputResponses")
                .and_then(|answers| json::member(answers.value, &key(id)))
                .and_then(|answer| json::member(answer.value, "action"))
                .and_then(text);
            return Self {
                id: Some(id.to_owned()),
                answer,
            };
        }
        let meta = json::member(params, "_meta");
        Self {
            id: meta
                .and_then(|meta| json::member(meta.value, META))
                .and_then(text),
            answer: None,
        }
    }
}

/// The `params` of a request without its state, if that is about an approval and so for nobody else;
/// `None` where nothing has to go.
pub(crate) fn without_approval(params: &RawJson) -> Option<RawJson> {
    let state = json::member(params.as_str(), "requestState")?;
    if !json::unquote(state.value).starts_with(STATE) {
        return None;
    }
    let kept = json::members(params.as_str())
        .filter(|member| !matches!(&*member.key, "requestState" | "inputResponses"))
        .map(|member| format!("{}:{}", json::quote(&member.key), member.value));
    let text = format!("{{{}}}", kept.collect::<Vec<_>>().join(","));
    RawJson::parse(text.into()).ok()
}

/// The key of the question about an approval.
fn key(id: &str) -> String {
    format!("approval-{id}")
}

/// The result that shows a client of revision 2026-07-28 where a call is decided about.
pub(super) fn input_required(wish: &Wish<'_>, id: &ApprovalId, url: &str) -> Option<RawJson> {
    let result = json!({
        "resultType": "input_required",
        "inputRequests": { key(id.as_str()): {
            "method": "elicitation/create",
            "params": { "mode": "url", "url": url, "message": message(wish) }
        } },
        "requestState": format!("{STATE}{id}"),
    });
    RawJson::of(&result).ok()
}

/// The question that shows an older client where a call is decided about.
pub(super) fn where_to_decide(wish: &Wish<'_>, id: &ApprovalId, url: &str) -> InputRequest {
    let params = json!({
        "mode": "url", "url": url, "elicitationId": id, "message": message(wish)
    });
    InputRequest {
        method: "elicitation/create".into(),
        params: RawValue::from_string(params.to_string()).ok(),
    }
}

/// The form that the person at the client decides with.
pub(super) fn form(wish: &Wish<'_>) -> InputRequest {
    let schema = json!({
        "type": "object",
        "properties": { "approve": {
            "type": "boolean",
            "title": "Allow this call",
            "description": "It runs once, with these arguments",
        } },
        "required": ["approve"],
    });
    let mut text = asked(wish.who, wish.thing);
    let _ = write!(text, "\n\nArguments:\n{}", shown(wish.arguments.as_str()));
    InputRequest::elicit(&text, &schema)
}

/// Whether the person at the client agreed.
pub(super) fn is_yes(answer: &str) -> bool {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let action = answer.get("action").and_then(Value::as_str);
    let approved = answer.pointer("/content/approve").and_then(Value::as_bool);
    action == Some("accept") && approved == Some(true)
}

/// What the person at the client did with a question.
pub(super) fn action(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    Some(answer.get("action")?.as_str()?.to_owned())
}

fn message(wish: &Wish<'_>) -> String {
    let mut text = asked(wish.who, wish.thing);
    text.push_str(" It runs once somebody who may decide has approved it.");
    text
}

fn asked(who: &Principal, thing: &Thing) -> String {
    let mut text = format!("Allow a call of `{}`", thing.name);
    // Writing to a string does not fail.
    let _ = match &thing.server {
        Some(server) => write!(text, " of the server `{server}`?"),
        None => write!(text, "?"),
    };
    if thing.tags.destructive {
        text.push_str(" It may destroy or overwrite something.");
    }
    if let Some(client) = who.client() {
        let _ = write!(text, " The client that asks is `{client}`.");
    }
    if let Some(agent) = who.agent() {
        let _ = write!(text, " The agent `{}` wants it, and not you.", agent.slug);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(text: &str) -> RawJson {
        RawJson::parse(text.to_owned().into()).unwrap()
    }

    #[test]
    fn what_is_said_about_an_approval_is_read_and_goes_no_further() {
        let given = params(
            r#"{"name":"t","arguments":{"n":1e3},"requestState":"keyway-approval:appr_1",
            "inputResponses":{"approval-appr_1":{"action":"accept"}}}"#,
        );
        let named = Named::of_params(&given);
        assert_eq!(named.id.as_deref(), Some("appr_1"));
        assert_eq!(named.answer.as_deref(), Some("accept"));
        let kept = without_approval(&given).unwrap();
        assert_eq!(kept.as_str(), r#"{"name":"t","arguments":{"n":1e3}}"#);
        let others = params(r#"{"name":"t","requestState":"theirs","inputResponses":{"a":1}}"#);
        assert!(without_approval(&others).is_none() && Named::of_params(&others).id.is_none());
        let meta = params(r#"{"name":"t","_meta":{"keyway/approval":"appr_2"}}"#);
        assert_eq!(Named::of_params(&meta).id.as_deref(), Some("appr_2"));
    }
}
