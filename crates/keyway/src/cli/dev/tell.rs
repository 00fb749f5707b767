use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyway_app::definitions::{Aspect, Difference};
use keyway_client::text::line;
use keyway_core::action::{Entry, Expose};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::cli::validate;
use crate::config::{Finding, Severity};
use crate::serve::{Reloaded, Running};

/// How many tools are named at the start.
const SHOWN: usize = 20;
/// The same of publications.
const WEBHOOKS: u32 = 20;

/// Tells a developer what is served and what became of each save.
#[derive(Clone)]
pub(super) struct Teller {
    terminal: Arc<Mutex<Terminal>>,
    folder: PathBuf,
}

impl Teller {
    pub(super) fn new(invocation: &Invocation, folder: Option<&Path>) -> Self {
        let no_colour = invocation.environment.is_set("NO_COLOR");
        let terminal = Terminal::of_process(invocation.global.json, no_colour);
        Self {
            terminal: Arc::new(Mutex::new(terminal)),
            folder: folder.unwrap_or(&invocation.directory).to_owned(),
        }
    }

    /// Tells where it is, how a client connects, and what tools there are.
    pub(super) async fn serving(&self, running: &Running) {
        let definitions = running.app().definitions();
        let tools = definitions.registry().iter();
        let tools: Vec<_> = tools
            .filter(|entry| entry.action().exposure().contains(Expose::MCP))
            .collect();
        let (url, address) = (running.url(), running.address().to_string());
        let tunnelled = !url.contains(&address);
        let webhooks = if tunnelled {
            webhooks(running).await
        } else {
            Vec::new()
        };
        if self.terminal.lock().is_json() {
            let key = running.first_key();
            let webhooks = webhooks.iter();
            let webhooks = webhooks.map(|(name, url)| json!({ "name": name, "url": url }));
            let names: Vec<_> = tools.iter().map(|entry| entry.tool_name()).collect();
            self.event(&json!({
                "event": "serving",
                "url": url,
                "address": address,
                "folder": self.folder,
                "tools": names,
                "webhooks": webhooks.collect::<Vec<_>>(),
                // Shown this once, as `keyway serve` does.
                "apiKey": key.map(|key| key.expose().as_str()),
            }));
            return;
        }
        running.announce().await;
        let mut terminal = self.terminal.lock();
        terminal.line(format!("{} at {url}", running.name()));
        if tunnelled {
            terminal.line(format!("Listening on {address}"));
        }
        for (name, url) in webhooks {
            terminal.line(format!("Webhooks of {name}: {url}"));
        }
        if running.first_key().is_none() {
            let name = running.name();
            terminal.line(format!(
                "Connect a client: `{name} client add claude-code --write`; a key: `{name} api-keys \
                 create`"
            ));
        }
        terminal.line(counted(tools.len()));
        for entry in tools.iter().take(SHOWN) {
            terminal.line(format!("  {}{}", entry.tool_name(), about(entry)));
        }
        if let Some(more) = tools.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            terminal.line(format!("  and {more} more"));
        }
        let folder = self.folder.display();
        terminal.line(format!(
            "Following what is saved in {folder}. Ctrl-C stops."
        ));
    }

    /// Tells what became of a save.
    pub(super) fn saved(&self, reloaded: &Reloaded) {
        match reloaded {
            Reloaded::Taken(difference) => self.taken(difference),
            Reloaded::Refused { findings, clashes } => self.refused(findings, clashes),
        }
    }

    fn taken(&self, difference: &Difference) {
        if self.terminal.lock().is_json() {
            let mut event = json!({ "event": "reloaded" });
            if let (Some(event), Ok(Value::Object(difference))) =
                (event.as_object_mut(), serde_json::to_value(difference))
            {
                event.extend(difference);
            }
            return self.event(&event);
        }
        let mut terminal = self.terminal.lock();
        if difference.is_empty() {
            terminal.line("reloaded: every tool looks as before");
            return;
        }
        terminal.line("reloaded");
        for name in &difference.gained {
            terminal.line(format!("  + {name}"));
        }
        for name in &difference.lost {
            terminal.line(format!("  - {name}"));
        }
        for changed in &difference.changed {
            let what: Vec<_> = changed
                .what
                .iter()
                .map(|what| Aspect::as_str(*what))
                .collect();
            terminal.line(format!("  ~ {}: {}", changed.name, what.join(", ")));
        }
    }

    fn refused(&self, findings: &[Finding], clashes: &[String]) {
        if self.terminal.lock().is_json() {
            let findings: Vec<_> = findings.iter().map(Finding::to_json).collect();
            return self.event(&json!({
                "event": "refused",
                "findings": findings,
                "clashes": clashes,
            }));
        }
        let mut terminal = self.terminal.lock();
        validate::findings(findings, clashes, &mut terminal);
        let errors = findings.iter();
        let errors = errors.filter(|finding| finding.severity == Severity::Error);
        let errors = validate::counted(errors.count() + clashes.len(), "error");
        terminal.line(format!(
            "{errors}: not taken over, what was good before goes on"
        ));
    }

    fn event(&self, event: &Value) {
        self.terminal.lock().line(event.to_string());
    }
}

/// Where the third parties of publications send to.
async fn webhooks(running: &Running) -> Vec<(String, String)> {
    let app = running.app();
    let (publications, who) = (app.publications(), app.local());
    let all = publications.list(&who, None, Some(WEBHOOKS));
    let all = all.await.map(|page| page.publications).unwrap_or_default();
    let told = all.into_iter().rev();
    told.map(|one| (line(&one.name, 100), one.url)).collect()
}

fn counted(tools: usize) -> String {
    match tools {
        0 => {
            "No action is exposed as a tool: `expose: [mcp]` in its definition does that".to_owned()
        }
        _ => validate::counted(tools, "tool"),
    }
}

/// What a tool is for, in a line.
fn about(entry: &Entry) -> String {
    let action = entry.action();
    let text = action.get_title().unwrap_or(action.get_description());
    let first = text.lines().next().filter(|first| !first.is_empty());
    first.map_or_else(String::new, |first| format!("  {first}"))
}
