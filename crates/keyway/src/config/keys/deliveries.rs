use serde_json::json;

use super::{DAY, Key, keys};
use crate::config::reader::{Kind, show_duration};

/// What comes in by webhooks.
pub(super) const KEYS: &[Key] = keys! {
    "deliveries.keep": Kind::Duration(DAY, 30 * DAY),
        "How long webhooks are listed and can be replayed after they came. Within this time the same event is not taken twice.",
        "",
        |c, v| { c.deliveries.keep = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.deliveries.keep));
    "deliveries.concurrency": Kind::Integer(1, 10_000),
        "How many webhooks agents answer at once. Others wait.",
        "",
        |c, v| { c.deliveries.concurrency = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.deliveries.concurrency);
    "deliveries.attempts": Kind::Integer(1, 100),
        "How often a webhook is tried before it is given up.",
        "",
        |c, v| { c.deliveries.attempts = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.deliveries.attempts);
};
