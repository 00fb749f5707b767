use serde_json::json;

use super::{DAY, Key, keys};
use crate::config::reader::{Kind, show_duration};

/// Sessions of agents.
pub(super) const KEYS: &[Key] = keys! {
    "sessions.keep": Kind::Duration(DAY, 3_650 * DAY),
        "How long a session of an agent is kept in which nothing happens, with all that was said in it. For ever when not given.",
        "",
        |c, v| { c.sessions.keep = Some(v.duration()?); Ok(()) },
        |c| json!(c.sessions.keep.map(show_duration));
};
