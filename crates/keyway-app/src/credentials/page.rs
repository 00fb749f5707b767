use std::collections::HashMap;

use keyway_core::credential::CredentialScope;
use keyway_core::{CredentialId, Error, Principal};
use keyway_store::CredentialFilter;

use super::{CredentialView, Place};
use crate::App;

/// Which instances to list.
#[derive(Debug, Clone, Default)]
pub struct ListCredentials<'a> {
    /// Those of this key.
    pub key: Option<&'a str>,
    /// Those of this scope.
    pub scope: Option<CredentialScope>,
    /// Those whose key or name has this in it.
    pub words: Option<&'a str>,
    /// The [`CredentialPage::next`] of the page before.
    pub cursor: Option<&'a str>,
    /// The most of a page.
    pub limit: u32,
}

/// Some instances, by key, scope and name.
#[derive(Debug, Clone)]
pub struct CredentialPage {
    /// The instances.
    pub credentials: Vec<CredentialView>,
    /// The names of the people whose they are, by id.
    pub names: HashMap<String, String>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

impl App {
    /// The instances `who` may see, like [`super::Credentials::list`], page by page.
    pub async fn credentials_page(
        &self,
        who: &Principal,
        list: &ListCredentials<'_>,
    ) -> Result<CredentialPage, Error> {
        let credentials = self.credentials();
        let sight = credentials.sight(who).await?;
        let after = list.cursor.map(str::parse::<CredentialId>).transpose();
        let after = after.map_err(|_| Error::invalid_at("/cursor", "a cursor of this list"))?;
        let filter = CredentialFilter {
            key: list.key,
            scope: list.scope,
            words: list.words,
            own: (!sight.all).then_some(sight.own.as_ref()),
            after: after.as_ref(),
        };
        let limit = list.limit.clamp(1, 200);
        let store = &self.inner.store;
        let mut found = store
            .credentials_page(who.organization(), &filter, limit + 1)
            .await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found
            .last()
            .filter(|_| more)
            .map(|last| last.id.to_string());
        let views = credentials.views(who, found).await?;
        let people = views.iter().filter_map(|view| match &view.place {
            Place::User { user } => Some(user.as_str()),
            _ => None,
        });
        Ok(CredentialPage {
            names: self.names_of(who.organization(), people).await?,
            credentials: views,
            next,
        })
    }
}
