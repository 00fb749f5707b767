use jiff::Timestamp;
use keyway_core::{Error, Principal, Role, UserId};
use keyway_store::{Changed, Member, Seen};

use super::{People, changed_meanwhile, error};
use crate::access;
use crate::audit::{Event, EventKind};
use crate::{Listed, Part};

/// A member of an organization.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// The person's id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address, if one is known.
    pub email: Option<String>,
    /// Their role.
    pub role: Role,
    /// Since when they are a member.
    pub created_at: Timestamp,
    /// When they were disabled, if they are.
    pub disabled_at: Option<Timestamp>,
    /// How often their place was changed, from 1. A change may name the one it was made of.
    pub revision: i64,
}

impl People {
    /// The members of the organization of `who`, who came first first.
    pub async fn members(&self, who: &Principal) -> Result<Vec<MemberView>, Error> {
        self.administer(who).await?;
        let all = self.parts.store.members(who.organization()).await?;
        Ok(all.into_iter().map(view).collect())
    }

    /// A part of the members of the organization of `who`, who came first first. Searched are names
    /// and addresses.
    pub async fn list_members(
        &self,
        who: &Principal,
        part: &Part<'_>,
    ) -> Result<Listed<MemberView>, Error> {
        self.administer(who).await?;
        let wanted = part.read()?;
        let store = &self.parts.store;
        let found = store.members_slice(who.organization(), wanted.slice());
        let place = |row: &Member| (row.created_at, row.id.to_string());
        Ok(wanted.listed(found.await?, place, view))
    }

    /// One member of the organization of `who`.
    pub async fn member(&self, who: &Principal, user: &UserId) -> Result<MemberView, Error> {
        self.administer(who).await?;
        let found = self.parts.store.member(who.organization(), user).await?;
        found.map(view).ok_or_else(not_found)
    }

    /// Gives a member another role. Who is an owner, and who becomes one, is decided by owners.
    /// `last_owner` when nobody would be left, `changed_meanwhile` when they are not what they were
    /// when they were seen.
    pub async fn set_role(
        &self,
        who: &Principal,
        user: impl Into<Seen<'_, UserId>>,
        role: Role,
    ) -> Result<MemberView, Error> {
        let seen = user.into();
        let user = seen.id;
        let event = Event::new(EventKind::MemberChanged, who)
            .target("user", user.as_str())
            .detail("role", role.as_str());
        let change = async {
            let member = self.may_change(who, user).await?;
            let store = &self.parts.store;
            if role == Role::Owner {
                access::own(store, who).await?;
            }
            let set = store.set_role(who.organization(), seen, role, self.now());
            match set.await? {
                Changed::Stale => Err(stale(&member)),
                changed => done(changed),
            }
        };
        self.change(event, change).await?;
        self.noticed().await;
        let member = self.parts.store.member(who.organization(), user).await?;
        member.map(view).ok_or_else(not_found)
    }

    /// Removes a member. Their API keys, tokens and web sessions at the organization end at once.
    pub async fn remove_member(&self, who: &Principal, user: &UserId) -> Result<(), Error> {
        let event = Event::new(EventKind::MemberRemoved, who).target("user", user.as_str());
        let change = async {
            self.may_change(who, user).await?;
            let store = &self.parts.store;
            done(
                store
                    .remove_member(who.organization(), user, self.now())
                    .await?,
            )?;
            Ok(())
        };
        self.change(event, change).await?;
        self.noticed().await;
        Ok(())
    }

    /// The member, if `who` may change them: owners are changed by owners.
    pub(super) async fn may_change(&self, who: &Principal, user: &UserId) -> Result<Member, Error> {
        self.administer(who).await?;
        let store = &self.parts.store;
        let member = store.member(who.organization(), user).await?;
        let member = member.ok_or_else(not_found)?;
        if member.role == Role::Owner {
            access::own(store, who).await?;
        }
        Ok(member)
    }
}

pub(super) fn view(member: Member) -> MemberView {
    MemberView {
        id: member.id,
        name: member.name,
        email: member.email,
        role: member.role,
        created_at: member.created_at,
        disabled_at: member.disabled_at,
        revision: member.revision,
    }
}

pub(super) fn done(changed: Changed) -> Result<(), Error> {
    match changed {
        Changed::Done => Ok(()),
        Changed::Missing | Changed::Stale => Err(not_found()),
        Changed::LastOwner => {
            let error = error::conflict("last_owner", "this is the last owner who can come in");
            Err(error.with_hint("make someone else an owner first"))
        }
    }
}

/// A member is not what they were when they were seen.
fn stale(now: &Member) -> Error {
    let (role, revision) = (now.role, now.revision);
    let is = match now.disabled_at {
        Some(_) => "disabled, with the role",
        None => "let in, with the role",
    };
    changed_meanwhile(
        "the member",
        &format!("they are {is} `{role}` (revision {revision})"),
    )
}

pub(super) fn not_found() -> Error {
    error::not_found("member_not_found", "there is no member with this id")
}
