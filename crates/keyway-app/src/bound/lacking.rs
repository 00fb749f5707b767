use keyway_core::{Error, McpServer};

use super::bind::names;
use crate::credentials::CredentialChoice;
use crate::{App, Call};

impl App {
    /// Why a call of a server's tool or prompt cannot be made, where that is because its caller has no
    /// credential for it. `None` for any other name, and for a server they do not see.
    pub(crate) async fn lacking(&self, call: &Call<'_>) -> Option<Error> {
        let servers = self.inner.bound.of(call.who.organization())?;
        let meant = |server: &&std::sync::Arc<McpServer>| names(server.key(), call.target);
        let server = servers.all().iter().find(meant)?;
        let facts = self.tenant(call.who);
        if !self
            .view(call.who)
            .sees(&facts.facts().server(server.key()))
        {
            return None;
        }
        let choice = CredentialChoice::of_params(call.params);
        self.connection(call.who, server, &choice).await.err()
    }
}
