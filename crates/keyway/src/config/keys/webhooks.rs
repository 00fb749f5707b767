use serde_json::json;

use super::{DAY, Key, SECOND, keys};
use crate::config::reader::{Kind, show_duration};

/// Webhooks that go out.
pub(super) const KEYS: &[Key] = keys! {
    "webhooks.endpoints": Kind::Integer(0, 10_000),
        "The most webhook endpoints an organization may have.",
        "",
        |c, v| { c.webhooks.endpoints = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.webhooks.endpoints);
    "webhooks.concurrency": Kind::Integer(1, 10_000),
        "How many messages to webhook endpoints are sent at once. Others wait.",
        "",
        |c, v| { c.webhooks.concurrency = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.webhooks.concurrency);
    "webhooks.timeout": Kind::Duration(SECOND, 60 * SECOND),
        "How long a webhook endpoint may take to answer before the attempt counts as failed.",
        "",
        |c, v| { c.webhooks.timeout = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.webhooks.timeout));
    "webhooks.give_up": Kind::Duration(60 * 60 * SECOND, 30 * DAY),
        "A webhook endpoint that took nothing for so long is switched off.",
        "",
        |c, v| { c.webhooks.give_up = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.webhooks.give_up));
};
