use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A client whose configuration we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Kind {
    /// Claude Code: .mcp.json of the project, or ~/.claude.json
    ClaudeCode,
    /// Cursor: .cursor/mcp.json of the project, or ~/.cursor/mcp.json
    Cursor,
    /// VS Code: .vscode/mcp.json of the project
    Vscode,
}

/// Where the key comes from once the client runs.
#[derive(Clone, Copy)]
pub(super) enum Credential<'a> {
    /// No key is needed.
    None,
    /// From where this client looks: a variable, or a question it asks once.
    Referred,
    /// It stands in the file.
    Inline(&'a str),
}

impl Kind {
    /// The file for one project, or for everything its user does.
    pub(super) fn file(self, directory: &Path, home: Option<&Path>, user: bool) -> Option<PathBuf> {
        let (project, own) = match self {
            Self::ClaudeCode => (".mcp.json", Some(".claude.json")),
            Self::Cursor => (".cursor/mcp.json", Some(".cursor/mcp.json")),
            Self::Vscode => (".vscode/mcp.json", None),
        };
        if user {
            return Some(home?.join(own?));
        }
        Some(directory.join(project))
    }

    /// The key of the mapping that servers stand under.
    pub(super) fn section(self) -> &'static str {
        match self {
            Self::ClaudeCode | Self::Cursor => "mcpServers",
            Self::Vscode => "servers",
        }
    }

    /// The entry of the gateway.
    pub(super) fn entry(self, url: &str, credential: Credential<'_>) -> Value {
        let mut entry = match self {
            Self::ClaudeCode | Self::Vscode => json!({ "type": "http", "url": url }),
            Self::Cursor => json!({ "url": url }),
        };
        let key = match (credential, self) {
            (Credential::None, _) => return entry,
            (Credential::Inline(key), _) => key.to_owned(),
            (Credential::Referred, Self::ClaudeCode) => "${KEYWAY_API_KEY}".into(),
            (Credential::Referred, Self::Cursor) => "${env:KEYWAY_API_KEY}".into(),
            (Credential::Referred, Self::Vscode) => format!("${{input:{INPUT}}}"),
        };
        if let Some(members) = entry.as_object_mut() {
            let headers = json!({ "Authorization": format!("Bearer {key}") });
            members.insert("headers".into(), headers);
        }
        entry
    }

    /// The question that VS Code asks for the key; it keeps the answer in its own secret storage.
    pub(super) fn input(self, credential: Credential<'_>) -> Option<Value> {
        (self == Self::Vscode && matches!(credential, Credential::Referred)).then(|| {
            json!({
                "type": "promptString",
                "id": INPUT,
                "description": "Keyway API key",
                "password": true,
            })
        })
    }

    /// What to do for the key, in words.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::ClaudeCode | Self::Cursor => {
                "set KEYWAY_API_KEY to an API key (`keyway api-keys create`) where the client is started"
            }
            Self::Vscode => {
                "VS Code asks for the API key (`keyway api-keys create`) once and keeps it"
            }
        }
    }
}

const INPUT: &str = "keyway-api-key";
