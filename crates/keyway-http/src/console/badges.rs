use std::collections::HashMap;

use super::member::Member;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many things wait for somebody, by the key of the navigation.
#[derive(Debug, Default)]
pub(super) struct Badges(HashMap<&'static str, u64>);

impl Badges {
    #[allow(clippy::unused_async, reason = "what waits is asked of the store")]
    /// What waits for whoever looks: one line a noun that has something to wait for.
    pub(super) async fn read(_shared: &Shared, _member: &Member) -> Result<Self, Refusal> {
        Ok(Self::default())
    }

    /// How many wait at a place.
    pub(super) fn of(&self, key: &str) -> u64 {
        self.0.get(key).copied().unwrap_or_default()
    }
}
