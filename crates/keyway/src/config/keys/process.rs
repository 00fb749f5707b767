use serde_json::json;

use super::{Key, SECOND, keys};
use crate::config::check;
use crate::config::reader::{Kind, show_duration};
use crate::config::settings::LogFormat;

const FORMATS: &[&str] = &["auto", "text", "json"];

/// Files, keys, and the process.
pub(super) const KEYS: &[Key] = keys! {
    "data_dir": Kind::Path,
        "The directory of everything Keyway writes. Created at the first start; only its owner may read it.",
        "",
        |c, v| { c.storage.data_dir = v.path()?; Ok(()) },
        |c| json!(c.storage.data_dir);
    "database": Kind::Path,
        "The SQLite file. `keyway.db` in the data directory when not given.",
        "`DATABASE_URL`",
        |c, v| { c.storage.database = Some(v.path()?); Ok(()) },
        |c| json!(c.storage.database);
    "mcp_files": Kind::Paths,
        "Files of other programs that name MCP servers: desktop clients' `mcpServers`, VS Code's `servers`, Keen's `servers`. None is read unless it is named here.",
        "",
        |c, v| { c.mcp_files = v.paths()?; Ok(()) },
        |c| json!(c.mcp_files);
    "egress.allow": Kind::List,
        "Private addresses, networks (`10.0.0.0/8`) and host names that outgoing requests may reach all the same. Servers in the operator's own files need not be named. The variable holds for your own client (`keyway mcp`, `keyway chat`) as well.",
        "",
        |c, v| { c.egress.allow = check::egress(v.list()?)?; Ok(()) },
        |c| json!(c.egress.allow);
    "master_key.file": Kind::Path,
        "The file of the master key. `master.key` in the data directory when not given; the first start creates it, readable by its owner only. It may hold several keys, one a line: the first seals, the others still open what they sealed.",
        "",
        |c, v| { c.master_key.file = Some(v.path()?); Ok(()) },
        |c| json!(c.master_key.file);
    "master_key.command": Kind::Command,
        "A program and its arguments whose output is the master key (a password manager, a key service), or several with white space between them, the one that seals first.",
        "",
        |c, v| { c.master_key.command = v.command()?; Ok(()) },
        |c| json!(c.master_key.command);
    "shutdown.grace": Kind::Duration(0, 60 * 60 * SECOND),
        "How long running calls may take to finish once the process was told to stop.",
        "`PROCESS_SHUTDOWN_TIMEOUT`",
        |c, v| { c.shutdown.grace = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.shutdown.grace));
    "log.filter": Kind::Text,
        "What is logged: a level (`error`, `warn`, `info`, `debug`, `trace`), or directives like `info,keyway_mcp=debug`.",
        "`LOG_LEVEL`",
        |c, v| { c.log.filter = check::log_filter(&v.text()?)?; Ok(()) },
        |c| json!(c.log.filter);
    "log.format": Kind::Choice(FORMATS),
        "How it is logged: `text` for people, `json` for programs, `auto` text on a terminal and JSON otherwise.",
        "`LOG_FORMAT`",
        |c, v| {
            c.log.format = match v.choice()? {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => LogFormat::Auto,
            };
            Ok(())
        },
        |c| json!(match c.log.format {
            LogFormat::Auto => "auto",
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        });
};
