use std::collections::{HashMap, HashSet};

use keyway_app::NamedKind;
use keyway_app::audit::{AuditEntry, AuditTargets, Named};
use keyway_app::tools::ToolPlace;
use keyway_core::Error;

use crate::console::member::Admin;
use crate::console::rows::{actor_href, client_href};
use crate::console::tools;
use crate::shared::Shared;

/// What the events of a page are about, as far as it is still there.
pub(super) struct Abouts {
    targets: AuditTargets,
    tools: HashMap<String, ToolPlace>,
    servers: HashSet<String>,
}

impl Abouts {
    /// Looks all of them up at once.
    pub(super) async fn of(
        shared: &Shared,
        admin: &Admin,
        entries: &[AuditEntry],
    ) -> Result<Self, Error> {
        let (app, who) = (&shared.app, admin.who());
        let tools = entries.iter().filter_map(|entry| entry.tool.as_deref());
        let mut targets = entries.iter().filter_map(|entry| entry.target.as_ref());
        let servers = if targets.any(is_server) {
            let statuses = app.upstream_statuses(who).into_iter();
            statuses.map(|status| status.name).collect()
        } else {
            HashSet::new()
        };
        Ok(Self {
            targets: app.audit_targets(who, entries).await?,
            tools: app.tool_places(who, tools),
            servers,
        })
    }

    /// What an event is about in words: a tool, the name something had then, else the one it has now,
    /// else its id.
    pub(super) fn text(&self, entry: &AuditEntry) -> Option<String> {
        let named = entry.detail("name").map(str::to_owned);
        let target = entry.target.as_ref();
        let target = target.map(|target| self.name(target).unwrap_or(&target.id).to_owned());
        entry.tool.clone().or(named).or(target)
    }

    /// How something is called now, where it has a name and is there.
    pub(super) fn name(&self, target: &Named) -> Option<&str> {
        let (_, found) = self.targets.of(target)?;
        Some(&found.name)
    }

    /// The page of what an event is about.
    pub(super) fn href(&self, entry: &AuditEntry) -> Option<String> {
        let target = entry.target.as_ref().and_then(|target| self.page(target));
        let tool = entry.tool.as_deref();
        target.or_else(|| {
            let tool = tool?;
            Some(tools::place_href(tool, self.tools.get(tool)?))
        })
    }

    fn page(&self, target: &Named) -> Option<String> {
        if is_server(target) {
            let there = self.servers.contains(&target.id);
            return there.then(|| format!("/console/servers/{}", target.id));
        }
        let (kind, found) = self.targets.of(target)?;
        let place = &found.place;
        Some(match kind {
            NamedKind::User | NamedKind::ServiceAccount => actor_href(place),
            NamedKind::ApiKey => format!("/console/api-keys/{place}"),
            NamedKind::OauthClient | NamedKind::OauthGrant => client_href(place),
            NamedKind::Credential => format!("/console/apps/{place}"),
            NamedKind::Connector => format!("/console/connectors/{place}"),
            NamedKind::Project => format!("/console/settings/projects/{place}"),
            NamedKind::Invitation => "/console/people/invitations".to_owned(),
            NamedKind::Session => format!("/console/sessions/{place}"),
            NamedKind::Approval => format!("/console/approvals/{place}"),
            NamedKind::Organization => "/console/settings".to_owned(),
        })
    }
}

/// Whether a target is an MCP server, which is called by its key.
fn is_server(target: &Named) -> bool {
    ["server", "mcp_server"].contains(&target.kind.as_str())
}
