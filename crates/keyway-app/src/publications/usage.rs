use jiff::civil::Date;
use keyway_core::{Error, Principal, PublicationId};
use keyway_store::PublicationDay;

use super::Publications;

/// The most days that are told of.
const DAYS: u32 = 90;

/// What the turns of a publication took on one day.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    /// The day, of UTC.
    pub day: Date,
    /// Turns that began.
    pub turns: u64,
    /// Tokens, read and written.
    pub tokens: u64,
    /// Their price in millionths of a US dollar, as far as it is known.
    pub cost_micros: u64,
}

impl Publications {
    /// What a publication took on the last days on which it took anything, the last first; at most 90.
    pub async fn usage(
        &self,
        who: &Principal,
        id: &PublicationId,
    ) -> Result<Vec<UsageView>, Error> {
        self.show(who, id).await?;
        let store = &self.app.inner.store;
        let days = store.publication_days(who.organization(), id, DAYS).await?;
        Ok(days.into_iter().filter_map(UsageView::of).collect())
    }
}

impl UsageView {
    fn of(of: PublicationDay) -> Option<Self> {
        let epoch = Date::constant(1970, 1, 1);
        let since = jiff::Span::new().try_days(of.day).ok()?;
        Some(Self {
            day: epoch.checked_add(since).ok()?,
            turns: of.turns,
            tokens: of.tokens,
            cost_micros: of.cost_micros,
        })
    }
}
