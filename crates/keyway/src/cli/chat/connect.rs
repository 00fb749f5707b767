use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use keyway_client::sign_in::{AtTerminal, PATIENCE, Step};
use keyway_core::ports::UpstreamState;
use keyway_tui::Reply;

use super::conductor::Conductor;
use crate::cli::mcp::connect::{find, resource};
use crate::cli::mcp::select;

/// How long a server may take to connect once the person is signed in.
const CONNECT: Duration = Duration::from_secs(10);

impl Conductor {
    /// `/mcp connect`: signs in where the server wants that, and connects anew.
    pub(super) async fn mcp_connect(&self, name: &str) {
        let client = &self.parts.client;
        let server = match Box::pin(find(client, name)).await {
            Ok(found) => found.server,
            Err(failure) => return self.problem(failure.to_text()),
        };
        let spec = match &server.spec {
            Ok(spec) if spec.enabled => spec,
            Ok(_) => return self.problem("the server is disabled by `enabled` in its entry"),
            Err(_) => return self.problem("its entry cannot be used: /mcp status says why"),
        };
        if let Some(resource) = resource(spec) {
            self.reply(Reply::Text(format!("signing in to {}…", server.name)));
            let told = self.clone();
            let tell = Arc::new(move |step| told.step(step));
            let sign_in = AtTerminal::new(self.parts.callback.clone(), PATIENCE, tell)
                .with_browser(self.parts.browser.clone());
            if let Err(error) = sign_in.prepare() {
                return self.problem(error.to_string());
            }
            let connecting = client.oauth().connect(&server.name, &resource, &sign_in);
            if let Err(error) = Box::pin(connecting).await {
                return self.problem(format!("{}: {error}", server.name));
            }
            self.reply(Reply::Text(format!("signed in to {}", server.name)));
        }
        let before = self.since(&server.name);
        client.reconnect(&server.name);
        self.settled(&server.name, before).await;
        let statuses = client.statuses();
        let status = statuses.iter().map(|one| &one.status);
        match status.into_iter().find(|status| status.name == server.name) {
            Some(status) if status.state == UpstreamState::Connected => {
                let text = format!("{} is connected: {} tools", status.name, status.tools);
                self.reply(Reply::Text(text));
            }
            Some(status) => self.problem(format!("{}: {}", status.name, select::why(status))),
            None => self.problem("the server is not configured any more"),
        }
    }

    /// Since when the server is in its state.
    fn since(&self, name: &str) -> Option<Timestamp> {
        let statuses = self.parts.client.statuses();
        let mut statuses = statuses.iter().map(|one| &one.status);
        let status = statuses.find(|status| status.name == name)?;
        Some(status.since)
    }

    /// Waits until the server is connected, or is not.
    async fn settled(&self, name: &str, before: Option<Timestamp>) {
        let client = &self.parts.client;
        let mut changes = client.changes();
        let settled = async {
            loop {
                let statuses = client.statuses();
                let mut states = statuses.iter().map(|one| &one.status);
                let on_its_way = states.any(|status| {
                    let moving = [UpstreamState::Configured, UpstreamState::Connecting];
                    // It takes a moment until the attempt begins.
                    let begins =
                        status.state != UpstreamState::Connected && Some(status.since) == before;
                    status.name == name && (begins || moving.contains(&status.state))
                });
                if !on_its_way || changes.recv().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(CONNECT, settled).await;
    }

    fn step(&self, step: Step) {
        let text = match step {
            Step::Opening { link } => {
                format!("your browser opens; if you see nothing, open this link:\n{link}")
            }
            Step::Link { link, why, .. } => {
                let why = why.map_or_else(String::new, |why| format!("{why}; "));
                format!("{why}open this link in a browser:\n{link}")
            }
            Step::AskAgain(why) => why.to_owned(),
            Step::CameBack => return,
        };
        self.reply(Reply::Text(text));
    }
}
