use std::collections::{BTreeSet, HashMap};

use keyway_core::{Error, OrgId, Principal, ServiceAccountId, UserId};
use keyway_store::NamedKind;

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
    /// there none. One query for people, and one for accounts. For what an administrator is shown.
    pub(crate) async fn names_of<'a>(
        &self,
        organization: &OrgId,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<HashMap<String, String>, Error> {
        let ids: BTreeSet<_> = ids.collect();
        let of_kind =
            |is: fn(&str) -> bool| -> Vec<_> { ids.iter().copied().filter(|id| is(id)).collect() };
        let users = of_kind(|id| id.parse::<UserId>().is_ok());
        let accounts = of_kind(|id| id.parse::<ServiceAccountId>().is_ok());
        let store = &self.inner.store;
        let mut names = HashMap::new();
        for (kind, ids) in [
            (NamedKind::User, users),
            (NamedKind::ServiceAccount, accounts),
        ] {
            let found = store.names(organization, kind, &ids).await?;
            names.extend(found.into_iter().map(|(id, found)| (id, found.name)));
        }
        Ok(names)
    }
}
