use jiff::Timestamp;
use keyway_core::{Error, JobId, OrgId, WebhookEndpointId, WebhookMessageId};
use keyway_store::{NewJob, NewWebhookMessage};
use keyway_vault::{Context, Vault};
use serde_json::{Map, Value, json};

use super::error;
use crate::App;
use crate::jobs::{Asker, WEBHOOK};

/// The longest code that is passed on: codes are words of ours.
const LONGEST_CODE: usize = 64;

/// What is told to an endpoint.
pub(super) struct Telling<'a> {
    pub(super) kind: &'a str,
    pub(super) subject: Option<&'a str>,
    pub(super) data: Value,
    pub(super) at: Timestamp,
}

impl App {
    /// A message to an endpoint with the job that sends it, about to be kept.
    pub(super) fn new_message(
        &self,
        organization: &OrgId,
        endpoint: &WebhookEndpointId,
        telling: &Telling<'_>,
    ) -> Result<NewWebhookMessage, Error> {
        let inner = &self.inner;
        let id = WebhookMessageId::generate(&*inner.clock, &*inner.random);
        let body = json!({
            "type": telling.kind,
            "timestamp": telling.at,
            "data": telling.data,
        });
        let body = body.to_string();
        let place = place(organization, &id);
        let sealed = inner.vault.seal(&place, body.as_bytes());
        Ok(NewWebhookMessage {
            endpoint: endpoint.clone(),
            kind: telling.kind.to_owned(),
            subject: telling.subject.map(str::to_owned),
            body: sealed.map_err(Error::internal)?,
            bytes: u64::try_from(body.len()).unwrap_or(u64::MAX),
            job: self.sending(&id, endpoint, telling.kind)?,
            created_at: inner.clock.now(),
            id,
        })
    }

    /// The job that sends a message.
    pub(super) fn sending(
        &self,
        message: &WebhookMessageId,
        endpoint: &WebhookEndpointId,
        kind: &str,
    ) -> Result<NewJob, Error> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let again = u32::try_from(self.settings().webhooks.retries.len()).unwrap_or(u32::MAX);
        Ok(NewJob {
            id: JobId::generate(&*inner.clock, &*inner.random),
            kind: WEBHOOK.to_owned(),
            name: kind.to_owned(),
            // One that waits to be tried again keeps no other one back.
            ordering_key: None,
            once_key: None,
            actor: "operator".to_owned(),
            asker: serde_json::to_string(&Asker::Operator).map_err(Error::internal)?,
            // The endpoint says whose turn it is when many wait (ADR 47).
            payload: json!({ "message": message, "endpoint": endpoint }).to_string(),
            run_at: now,
            max_attempts: again.saturating_add(1),
            created_at: now,
        })
    }
}

/// Opens the body of a message.
pub(super) fn open(
    vault: &Vault,
    organization: &OrgId,
    id: &WebhookMessageId,
    sealed: &[u8],
) -> Result<Vec<u8>, Error> {
    let opened = vault.open(&place(organization, id), sealed);
    let opened = opened.map_err(|found| error::unreadable().with_source(found))?;
    Ok(opened.expose().clone())
}

fn place<'a>(organization: &'a OrgId, id: &'a WebhookMessageId) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "webhook_messages",
        column: "body",
        row: id.as_str(),
    }
}

/// What is told of an event, of what was written down with it: nothing that is absent, moments in words,
/// and a code only where it is one.
pub(super) fn data(facts: &str) -> Value {
    let facts: Map<String, Value> = serde_json::from_str(facts).unwrap_or_default();
    let told = facts.into_iter().filter_map(|(name, value)| {
        let value = match (name.as_str(), value) {
            (_, Value::Null) => return None,
            ("error", Value::String(code)) if !is_code(&code) => return None,
            ("expiresAt", value) => {
                let at = Timestamp::from_millisecond(value.as_i64()?).ok()?;
                Value::String(at.to_string())
            }
            (_, value) => value,
        };
        Some((name, value))
    });
    Value::Object(told.collect())
}

fn is_code(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= LONGEST_CODE && text.bytes().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_but_ids_states_moments_and_codes() {
        let facts = json!({
            "session": "sess_1", "agent": null, "turns": 2, "error": "model_failed",
            "expiresAt": 1_700_000_000_000_i64
        });
        assert_eq!(
            data(&facts.to_string()),
            json!({
                "session": "sess_1", "turns": 2, "error": "model_failed",
                "expiresAt": "2023-11-14T22:13:20Z"
            })
        );
        for text in ["the model said canary", "Canary", &"x".repeat(65)] {
            assert_eq!(data(&json!({ "error": text }).to_string()), json!({}));
        }
    }
}
