use std::collections::{BTreeSet, HashMap};

use keyway_core::{Error, OrgId};

use crate::App;

impl App {
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
            let name = if let Ok(user) = id.parse() {
                let member = store.member(organization, &user).await?;
                member.map(|member| member.name)
            } else if let Ok(account) = id.parse() {
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
