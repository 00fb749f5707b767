use std::sync::Arc;

use keyway_core::ports::{BoxFuture, HeaderSource, MadeHeaders, TokenError};
use keyway_core::{McpServer, Principal};

use crate::App;
use crate::credentials::Leased;

/// The headers of a connection whose access tokens are renewed while it stands. They are those of the
/// instances it was opened with, whatever becomes of who opened it.
pub(super) struct Renewing {
    pub(super) app: App,
    /// Who opened it: a renewal that fails is written down as theirs.
    pub(super) who: Principal,
    pub(super) server: Arc<McpServer>,
    pub(super) opened: Arc<Leased>,
}

impl Renewing {
    async fn now(&self) -> Result<(MadeHeaders, Leased), TokenError> {
        let leased = self.app.lease_again(&self.who, &self.opened).await?;
        let made = self.server.headers(&leased.lease);
        let all = made.map_err(|error| TokenError::Refused(error.message().to_owned()))?;
        let secrets = leased.secrets();
        Ok((MadeHeaders { all, secrets }, leased))
    }
}

impl HeaderSource for Renewing {
    fn headers(&self) -> BoxFuture<'_, Result<MadeHeaders, TokenError>> {
        Box::pin(async move { Ok(self.now().await?.0) })
    }

    fn refused<'a>(
        &'a self,
        sent: &'a MadeHeaders,
    ) -> BoxFuture<'a, Result<Option<MadeHeaders>, TokenError>> {
        Box::pin(async move {
            let (now, leased) = self.now().await?;
            if !same(sent, &now) {
                // Renewed meanwhile, for another request.
                return Ok(Some(now));
            }
            self.app.tokens_refused(&leased);
            let (renewed, _) = self.now().await?;
            Ok((!same(sent, &renewed)).then_some(renewed))
        })
    }
}

fn same(one: &MadeHeaders, other: &MadeHeaders) -> bool {
    let text = |made: &MadeHeaders| -> Vec<String> {
        let each = made.secrets.iter();
        each.map(|secret| secret.expose().clone()).collect()
    };
    text(one) == text(other)
}
