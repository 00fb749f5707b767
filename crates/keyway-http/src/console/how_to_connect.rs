use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_pages::console_context::{ClientHelp, HowToConnect, Snippet};
use serde_json::{Value, json};

use super::member::Member;
use super::routes::{Route, leads_to};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What the server is called in a client's configuration.
const NAME: &str = "keyway";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::member("/console/connect").nav("connect").get(show)]
}

/// `GET /console/connect`
async fn show(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let mcp = &shared.settings.mcp;
    let origin = &member.visit.address.origin;
    let url = mcp.enabled.then(|| format!("{origin}{}", mcp.route));
    let page = HowToConnect {
        public: origin.starts_with("https://"),
        keys_href: leads_to("/console/me/access", member.audience),
        clients: url.as_deref().map(clients).unwrap_or_default(),
        url,
    };
    member.show(&shared, &page).await
}

fn clients(url: &str) -> Vec<ClientHelp> {
    let add = format!("claude mcp add --transport http {NAME} {url}");
    let header = "--header \"Authorization: Bearer $KEYWAY_API_KEY\"";
    let through = json!({ "command": "npx", "args": ["-y", "mcp-remote", url] });
    let http = json!({ "type": "http", "url": url });
    let code = json!({ "name": NAME, "type": "http", "url": url });
    let tried = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let here = |key, snippets: Vec<Snippet>| ClientHelp {
        key,
        elsewhere: false,
        snippets,
    };
    vec![
        here(
            "claude-code",
            vec![
                snippet("connect-in-terminal", add.clone()),
                snippet("connect-with-key", format!("{add} {header}")),
            ],
        ),
        here(
            "claude-desktop",
            vec![
                snippet("connect-in-settings", url.to_owned()),
                snippet("connect-in-file-claude", file("mcpServers", &through)),
            ],
        ),
        here(
            "cursor",
            vec![snippet(
                "connect-in-file-cursor",
                file("mcpServers", &json!({ "url": url })),
            )],
        ),
        here(
            "vscode",
            vec![
                snippet("connect-in-terminal", format!("code --add-mcp '{code}'")),
                snippet("connect-in-file-vscode", file("servers", &http)),
            ],
        ),
        ClientHelp {
            key: "chatgpt",
            elsewhere: true,
            snippets: vec![snippet("connect-in-settings", url.to_owned())],
        },
        here(
            "codex",
            vec![
                snippet(
                    "connect-in-terminal",
                    format!("codex mcp add {NAME} --url {url}\ncodex mcp login {NAME}"),
                ),
                snippet(
                    "connect-in-file-codex",
                    format!(
                        "[mcp_servers.{NAME}]\nurl = \"{url}\"\nbearer_token_env_var = \"KEYWAY_API_KEY\""
                    ),
                ),
            ],
        ),
        here(
            "other",
            vec![snippet(
                "connect-to-try",
                format!(
                    "curl {url} -H \"Authorization: Bearer $KEYWAY_API_KEY\" \\\n  \
                     -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\\n  \
                     -d '{tried}'"
                ),
            )],
        ),
    ]
}

fn snippet(label: &'static str, text: String) -> Snippet {
    Snippet { label, text }
}

/// A file that names the server, as its programs have it.
fn file(list: &str, server: &Value) -> String {
    let file = json!({ list: { NAME: server } });
    serde_json::to_string_pretty(&file).unwrap_or_default()
}
