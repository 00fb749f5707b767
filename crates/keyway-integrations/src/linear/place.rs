use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where an event is: what is needed to answer it, and by what it belongs to a conversation. Ids of
/// Linear only.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    /// What tells the event from others; what acknowledges it has its id of it.
    pub(super) event: String,
    /// The agent session, where there is one: answers are activities in it.
    pub(super) session: Option<String>,
    /// The issue.
    pub(super) issue: Option<String>,
    /// The team of the issue.
    pub(super) team: Option<String>,
    /// The comment at the beginning of the thread: answers are below it.
    pub(super) comment: Option<String>,
    /// Who caused the event.
    pub(super) user: Option<String>,
}

impl Place {
    pub(super) fn read(place: &Value) -> Self {
        Self::deserialize(place).unwrap_or_default()
    }

    pub(super) fn write(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
