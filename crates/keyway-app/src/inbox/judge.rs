use keyway_core::provider::{
    Gathering, InstallationChange, IntegrationProvider, ProviderContext, WebhookEvent,
    WebhookOutcome, WebhookRequest, sign,
};
use keyway_store::{InstallationState, StoredPublication};
use serde_json::Value;

/// The rule of what comes to a publication that is paused.
pub(super) const PAUSED: &str = "publication_paused";
/// The rule of what comes to a publication whose provider is not installed.
pub(super) const NOT_INSTALLED: &str = "not_installed";
/// The rule of what was answered at once.
const ANSWERED: &str = "answered";
/// The rule of an event that does not say which conversation it belongs to.
pub(super) const NO_CONVERSATION: &str = "no_conversation";

/// The rule of an event that concerns the agent only where it takes part, and it does not.
pub(super) const ELSEWHERE: &str = "not_taking_part";

/// What an event means for a publication.
pub(super) struct Judged {
    pub(super) dedupe_key: String,
    pub(super) rule: String,
    /// What wakes the agent.
    pub(super) event: Option<WebhookEvent>,
    pub(super) conversation: Option<String>,
    /// Whether it waits for others of its conversation.
    pub(super) gathering: Gathering,
    pub(super) besides: Besides,
}

/// What is to be done beside recording it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Besides {
    /// Nothing.
    Nothing,
    /// It is answered with this, and not even recorded.
    Answer(String),
    /// What goes on in its conversation is stopped; where each event is a conversation of its own, what came
    /// from the same thread.
    Stop {
        /// The thread, in the third party's words.
        thread: Option<String>,
    },
    /// The installation is something else now.
    Change(InstallationChange),
}

/// What a request that was verified means for a publication.
pub(super) fn judge(
    provider: &dyn IntegrationProvider,
    publication: &StoredPublication,
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Judged {
    let for_nobody = |dedupe_key: String, rule: String, besides| Judged {
        dedupe_key,
        rule,
        event: None,
        conversation: None,
        gathering: Gathering::Alone,
        besides,
    };
    let event = match provider.parse_webhook(request, context) {
        WebhookOutcome::Accepted(event) => event,
        WebhookOutcome::Ignored { dedupe_key, rule } => {
            return for_nobody(dedupe_key, rule, Besides::Nothing);
        }
        WebhookOutcome::Stopped(event) => {
            let dispatch = provider.dispatch(&event, publication.granularity);
            let stop = Besides::Stop {
                thread: event.thread,
            };
            return Judged {
                conversation: dispatch.and_then(|to| to.conversation),
                ..for_nobody(event.dedupe_key, event.rule.to_owned(), stop)
            };
        }
        WebhookOutcome::Changed {
            dedupe_key,
            rule,
            change,
        } => return for_nobody(dedupe_key, rule.to_owned(), Besides::Change(change)),
        WebhookOutcome::Answered(text) => {
            let of_bytes = format!("sha256:{}", sign::digest(request.body));
            return for_nobody(of_bytes, ANSWERED.to_owned(), Besides::Answer(text));
        }
    };
    let dispatch = provider.dispatch(&event, publication.granularity);
    let rule = match &dispatch {
        _ if publication.paused_at.is_some() => PAUSED,
        _ if publication.state != InstallationState::Installed => NOT_INSTALLED,
        None => NO_CONVERSATION,
        Some(_) => event.rule,
    };
    let accepted = dispatch.filter(|_| rule == event.rule);
    Judged {
        dedupe_key: event.dedupe_key.clone(),
        rule: rule.to_owned(),
        conversation: accepted.as_ref().and_then(|to| to.conversation.clone()),
        gathering: provider.gathering(context, &event),
        event: accepted.map(|_| event),
        besides: Besides::Nothing,
    }
}

impl Judged {
    /// The same of an event that wakes nobody, because of a rule.
    pub(super) fn ignored(self, rule: &str) -> Self {
        Self {
            rule: rule.to_owned(),
            event: None,
            ..self
        }
    }

    /// Where the event came from, as it is stored; nothing where nothing is said back.
    pub(super) fn place(&self) -> Option<String> {
        let place = &self.event.as_ref()?.place;
        (*place != Value::Null).then(|| place.to_string())
    }
}
