use serde::Serialize;

use crate::Page;

/// How clients are connected: `console/how_to_connect.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HowToConnect {
    /// The MCP endpoint; nothing where none is served.
    pub url: Option<String>,
    /// Whether clients elsewhere can reach it.
    pub public: bool,
    /// Where API keys are made, for who may.
    pub keys_href: Option<&'static str>,
    /// The clients.
    pub clients: Vec<ClientHelp>,
}

/// What is done in one client.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientHelp {
    /// Its texts are `connect-{key}-name` and `connect-{key}-steps`.
    pub key: &'static str,
    /// Whether it runs elsewhere, and needs an address that is reached from there.
    pub elsewhere: bool,
    /// What is copied.
    pub snippets: Vec<Snippet>,
}

/// Something to be copied.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    /// Where it goes: the key of a text.
    pub label: &'static str,
    /// The text itself.
    pub text: String,
}

impl Page for HowToConnect {
    const TEMPLATE: &'static str = "console/how_to_connect.html";

    fn samples() -> Vec<Self> {
        let keys = [
            "claude-code",
            "claude-desktop",
            "cursor",
            "vscode",
            "chatgpt",
            "codex",
            "other",
        ];
        let client = |key: &'static str| ClientHelp {
            key,
            elsewhere: key == "chatgpt",
            snippets: vec![Snippet {
                label: "connect-in-terminal",
                text: "client add https://gateway.example.com/mcp".into(),
            }],
        };
        let full = Self {
            url: Some("https://gateway.example.com/mcp".into()),
            public: true,
            keys_href: Some("/console/me/access"),
            clients: keys.map(client).to_vec(),
        };
        let near = Self {
            url: Some("http://127.0.0.1:8420/mcp".into()),
            public: false,
            keys_href: None,
            ..full.clone()
        };
        let none = Self {
            url: None,
            clients: Vec::new(),
            ..near.clone()
        };
        vec![full, near, none]
    }
}
