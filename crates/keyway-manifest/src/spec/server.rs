use keyway_core::credential::CredentialScope;
use keyway_core::mcp_server::McpTransport;

use super::action::{NeedSpec, needs};
use super::{Headers, credential, parts};
use crate::fault::{Fault, Spot};
use crate::read::{Faults, Fields, Node};
use crate::template::{Template, read_text};

const KEYS: &[&str] = &[
    "title",
    "url",
    "command",
    "args",
    "credentials",
    "scope",
    "headers",
    "env",
];

/// An MCP server as a manifest has it.
#[derive(Debug)]
pub(crate) struct ServerSpec {
    pub(crate) title: Option<String>,
    pub(crate) transport: McpTransport,
    /// Where it says how it is reached.
    pub(crate) reached: Spot,
    pub(crate) credentials: Vec<NeedSpec>,
    pub(crate) scope: Option<CredentialScope>,
    pub(crate) headers: Headers,
    pub(crate) env: Vec<(String, Template)>,
}

impl ServerSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let transport = transport(&fields, faults);
        Some(Self {
            title: fields.text("title", faults),
            credentials: needs(&fields, faults),
            scope: credential::scope(&fields, faults),
            headers: parts::headers(&fields, faults),
            env: env(&fields, faults),
            transport: transport?,
            reached: fields
                .at
                .member(if fields.has("url") { "url" } else { "command" }),
        })
    }
}

fn transport(fields: &Fields<'_>, faults: &mut Faults) -> Option<McpTransport> {
    let refuse = |key: &str, message: &str, faults: &mut Faults| {
        if fields.has(key) {
            faults.push(Fault::new(fields.at.member(key), message));
        }
    };
    match (fields.get("url"), fields.get("command")) {
        (Some(url), None) => {
            for key in ["args", "env"] {
                refuse(key, "only a server with `command` has this", faults);
            }
            let url = url.text(faults)?.to_owned();
            Some(McpTransport::Http { url })
        }
        (None, Some(command)) => {
            refuse(
                "headers",
                "a child process has no headers: use `env`",
                faults,
            );
            let command = command.text(faults)?.to_owned();
            let args = fields.texts("args", faults).unwrap_or_default();
            Some(McpTransport::Stdio { command, args })
        }
        _ => {
            let message = "either `url` or `command` says how it is reached";
            faults.push(Fault::new(fields.at.clone(), message));
            None
        }
    }
}

fn env(fields: &Fields<'_>, faults: &mut Faults) -> Vec<(String, Template)> {
    let Some(node) = fields.get("env") else {
        return Vec::new();
    };
    let members = node.members(faults).into_iter();
    let each =
        members.filter_map(|(name, value)| Some((name.to_owned(), read_text(&value, faults)?)));
    each.collect()
}
