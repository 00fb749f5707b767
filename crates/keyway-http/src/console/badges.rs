use std::collections::HashMap;

use super::member::Member;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many things wait for somebody, by the key of the navigation.
#[derive(Debug, Default)]
pub(super) struct Badges(HashMap<&'static str, u64>);

impl Badges {
    /// What waits for whoever looks: one line a noun that has something to wait for.
    pub(super) async fn read(shared: &Shared, member: &Member) -> Result<Self, Refusal> {
        let approvals = shared.app.approvals().count_pending(member.who()).await?;
        Ok(Self(HashMap::from([("approvals", approvals)])))
    }

    /// How many wait at a place.
    pub(super) fn of(&self, key: &str) -> u64 {
        self.0.get(key).copied().unwrap_or_default()
    }
}
