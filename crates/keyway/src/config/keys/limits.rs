use serde_json::json;

use super::{DAY, Key, keys};
use crate::config::reader::{Kind, show_duration};

/// Bounds of what one caller may cost.
pub(super) const KEYS: &[Key] = keys! {
    "limits.body_bytes": Kind::Bytes(1 << 10, 1 << 30),
        "The most bytes a request body may have; a longer one is answered with 413.",
        "`WEB_MAX_BODY_SIZE`",
        |c, v| { c.limits.body_bytes = v.usize()?; Ok(()) },
        |c| json!(c.limits.body_bytes);
    "limits.json_depth": Kind::Integer(8, 512),
        "How deep JSON from outside may nest.",
        "",
        |c, v| { c.limits.json_depth = v.usize()?; Ok(()) },
        |c| json!(c.limits.json_depth);
    "limits.json_nodes": Kind::Integer(100, 100_000_000),
        "The most values and keys one JSON text from outside may have.",
        "",
        |c, v| { c.limits.json_nodes = v.usize()?; Ok(()) },
        |c| json!(c.limits.json_nodes);
    "limits.request_timeout": Kind::Duration(100, DAY),
        "How long a client may take to send its request.",
        "",
        |c, v| { c.limits.request_timeout = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.limits.request_timeout));
};
