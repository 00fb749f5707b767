//! What agents may do at a third party in sessions of a publication: its provider's tools, as far as the
//! publication grants their scopes.

use std::sync::Arc;

use keyway_core::provider::{PublicationContext, publication_only, scope_missing};
use keyway_core::{Error, Principal, Subject};
use keyway_store::StoredPublication;

use crate::App;
use crate::installations::{granted, is_token_refused};

/// What helps where a scope is missing.
const GRANT: &str = "whoever administers can grant it: `keyway publications change --scope`";

/// What a provider's tool is run with, and for which publication.
pub(crate) struct Acting {
    publication: StoredPublication,
    place: Option<serde_json::Value>,
    pub(crate) context: Arc<PublicationContext>,
}

impl App {
    /// The tools that `who` has because of the publication it comes in by, by the slugs of their actions.
    pub(crate) async fn granted_tools(&self, who: &Principal) -> Result<Vec<String>, Error> {
        let Some(publication) = self.publication_of(who).await? else {
            return Ok(Vec::new());
        };
        let providers = &self.settings().providers;
        let Some(provider) = providers.get(&publication.provider) else {
            return Ok(Vec::new());
        };
        let scopes = granted(provider, &publication);
        let all = providers.tools_of(&publication.provider);
        Ok(all
            .filter(|(_, tool)| scopes.permits(tool.scope))
            .map(|(slug, _)| slug.to_owned())
            .collect())
    }

    /// What an action is run with that is a provider's tool; nothing for any other action.
    ///
    /// # Errors
    ///
    /// `publication_only` for who does not come in by a publication of the same provider,
    /// `publication_scope_missing`, and why nothing can be done through the installation.
    pub(crate) async fn acting_for(
        &self,
        who: &Principal,
        slug: &str,
    ) -> Result<Option<Acting>, Error> {
        let Some((provider, tool)) = self.settings().providers.tool(slug) else {
            return Ok(None);
        };
        let publication = self.publication_of(who).await?;
        let publication = publication.filter(|one| one.provider == provider.id());
        let publication = publication.ok_or_else(publication_only)?;
        if !granted(provider, &publication).permits(tool.scope) {
            return Err(scope_missing(tool.scope).with_hint(GRANT));
        }
        let session = who.agent().map(|agent| agent.session.clone());
        let place = match &session {
            None => None,
            Some(session) => {
                let store = &self.inner.store;
                let place = store.place_of_session(who.organization(), session).await?;
                place.and_then(|text| serde_json::from_str(&text).ok())
            }
        };
        self.act(publication, place, session).await.map(Some)
    }

    /// The same with another token, where the third party did not take the one it had.
    pub(crate) async fn acting_again<T>(
        &self,
        who: &Principal,
        acting: Option<&Acting>,
        reply: &Result<T, Error>,
    ) -> Result<Option<Acting>, Error> {
        let refused = reply.as_ref().is_err_and(is_token_refused);
        let Some(acting) = acting.filter(|_| refused) else {
            return Ok(None);
        };
        self.token_refused(&acting.publication, &acting.context.token)
            .await?;
        let session = who.agent().map(|agent| agent.session.clone());
        let publication = acting.publication.clone();
        let again = self.act(publication, acting.place.clone(), session);
        again.await.map(Some)
    }

    async fn act(
        &self,
        publication: StoredPublication,
        place: Option<serde_json::Value>,
        session: Option<keyway_core::SessionId>,
    ) -> Result<Acting, Error> {
        let context = self.acting(&publication, place.clone(), session).await?;
        Ok(Acting {
            publication,
            place,
            context: Arc::new(context),
        })
    }

    /// The publication that `who` comes in by, if it is open.
    async fn publication_of(&self, who: &Principal) -> Result<Option<StoredPublication>, Error> {
        let Subject::Publication { publication, .. } = who.subject() else {
            return Ok(None);
        };
        let store = &self.inner.store;
        let found = store.publication(who.organization(), publication).await?;
        Ok(found.filter(|one| one.removed_at.is_none() && one.paused_at.is_none()))
    }
}
