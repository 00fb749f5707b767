use crate::config::doc::{At, Node};

/// Whose format a list of servers is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Keyway's own: `mcp_servers`.
    Keyway,
    /// Desktop clients and most command-line ones: `mcpServers`.
    Desktop,
    /// VS Code: `servers` with `type` and `inputs`.
    VsCode,
    /// Keen: `servers` with `auth`.
    Keen,
}

impl Dialect {
    /// Recognises the dialect of a whole file and finds its servers in it. The error says what was
    /// looked for.
    pub(super) fn recognise(root: &Node) -> Result<(Self, &Node), (At, String)> {
        if root.members().is_none() {
            return Err((root.at, "expected a mapping".into()));
        }
        let found: Vec<_> = ["mcp_servers", "mcpServers", "servers"]
            .into_iter()
            .filter_map(|key| root.get(key).map(|node| (key, node)))
            .collect();
        match found.as_slice() {
            [] => Err((
                root.at,
                "there is no `mcpServers`, `servers` or `mcp_servers` in this file".into(),
            )),
            [(key, node)] => Ok((
                match *key {
                    "mcp_servers" => Self::Keyway,
                    "mcpServers" => Self::Desktop,
                    _ if is_vscode(root, node) => Self::VsCode,
                    _ => Self::Keen,
                },
                node,
            )),
            [(first, _), (second, node), ..] => Err((
                node.at,
                format!("both `{first}` and `{second}` are in this file: keep one"),
            )),
        }
    }

    /// What it is called in messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Keyway => "Keyway's `mcp_servers`",
            Self::Desktop => "desktop clients' `mcpServers`",
            Self::VsCode => "VS Code's `servers`",
            Self::Keen => "Keen's `servers`",
        }
    }

    /// True when `${NAME}` is a reference, as it is for clients that write `mcpServers`.
    pub(super) fn bare_references(self) -> bool {
        matches!(self, Self::Desktop)
    }
}

/// Marks of VS Code's format; without any, `servers` is Keen's.
fn is_vscode(root: &Node, servers: &Node) -> bool {
    let marks = [
        "type",
        "envFile",
        "headers",
        "gallery",
        "sandboxEnabled",
        "dev",
    ];
    root.get("inputs").is_some()
        || servers.members().is_some_and(|entries| {
            entries
                .iter()
                .any(|(_, entry)| marks.iter().any(|mark| entry.get(mark).is_some()))
        })
}
