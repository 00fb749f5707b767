use std::collections::HashMap;

use super::member::Member;
use super::routes::Audience;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many things wait for somebody, by the key of the navigation.
#[derive(Debug, Default)]
pub(super) struct Badges(HashMap<&'static str, u64>);

impl Badges {
    /// What waits for whoever looks: one line a noun that has something to wait for.
    pub(super) async fn read(shared: &Shared, member: &Member) -> Result<Self, Refusal> {
        let approvals = shared.app.approvals().count_pending(member.who()).await?;
        let mut waiting = HashMap::from([("approvals", approvals)]);
        if member.audience == Audience::Admin {
            let held = shared.app.mcp_servers().held(member.who()).await?;
            let held: usize = held.values().sum();
            waiting.insert("integrations", held as u64);
        }
        Ok(Self(waiting))
    }

    /// How many wait at a place.
    pub(super) fn of(&self, key: &str) -> u64 {
        self.0.get(key).copied().unwrap_or_default()
    }
}
