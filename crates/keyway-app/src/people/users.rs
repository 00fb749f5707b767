use keyway_core::{Error, Kind, Principal, Subject, UserId};

use super::members::{done, not_found, view};
use super::{MemberView, People, error};
use crate::access;
use crate::audit::{Event, EventKind};

impl People {
    /// Keeps a person out everywhere: tokens, grants and web sessions end for good, and API keys do
    /// not work until they are enabled again. They are a member still. Who belongs elsewhere too is disabled by the operator alone.
    pub async fn disable_user(&self, who: &Principal, user: &UserId) -> Result<MemberView, Error> {
        self.disable(who, user, Some(self.now())).await
    }

    /// Lets a disabled person in again, with their API keys. Web sessions and grants stay ended.
    pub async fn enable_user(&self, who: &Principal, user: &UserId) -> Result<MemberView, Error> {
        self.disable(who, user, None).await
    }

    /// Records that an address is known to be its person's, by the operator's word: then it accepts
    /// invitations, and links identities.
    pub async fn verify_email(&self, who: &Principal, email: &str) -> Result<(), Error> {
        let event = Event::new(EventKind::UserChanged, who).detail("verified", email);
        let change = async {
            access::operate(who)?;
            let (store, email) = (&self.parts.store, error::email(email)?);
            let found = store.verify_email(&email, self.now()).await?;
            let nobody = "nobody here has this e-mail address";
            let not_found = || error::not_found("user_not_found", nobody);
            found.then_some(()).ok_or_else(not_found)
        };
        self.change(event, change).await
    }

    async fn disable(
        &self,
        who: &Principal,
        user: &UserId,
        at: Option<jiff::Timestamp>,
    ) -> Result<MemberView, Error> {
        let event = Event::new(EventKind::UserChanged, who)
            .target("user", user.as_str())
            .detail("disabled", at.is_some());
        self.change(event, self.change_disabled(who, user, at))
            .await?;
        self.noticed().await;
        let store = &self.parts.store;
        let member = store.member(who.organization(), user).await?;
        member.map(view).ok_or_else(not_found)
    }

    async fn change_disabled(
        &self,
        who: &Principal,
        user: &UserId,
        at: Option<jiff::Timestamp>,
    ) -> Result<(), Error> {
        self.may_change(who, user).await?;
        let store = &self.parts.store;
        if *who.subject() != Subject::Local && store.memberships(user).await?.len() > 1 {
            let error = Error::new(
                Kind::Forbidden,
                "operator_only",
                "only the operator of the gateway may disable this person",
            );
            return Err(error.with_hint("remove them from the organization instead"));
        }
        done(store.disable_user(who.organization(), user, at).await?)
    }
}
