use serde::Serialize;

use super::{Filled, Moment, SAMPLE_OUTSIDE};
use crate::Page;

/// How the audit log stands, and the way to take it away: `console/activity-log.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityLog {
    /// How many events it has.
    pub events: i64,
    /// Up to which event it is signed.
    pub signed: Option<i64>,
    /// When the last signature was made.
    pub signed_at: Option<Moment>,
    /// How many events were looked through just now.
    pub looked_at: u64,
    /// What is wrong, as a sentence.
    pub broken: Option<String>,
    /// What is exported: `since` and `until`.
    pub form: Filled,
}

impl Page for ActivityLog {
    const TEMPLATE: &'static str = "console/activity-log.html";

    fn samples() -> Vec<Self> {
        let whole = Self {
            events: 12_345,
            signed: Some(12_300),
            signed_at: Some(Moment::sample(200)),
            looked_at: 46,
            broken: None,
            form: Filled::new(),
        };
        let broken = Self {
            broken: Some(SAMPLE_OUTSIDE.into()),
            form: Filled::new()
                .with("since", SAMPLE_OUTSIDE)
                .wrong("since", "a moment"),
            ..whole.clone()
        };
        let fresh = Self {
            events: 0,
            signed: None,
            signed_at: None,
            looked_at: 0,
            ..whole.clone()
        };
        vec![whole, broken, fresh]
    }
}
