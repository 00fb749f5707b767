use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyway_core::ports::Lists;
use keyway_core::{Error, Kind, Principal};
use keyway_store::{NewTools, Pinning, ServerTools};

use super::curated::Curated;
use super::error;
use super::rules::{Rules, Usual};
use super::table::Key;
use super::view::{ServerPatch, ServerView};
use crate::App;
use crate::access;
use crate::audit::{Event, EventKind};

/// How many connectors are read at once.
const ROWS: u32 = 500;

/// What administrators decide about MCP servers and their tools.
#[derive(Debug, Clone)]
pub struct McpServers {
    pub(super) app: App,
}

/// A server as it stands.
pub(super) struct Standing {
    pub(super) key: Key,
    pub(super) stored: ServerTools,
    pub(super) rules: Rules,
    pub(super) usual: Usual,
    /// What it lists; `None` where nothing is connected here.
    pub(super) shown: Option<Arc<Curated>>,
}

impl App {
    /// What is decided about MCP servers, whether they are configured, defined or connected.
    pub fn mcp_servers(&self) -> McpServers {
        McpServers { app: self.clone() }
    }
}

impl McpServers {
    /// A server of the organization of `who`.
    ///
    /// # Errors
    ///
    /// `mcp_server_not_found`.
    pub async fn get(&self, who: &Principal, server: &str) -> Result<ServerView, Error> {
        self.app.administer(who).await?;
        Ok(self.standing(who, server).await?.view())
    }

    /// All servers of the organization of `who`, by key.
    pub async fn list(&self, who: &Principal) -> Result<Vec<ServerView>, Error> {
        self.app.administer(who).await?;
        let store = &self.app.inner.store;
        let configured = self.configured(who).await?.into_iter();
        let mut keys: BTreeMap<_, _> = configured.map(|key| (key, false)).collect();
        let mut after = String::new();
        loop {
            let some = store.connectors_after(who.organization(), &after, ROWS);
            let some = some.await?;
            let Some(last) = some.last() else { break };
            after.clone_from(&last.slug);
            keys.extend(some.into_iter().map(|one| (one.slug, true)));
        }
        let mut views = Vec::with_capacity(keys.len());
        for (server, is_connector) in keys {
            let key: Key = (who.organization().clone(), server.into());
            let shown = self.shown(&key);
            let standing = self.stands(key, shown, is_connector).await?;
            views.push(standing.view());
        }
        Ok(views)
    }

    /// How many changed or new tools wait to be accepted, by the server's key.
    pub async fn held(&self, who: &Principal) -> Result<BTreeMap<String, usize>, Error> {
        self.app.administer(who).await?;
        let store = &self.app.inner.store;
        Ok(store.held_tools(who.organization()).await?)
    }

    /// Changes the settings of a server, made from what had this revision. It holds for every client
    /// once this returned.
    ///
    /// # Errors
    ///
    /// `settings_changed` where somebody else changed them since.
    pub async fn change(
        &self,
        who: &Principal,
        server: &str,
        revision: i64,
        patch: &ServerPatch,
    ) -> Result<ServerView, Error> {
        let mut event = Event::new(EventKind::ServerSettingsChanged, who).target("server", server);
        for (name, value) in [
            ("disabled", patch.disabled),
            ("only_allowed", patch.only_allowed),
            ("needs_approval", patch.needs_approval),
        ] {
            if let Some(value) = value {
                event = event.detail(name, value);
            }
        }
        if let Some(definitions) = patch.definitions {
            event = event.detail("definitions", definitions.map(Pinning::as_str));
        }
        if let Some(new_tools) = patch.new_tools {
            event = event.detail("new_tools", new_tools.map(NewTools::as_str));
        }
        let change = async {
            self.decide(who).await?;
            let before = self.standing(who, server).await?;
            let mut new = before.stored.settings.clone();
            new.revision = revision;
            new.disabled = patch.disabled.unwrap_or(new.disabled);
            new.definitions = patch.definitions.unwrap_or(new.definitions);
            new.new_tools = patch.new_tools.unwrap_or(new.new_tools);
            new.only_allowed = patch.only_allowed.unwrap_or(new.only_allowed);
            new.needs_approval = patch.needs_approval.unwrap_or(new.needs_approval);
            let store = &self.app.inner.store;
            let (organization, key) = (&before.key.0, &*before.key.1);
            if !store.put_server_settings(organization, key, &new).await? {
                return Err(error::stale());
            }
            let after = ServerTools {
                settings: new,
                ..before.stored
            };
            // What nothing is held against any more begins anew when something is.
            if before.rules.remember() && !Rules::of(&after, before.usual).remember() {
                store.forget_tool_pins(organization, key).await?;
            }
            self.app.server_decided(&before.key).await?;
            Ok(())
        };
        self.app.audit().change(event, change).await?;
        Ok(self.standing(who, server).await?.view())
    }

