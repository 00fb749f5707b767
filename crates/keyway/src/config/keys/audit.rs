use keyway_app::audit::Durability;
use serde_json::json;

use super::{DAY, Key, SECOND, keys};
use crate::config::check;
use crate::config::reader::{Kind, show_duration};

const DURABILITY: &[&str] = &["process", "power"];

/// What is written down, and how.
pub(super) const KEYS: &[Key] = keys! {
    "audit.durability": Kind::Choice(DURABILITY),
        "What an audit event survives once it is written: `process` the end of the process, however it ends; `power` the loss of power as well, for one wait for the disk a batch.",
        "",
        |c, v| {
            c.audit.durability = match v.choice()? {
                "power" => Durability::Power,
                _ => Durability::Process,
            };
            Ok(())
        },
        |c| json!(match c.audit.durability {
            Durability::Process => "process",
            Durability::Power => "power",
        });
    "audit.keep_arguments": Kind::List,
        "Tools, as patterns like `mcp__github__*`, whose arguments are kept in the audit log, with what looks secret masked. Of all others only a hash is.",
        "",
        |c, v| { c.audit.keep_arguments = check::tool_patterns(&v.list()?)?; Ok(()) },
        |c| c.audit.keep_arguments.iter().map(ToString::to_string).collect();
    "audit.commit_interval": Kind::Duration(1, SECOND),
        "How long an audit event of a call that only reads may wait for others to be written with. So much of them is lost when the process is killed.",
        "",
        |c, v| { c.audit.commit_interval = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.audit.commit_interval));
    "audit.checkpoint_events": Kind::Integer(1, 1_000_000),
        "After how many audit events a checkpoint is signed.",
        "",
        |c, v| { c.audit.checkpoint_events = v.usize()? as u64; Ok(()) },
        |c| json!(c.audit.checkpoint_events);
    "audit.checkpoint_interval": Kind::Duration(SECOND, DAY),
        "After how long a checkpoint is signed, when there is anything new in the audit log.",
        "",
        |c, v| { c.audit.checkpoint_interval = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.audit.checkpoint_interval));
};
