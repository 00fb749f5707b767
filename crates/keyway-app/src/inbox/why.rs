use super::dispatch::SAID_TOGETHER;
use super::judge::{NOT_INSTALLED, PAUSED};
use super::quota::{SESSION_FULL, SPENT};
use super::scheduled::SCHEDULED;
use super::{DeliveryView, ReplyView};

/// Why the agent spoke about a delivery, or did not.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Why {
    /// The delivery.
    pub delivery: DeliveryView,
    /// What happened, one sentence after another.
    pub reasons: Vec<String>,
}

impl Why {
    pub(super) fn of(delivery: DeliveryView) -> Self {
        let how = match delivery.rule.as_str() {
            SCHEDULED => "recorded",
            _ => "verified and recorded",
        };
        let mut reasons = vec![format!("it was {how} at {}", delivery.received_at)];
        if let Some(before) = &delivery.replay_of {
            reasons.push(format!("somebody wanted {before} once more"));
        }
        if delivery.duplicates > 0 {
            reasons.push(format!(
                "the same came {} more times; nothing was done about those",
                delivery.duplicates
            ));
        }
        reasons.push(delivery.rule_text.clone());
        reasons.push(became(&delivery));
        reasons.extend(delivery.reply.as_ref().and_then(said_back));
        Self { delivery, reasons }
    }
}

fn became(delivery: &DeliveryView) -> String {
    let failed = match &delivery.last_error {
        Some(code) => format!(
            "the last of {} attempts failed: {code}, {}",
            delivery.attempts,
            meaning(code)
        ),
        None => String::new(),
    };
    match delivery.state {
        "ignored" => "nothing is done about it; `deliveries replay` looks at it anew".to_owned(),
        "queued" => {
            "it waits to be said to the agent, behind what came before in its conversation".into()
        }
        "running" => "the agent is answering".to_owned(),
        "retrying" => format!("{failed}; it is tried again"),
        "answered" => match &delivery.session {
            Some(session) => format!("the agent answered in {session}"),
            None => "the agent answered".to_owned(),
        },
        "dead" => format!("{failed}; it is given up until `deliveries replay`"),
        _ => "somebody took its job back".to_owned(),
    }
}

fn said_back(reply: &ReplyView) -> Option<String> {
    let at = |url| format!("the answer stands at {url}");
    match (reply.state, &reply.error) {
        ("posted", _) => Some(
            reply
                .url
                .as_ref()
                .map_or_else(|| "the answer stands where it came from".to_owned(), at),
        ),
        ("refused", Some(code)) => Some(format!(
            "nothing was said where it came from: {code}, {}",
            meaning(code)
        )),
        _ => None,
    }
}

/// What a code of a failure means.
pub(super) fn meaning(code: &str) -> &'static str {
    match code {
        "asker_gone" => "the service account is disabled or gone, or the publication was paused",
        PAUSED => "the publication is paused",
        NOT_INSTALLED => "the provider is not installed",
        "publication_not_found" => "the publication was removed",
        "agent_not_found" => {
            "the agent is not defined any more, or policy keeps it from the service account"
        }
        "agent_budget_spent" => "the agent used up its budget",
        SPENT => "the publication has used what it may use in a day, of UTC",
        SESSION_FULL => "the conversation has had as many turns as the publication allows",
        "agent_needs_approval" => "policy wants an approval before the agent may be asked",
        "turn_interrupted" => "somebody stopped the turn",
        "session_archived" => "its session is archived",
        "session_busy" => "something else was answered in the session for too long",
        "delivery_unreadable" => "what came with it cannot be opened",
        "lease_expired" => "the process that did it ended",
        "publication_scope_missing" => "the publication does not have the scope that it needs",
        "outside_publication" => "it is outside of what the agent is published for",
        SAID_TOGETHER => "it was said with others in one turn, that of the first of them",
        "nothing_to_say" => "the agent answered without a word",
        "target_archived" => "what it is about is archived",
        "target_locked" => "what it is about is locked",
        "target_not_found" => {
            "what it is about is gone, or the third party does not show it to the installation"
        }
        "missing_vendor_scope" => "the third party does not let the installation do it",
        "vendor_rate_limited" => "the third party is asked too often",
        "vendor_failed" | "vendor_timeout" => "the third party failed",
        code if code.starts_with("installation_") => "the installation is not in order",
        code if code.starts_with("model_") => "the model gave no answer",
        _ => "something went wrong inside, and the log of the gateway says what",
    }
}