    /// Connects to a server anew, now.
    ///
    /// # Errors
    ///
    /// `mcp_server_not_connected` where this process has no connection that everybody shares.
    pub async fn reconnect(&self, who: &Principal, server: &str) -> Result<(), Error> {
        self.app.administer(who).await?;
        let standing = self.standing(who, server).await?;
        if standing.usual == Usual::Added {
            let connectors = self.app.connectors();
            return Box::pin(connectors.refresh(who, server)).await.map(drop);
        }
        let reconnected = Box::pin(self.app.reconnect_server(who, server)).await;
        reconnected.map_err(|error| match error.kind() {
            Kind::NotFound => error::not_connected(),
            _ => error,
        })
    }

    /// Refuses who may not decide: what an OAuth client or an agent asks for, its person has to ask
    /// for themselves, or a poisoned tool could have itself accepted.
    pub(super) async fn decide(&self, who: &Principal) -> Result<(), Error> {
        self.app.administer(who).await?;
        access::made_by_hand(who)
    }

    /// A server of the organization of `who`, with all that is decided about it.
    pub(super) async fn standing(&self, who: &Principal, server: &str) -> Result<Standing, Error> {
        let organization = who.organization();
        let key: Key = (organization.clone(), server.into());
        let store = &self.app.inner.store;
        let shown = self.shown(&key);
        let connector = store.connector(organization, server).await?;
        let is_connector = connector.is_some_and(|found| found.slug == server);
        if shown.is_none() && !is_connector && !self.configured(who).await?.contains(server) {
            return Err(error::no_server());
        }
        self.stands(key, shown, is_connector).await
    }

    /// A connection of a server, where there is one.
    fn shown(&self, key: &Key) -> Option<Arc<Curated>> {
        self.app.inner.trust.all_shown(key).into_iter().next()
    }

    /// How a server stands that is there.
    async fn stands(
        &self,
        key: Key,
        shown: Option<Arc<Curated>>,
        is_connector: bool,
    ) -> Result<Standing, Error> {
        let usual = match (&shown, is_connector) {
            (Some(shown), _) => shown.usual(),
            (None, true) => Usual::Added,
            (None, false) => Usual::Operators,
        };
        let store = &self.app.inner.store;
        let stored = store.server_tools(&key.0, &key.1).await?;
        Ok(Standing {
            rules: Rules::of(&stored, usual),
            key,
            stored,
            usual,
            shown,
        })
    }

    /// The keys of servers that are no connectors.
    async fn configured(&self, who: &Principal) -> Result<BTreeSet<String>, Error> {
        let store = &self.app.inner.store;
        let own = store.organization_by_id(who.organization()).await?;
        let slug = own.map(|own| own.slug).unwrap_or_default();
        let configured = self.app.configured_servers(&slug);
        Ok(configured.into_iter().map(|one| one.key).collect())
    }
}

impl Standing {
    /// What the server lists now.
    pub(super) fn lists(&self) -> Arc<Lists> {
        self.shown
            .as_ref()
            .map(|shown| shown.inner().lists())
            .unwrap_or_default()
    }

    fn view(&self) -> ServerView {
        let waits = |pin: &&keyway_store::ToolPin| {
            let held = pin.held.as_ref().map(|held| &held.hash);
            held.is_some() && held != pin.rejected.as_ref()
        };
        ServerView {
            key: self.key.1.to_string(),
            disabled: self.rules.disabled,
            definitions: self.rules.pinning.as_str(),
            new_tools: self.rules.new_tools.as_str(),
            only_allowed: self.rules.only_allowed,
            needs_approval: self.rules.needs_approval,
            is_connector: self.usual == Usual::Added,
            listed: self.lists().tools.len(),
            shown: self
                .shown
                .as_ref()
                .map(|shown| shown.now().lists.tools.len())
                .unwrap_or_default(),
            held: self.stored.pins.iter().filter(waits).count(),
            revision: self.stored.settings.revision,
        }
    }
}
