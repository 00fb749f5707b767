use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where an event came from: what is needed to answer there and to act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    /// The channel.
    pub(super) channel: String,
    /// The message.
    pub(super) ts: String,
    /// The thread that is answered in; none where a direct message, or what is listened to, is answered beside.
    pub(super) thread_ts: Option<String>,
    /// Who caused the event.
    pub(super) user: String,
    /// Whether only that person and the agent are there.
    pub(super) direct: bool,
}

impl Place {
    /// What was kept of one.
    pub(super) fn read(place: &Value) -> Option<Self> {
        Self::deserialize(place).ok()
    }

    pub(super) fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// What tells the thread from every other one of the workspace. A direct message outside any thread
    /// belongs to the one conversation there is with that person, and what is listened to outside any thread to
    /// the one there is in the channel.
    pub(super) fn thread(&self) -> String {
        match &self.thread_ts {
            Some(thread) => format!("{}:{thread}", self.channel),
            None => self.channel.clone(),
        }
    }
}
