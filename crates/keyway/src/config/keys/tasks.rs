use serde_json::json;

use super::{DAY, Key, SECOND, keys};
use crate::config::reader::{Kind, show_duration};

/// Calls that MCP clients come back for.
pub(super) const KEYS: &[Key] = keys! {
    "tasks.keep": Kind::Duration(SECOND, 30 * DAY),
        "How long a task is kept after it began, with what came of it. One that has not ended by then is given up.",
        "",
        |c, v| { c.tasks.keep = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.tasks.keep));
    "tasks.concurrency": Kind::Integer(1, 10_000),
        "How many tasks run at once. Others wait.",
        "",
        |c, v| { c.tasks.concurrency = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.tasks.concurrency);
    "tasks.per_principal": Kind::Integer(1, 10_000),
        "How many tasks that have not ended a key or a client may have.",
        "",
        |c, v| { c.tasks.per_principal = u32::try_from(v.integer()?).unwrap_or(u32::MAX); Ok(()) },
        |c| json!(c.tasks.per_principal);
};
