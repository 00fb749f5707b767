use jiff::Timestamp;
use keyway_core::{Actor, Error, PersonLinkId, Principal, UserId};
use keyway_store::ExternalPerson;

use super::{ExternalPeople, error};
use crate::access;
use crate::audit::{Event, EventKind};

/// Who a member is at a third party.
#[derive(Debug, Clone)]
pub struct LinkedView {
    /// The id of the link between the two.
    pub id: PersonLinkId,
    /// Who they are here.
    pub user: UserId,
    /// The provider's name for people.
    pub provider_name: String,
    /// The third party's id of where they are.
    pub workspace: String,
    /// Its name. Text from outside.
    pub workspace_name: String,
    /// The third party's id of who they are.
    pub person: String,
    /// What they called themselves there. Text from outside.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
}

impl ExternalPeople {
    /// Who `who` is at third parties.
    pub async fn own(&self, who: &Principal) -> Result<Vec<LinkedView>, Error> {
        match who.actor() {
            Some(Actor::User(user)) => self.linked(who, &user).await,
            _ => Ok(Vec::new()),
        }
    }

    /// Who a member is at third parties, for who administers.
    pub async fn of(&self, who: &Principal, user: &UserId) -> Result<Vec<LinkedView>, Error> {
        access::administer(&self.app.inner.store, who).await?;
        self.linked(who, user).await
    }

    /// One link of `who`, or of anybody for who administers.
    ///
    /// # Errors
    ///
    /// `person_link_not_found`, also for those of others.
    pub async fn show(&self, who: &Principal, id: &PersonLinkId) -> Result<LinkedView, Error> {
        let store = &self.app.inner.store;
        let found = store.external_person(who.organization(), id).await?;
        let found = found.ok_or_else(error::not_found)?;
        let own = who.actor().as_ref().and_then(Actor::user) == Some(&found.user);
        if !own && access::administer(store, who).await.is_err() {
            return Err(error::not_found());
        }
        Ok(self.view(found))
    }

    /// Ends a link: whoever it is of decides at the third party no more, and what they approved and was
    /// not made yet does not count.
    ///
    /// # Errors
    ///
    /// As [`show`](Self::show).
    pub async fn remove(&self, who: &Principal, id: &PersonLinkId) -> Result<(), Error> {
        let linked = self.show(who, id).await?;
        let inner = &self.app.inner;
        let event = Event::new(EventKind::ExternalPersonUnlinked, who)
            .target("person_link", id.as_str())
            .detail("user", linked.user.as_str())
            .detail("workspace", linked.workspace.as_str())
            .detail("person", linked.person.as_str());
        let change = async {
            let removed = inner.store.remove_external_person(who.organization(), id);
            let removed = removed.await?;
            removed.then_some(()).ok_or_else(error::not_found)
        };
        inner.audit.change(event, change).await
    }

    async fn linked(&self, who: &Principal, user: &UserId) -> Result<Vec<LinkedView>, Error> {
        let store = &self.app.inner.store;
        let found = store.external_people(who.organization(), user).await?;
        Ok(found.into_iter().map(|one| self.view(one)).collect())
    }

    fn view(&self, of: ExternalPerson) -> LinkedView {
        LinkedView {
            id: of.id,
            user: of.user,
            provider_name: self.provider_name(&of.identity.provider),
            workspace: of.identity.workspace,
            workspace_name: of.identity.workspace_name,
            person: of.identity.id,
            name: of.identity.name,
            created_at: of.created_at,
        }
    }
}
