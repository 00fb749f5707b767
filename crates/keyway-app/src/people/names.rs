use std::collections::{BTreeSet, HashMap};

use keyway_core::{Error, OrgId, Principal, ServiceAccountId, UserId};

use crate::App;

impl App {
    /// The names of people and service accounts of the organization of `who`, by their ids. Of anybody's
    /// for who administers it, else of one's own alone.
    pub async fn names<'a>(
        &self,
        who: &Principal,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<HashMap<String, String>, Error> {
        let all = self.administer(who).await.is_ok();
        let own = who.actor();
        let own = own.as_ref().map(keyway_core::Actor::as_str);
        let ids = ids.filter(|id| all || own == Some(*id));
        self.names_of(who.organization(), ids).await
    }

    /// The names of people and service accounts of an organization, by their ids; of those that are not
    /// there none. For what an administrator is shown.
    pub(crate) async fn names_of<'a>(
        &self,
        organization: &OrgId,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<HashMap<String, String>, Error> {
        let store = &self.inner.store;
        let mut names = HashMap::new();
        for id in ids.collect::<BTreeSet<_>>() {
            let name = if let Ok(user) = id.parse::<UserId>() {
                let member = store.member(organization, &user).await?;
                member.map(|member| member.name)
            } else if let Ok(account) = id.parse::<ServiceAccountId>() {
                let account = store.service_account(organization, &account).await?;
                account.map(|account| account.name)
            } else {
                None
            };
            names.extend(name.map(|name| (id.to_owned(), name)));
        }
        Ok(names)
    }
}
