use jiff::Timestamp;
use keyway_agent::ModelName;
use keyway_app::system::SystemClock;
use keyway_client::calls::ListKind;
use keyway_core::ports::Clock as _;
use keyway_tui::slash::{Command, HELP};
use keyway_tui::{Event, Reply};

use super::conductor::Conductor;
use super::world::word;
use crate::config::Severity;
use crate::local::ServerStatus;

impl Conductor {
    /// Runs a slash command; what comes of it is told as replies.
    pub(super) async fn command(&self, command: Command) {
        match command {
            Command::McpStatus => self.mcp_status(),
            Command::McpConnect(name) => self.mcp_connect(&name).await,
            Command::McpTools(server) => self.mcp_tools(server.as_deref()),
            Command::Approvals => self.approvals(),
            Command::Model(None) => {
                let model = self.parts.model_name.lock().clone();
                self.reply(Reply::Text(format!("{model} answers")));
            }
            Command::Model(Some(name)) => self.change_model(&name),
            Command::Sessions => self.sessions().await,
            Command::Help => {
                let rows = HELP.iter().map(|(usage, about)| row([usage, about]));
                let rows = rows.collect();
                self.table(["COMMAND", "WHAT IT DOES"], rows);
            }
            Command::Quit => {}
        }
    }

    fn table<const N: usize>(&self, head: [&str; N], rows: Vec<Vec<String>>) {
        let head = row(head);
        self.reply(Reply::Table { head, rows });
    }

    fn mcp_status(&self) {
        let client = &self.parts.client;
        let statuses = client.statuses();
        for finding in client.findings() {
            if finding.severity == Severity::Error {
                self.problem(finding.to_string());
            } else {
                self.reply(Reply::Text(finding.to_string()));
            }
        }
        if statuses.is_empty() {
            let file = client.home().user_file();
            let text = format!(
                "no MCP servers are configured: `keyway mcp add` puts one into {}",
                file.display()
            );
            return self.reply(Reply::Text(text));
        }
        let now = SystemClock.now();
        let rows = statuses
            .iter()
            .map(|status| status_row(status, now))
            .collect();
        let head = [
            "SERVER",
            "STATE",
            "SINCE",
            "TRANSPORT",
            "AUTH",
            "TOOLS",
            "WHY",
        ];
        self.table(head, rows);
    }

    fn mcp_tools(&self, server: Option<&str>) {
        let calls = &self.parts.calls;
        if let Some(server) = server
            && !calls.server_names().iter().any(|name| name == server)
        {
            return self.problem("there is no such server: /mcp status lists them");
        }
        let tools = calls.list(ListKind::Tools, server);
        if tools.is_empty() {
            return self.reply(Reply::Text("no tools: /mcp status says why".to_owned()));
        }
        let rows = tools.iter().map(|tool| {
            let about = tool.text("title").or_else(|| tool.text("description"));
            row([&tool.server, &tool.key, &about.unwrap_or_default()])
        });
        let rows = rows.collect();
        self.table(["SERVER", "TOOL", "WHAT IT DOES"], rows);
    }

    fn approvals(&self) {
        let remembered = match self.parts.calls.approvals().remembered() {
            Ok(remembered) => remembered,
            Err(error) => return self.problem(error.to_string()),
        };
        if remembered.is_empty() {
            let text = "nothing is remembered: every call is asked for".to_owned();
            return self.reply(Reply::Text(text));
        }
        let now = SystemClock.now();
        let rows = remembered
            .iter()
            .map(|one| row([&one.id, &one.key.server, &one.key.tool, &ago(one.at, now)]));
        let rows = rows.collect();
        self.table(["ID", "SERVER", "TOOL", "SINCE"], rows);
        let text = "revoke one with `keyway approvals remembered --revoke ID`".to_owned();
        self.reply(Reply::Text(text));
    }

    fn change_model(&self, name: &str) {
        let model: ModelName = match name.parse() {
            Ok(model) => model,
            Err(error) => return self.problem(format!("{error}")),
        };
        if let Err(failure) = self.parts.models.check(&model) {
            return self.problem(failure.to_text());
        }
        let Ok(mut session) = self.parts.session.try_lock() else {
            return self.problem("an answer is coming: stop it first, or wait for it");
        };
        model.clone_into(&mut self.parts.model_name.lock());
        session.change_model(model.clone());
        drop(session);
        self.tell(Event::World(Box::new(self.world())));
        self.reply(Reply::Text(format!("{model} answers from here on")));
    }

    async fn sessions(&self) {
        let sessions = {
            let Ok(session) = self.parts.session.try_lock() else {
                return self.problem("an answer is coming: stop it first, or wait for it");
            };
            session.sessions().clone()
        };
        let listed = tokio::task::spawn_blocking(move || sessions.list()).await;
        let listed = match listed {
            Ok(Ok(listed)) => listed,
            Ok(Err(error)) => return self.problem(error.to_string()),
            Err(_) => return,
        };
        if listed.is_empty() {
            let text = "there are no sessions yet".to_owned();
            return self.reply(Reply::Text(text));
        }
        let now = SystemClock.now();
        let rows = listed
            .iter()
            .take(30)
            .map(|one| row([&one.id, &ago(one.at, now), &one.model, &one.title]));
        let rows = rows.collect();
        self.table(["SESSION", "WHEN", "MODEL", "BEGINS WITH"], rows);
        let text = "go on with one: keyway chat --session ID".to_owned();
        self.reply(Reply::Text(text));
    }
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn status_row(status: &ServerStatus, now: Timestamp) -> Vec<String> {
    let about = &status.status;
    let mut why = about.reason.clone().unwrap_or_default();
    if let Some(retry) = about.next_retry {
        let seconds = retry.duration_since(now).as_secs().max(0);
        why = format!("{why}; next try in {seconds} s");
    }
    // The same command, as it is written here.
    why = why.replace(
        &format!("`keyway mcp connect {}`", about.name),
        &format!("/mcp connect {}", about.name),
    );
    let tools = match about.tools {
        0 => "-".to_owned(),
        tools => tools.to_string(),
    };
    vec![
        about.name.clone(),
        word(status),
        ago(about.since, now),
        about.transport.to_owned(),
        about.auth.to_owned(),
        tools,
        why,
    ]
}

/// How long ago something was, in its largest unit.
fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
