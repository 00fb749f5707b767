use super::DeliveryView;
use super::judge::{NOT_INSTALLED, PAUSED};

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
        let mut reasons = vec![format!(
            "it was verified and recorded at {}",
            delivery.received_at
        )];
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
        "agent_needs_approval" => "policy wants an approval before the agent may be asked",
        "turn_interrupted" => "somebody stopped the turn",
        "session_busy" => "something else was answered in the session for too long",
        "delivery_unreadable" => "what came with it cannot be opened",
        "lease_expired" => "the process that did it ended",
        _ => "which the log of the gateway tells more about",
    }
}
