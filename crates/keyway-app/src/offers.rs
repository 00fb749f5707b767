//! What somebody sees of the catalogue, and what changes of it.

use std::sync::Arc;

use keyway_core::action::HeaderParameter;
use keyway_core::rpc::RpcError;
use keyway_core::{Error, Principal};
use tokio::sync::broadcast;

use crate::{App, List, Notice, Page};

impl App {
    /// One page of what `who` sees of a list, in a stable order: actions by slug, then servers by
    /// key. What is listed may be called.
    pub fn list(
        &self,
        who: &Principal,
        list: List,
        cursor: Option<&str>,
    ) -> Result<Page, RpcError> {
        self.limits().from_principal(who).map_err(Error::from)?;
        self.view_with(who, &self.bound(who)).page(list, cursor)
    }

    /// How many items `who` sees of a list.
    pub fn count(&self, who: &Principal, list: List) -> usize {
        self.view_with(who, &self.bound(who)).count(list)
    }

    /// The parameters of a tool that are mirrored into `Mcp-Param-*` headers. Empty for most.
    pub fn header_parameters(&self, who: &Principal, tool: &str) -> Arc<[HeaderParameter]> {
        let catalogue = self.catalogue_with(who, &self.bound(who));
        let Some(route) = catalogue.tool(tool) else {
            return Arc::default();
        };
        // Nearly all have none, and then nothing has to be decided.
        if route.headers.is_empty() || !self.view(who).sees(&route.thing) {
            return Arc::default();
        }
        Arc::clone(&route.headers)
    }

    /// A number that is another one when what `who` sees of a list is, or when an action said that
    /// it is.
    pub fn version(&self, who: &Principal, list: List) -> u64 {
        let announced = self.tenant(who).announced(list);
        self.view(who).digest(list).wrapping_add(announced)
    }

    /// What changes for this principal from now on: lists also where only others see it. A receiver that lags has missed notices.
    pub fn notices(&self, who: &Principal) -> broadcast::Receiver<Notice> {
        // Whoever listens before their organization has anything hears of the first thing, too.
        self.tenant_of(who.organization()).listen()
    }
}
