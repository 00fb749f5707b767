use keyway_core::{Error, Kind, Principal, Subject, UserId};

use super::members::{done, not_found, view};
use super::{MemberView, People, error};
use crate::access;
use crate::audit::{Event, EventKind};

impl People {
    /// Keeps a person out everywhere: keys, tokens and web sessions end at once. They are a member
    /// still. Who belongs elsewhere too is disabled by the operator alone.
    pub async fn disable_user(&self, who: &Principal, user: &UserId) -> Result<MemberView, Error> {
        self.disable(who, user, Some(self.now())).await
    }

    /// Lets a disabled person in again. Their web sessions stay ended.
    pub async fn enable_user(&self, who: &Principal, user: &UserId) -> Result<MemberView, Error> {
        self.disable(who, user, None).await
    }

    /// Records that an address is known to be its person's, by the operator's word: then it accepts
    /// invitations, and links identities.
    pub async fn verify_email(&self, who: &Principal, email: &str) -> Result<(), Error> {
        access::operate(who)?;
        let (store, email) = (&self.parts.store, error::email(email)?);
        if store.verify_email(&email, self.now()).await? {
            let event = Event::new(EventKind::UserChanged, who).detail("verified", &*email);
            return self.record(event).await;
        }
        Err(error::not_found(
            "user_not_found",
            "nobody here has this e-mail address",
        ))
    }

    async fn disable(
        &self,
        who: &Principal,
        user: &UserId,
        at: Option<jiff::Timestamp>,
    ) -> Result<MemberView, Error> {
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
        done(store.disable_user(who.organization(), user, at).await?)?;
        self.noticed().await;
        let event = Event::new(EventKind::UserChanged, who).target("user", user.as_str());
        self.record(event.detail("disabled", at.is_some())).await?;
        let member = store.member(who.organization(), user).await?;
        member.map(view).ok_or_else(not_found)
    }
}
