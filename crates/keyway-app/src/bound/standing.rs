use keyway_core::ports::{Lists, Upstream as _, UpstreamState, UpstreamStatus};
use keyway_core::{Error, McpServer, Principal};

use super::connection::Connection;
use crate::App;
use crate::credentials::CredentialChoice;

impl App {
    /// How every MCP server is that `who` may see, by key: those of the organization, and their own
    /// connection to each that is reached with credentials.
    pub async fn server_statuses(&self, who: &Principal) -> Vec<UpstreamStatus> {
        let mut all = self.upstream_statuses(who);
        let Some(servers) = self.inner.bound.of(who.organization()) else {
            return all;
        };
        let (tenant, view) = (self.tenant(who), self.view(who));
        for server in servers.all() {
            if view.sees(&tenant.facts().server(server.key())) {
                all.push(self.standing(who, server).await);
            }
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    async fn standing(&self, who: &Principal, server: &McpServer) -> UpstreamStatus {
        let choice = CredentialChoice::default();
        let definitions = self.definitions();
        let mut instances = Vec::new();
        for need in server.needs() {
            match self.instance(who, &definitions, need, &choice).await {
                Ok(instance) => instances.extend(instance),
                Err(error) => return lacking(server.key(), &error),
            }
        }
        let id = Connection::name(who.organization(), server.key(), &instances);
        let known = self.inner.bound.get(&id);
        known.map_or_else(
            || closed(server.key(), &Lists::default()),
            |connection| connection.status(),
        )
    }
}

/// A server that is connected to when it is needed.
pub(super) fn closed(key: &str, lists: &Lists) -> UpstreamStatus {
    UpstreamStatus {
        name: key.to_owned(),
        transport: "http",
        auth: "credential",
        state: UpstreamState::Configured,
        reason: None,
        since: jiff::Timestamp::UNIX_EPOCH,
        next_retry: None,
        protocol: None,
        tools: lists.tools.len(),
        listed_at: lists.fetched_at,
        warnings: Vec::new(),
    }
}

fn lacking(key: &str, error: &Error) -> UpstreamStatus {
    let hint = error.hint().map(|hint| format!("; {hint}"));
    UpstreamStatus {
        state: UpstreamState::AuthRequired,
        reason: Some(format!("{error}{}", hint.unwrap_or_default())),
        ..closed(key, &Lists::default())
    }
}
