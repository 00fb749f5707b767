use std::time::Duration;

use jiff::Timestamp;
use keyway_core::{Actor, Error, InvitationId, Principal, Role, Secret, UserId};
use keyway_store::Invitation;

use super::service::later;
use super::{People, error};
use crate::access;
use crate::audit::{Event, EventKind};
use crate::keys::TokenKind;
use crate::{Listed, Part};

/// How long an invitation can be accepted.
const LIFE: Duration = Duration::from_hours(24 * 7);

/// An invitation as it is listed.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    /// Its id.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: String,
    /// As what.
    pub role: Role,
    /// What became of it.
    pub state: InvitationState,
    /// Who made it; the operator when absent.
    pub invited_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// It waits.
    Open,
    /// It was accepted.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Its time is over.
    Expired,
}

/// An invitation that was just made. No mail is sent: whoever made it hands the link on. This is the
/// only moment it is known.
#[derive(Debug)]
pub struct IssuedInvitation {
    /// The secret part of the link.
    pub token: Secret<String>,
    /// The invitation as it will be listed.
    pub view: InvitationView,
}

impl IssuedInvitation {
    /// The path of the page it leads to: `/invitations/<token>`.
    pub fn path(&self) -> Secret<String> {
        Secret::new(format!("/invitations/{}", self.token.expose()))
    }
}

impl People {
    /// Invites someone into the organization of `who`, for 7 days. Owners are invited by owners. An
    /// earlier open invitation of the same address ends.
    pub async fn invite(
        &self,
        who: &Principal,
        email: &str,
        role: Role,
    ) -> Result<IssuedInvitation, Error> {
        let parts = &self.parts;
        let id = InvitationId::generate(&*parts.clock, &*parts.random);
        let event = Event::new(EventKind::InvitationMade, who)
            .target("invitation", id.as_str())
            .detail("role", role.as_str());
        self.change(event, self.make_invitation(who, id, email, role))
            .await
    }

    async fn make_invitation(
        &self,
        who: &Principal,
        id: InvitationId,
        email: &str,
        role: Role,
    ) -> Result<IssuedInvitation, Error> {
        let parts = &self.parts;
        self.administer(who).await?;
        access::made_by_hand(who)?;
        access::a_person(who)?;
        if role == Role::Owner {
            access::own(&parts.store, who).await?;
        }
        let email = error::email(email)?;
        if parts.store.has_member(who.organization(), &email).await? {
            return Err(error::conflict(
                "already_member",
                "someone with this e-mail address is a member already",
            ));
        }
        let (now, secret) = (self.now(), self.secret(TokenKind::Invitation));
        let new = Invitation {
            id,
            organization: who.organization().clone(),
            email,
            role,
            invited_by: who.actor().as_ref().and_then(Actor::user).cloned(),
            created_at: now,
            expires_at: later(now, LIFE),
            accepted_at: None,
            revoked_at: None,
        };
        let hash = secret.digest().to_hex();
        parts.store.create_invitation(&new, &hash).await?;
        Ok(IssuedInvitation {
            token: secret.secret().clone(),
            view: view(new, now),
        })
    }

    /// All invitations of the organization of `who`, oldest first.
    pub async fn invitations(&self, who: &Principal) -> Result<Vec<InvitationView>, Error> {
        self.administer(who).await?;
        let all = self.parts.store.invitations(who.organization()).await?;
        let now = self.now();
        Ok(all.into_iter().map(|one| view(one, now)).collect())
    }

    /// A part of the invitations of the organization of `who`, newest first. Searched are addresses.
    pub async fn list_invitations(
        &self,
        who: &Principal,
        part: &Part<'_>,
    ) -> Result<Listed<InvitationView>, Error> {
        self.administer(who).await?;
        let wanted = part.read()?;
        let store = &self.parts.store;
        let found = store.invitations_slice(who.organization(), wanted.slice());
        let place = |row: &Invitation| (row.created_at, row.id.to_string());
        let now = self.now();
        Ok(wanted.listed(found.await?, place, |row| view(row, now)))
    }

    /// One invitation of the organization of `who`.
    pub async fn invitation(
        &self,
        who: &Principal,
        id: &InvitationId,
    ) -> Result<InvitationView, Error> {
        self.administer(who).await?;
        let found = self.parts.store.invitation(who.organization(), id).await?;
        Ok(view(found.ok_or_else(not_found)?, self.now()))
    }

    /// Takes an invitation back. One for an owner is taken back by owners.
    pub async fn revoke_invitation(&self, who: &Principal, id: &InvitationId) -> Result<(), Error> {
        let event = Event::new(EventKind::InvitationRevoked, who).target("invitation", id.as_str());
        let change = async {
            self.administer(who).await?;
            let (store, organization) = (&self.parts.store, who.organization());
            let found = store.invitation(organization, id).await?;
            let found = found.ok_or_else(not_found)?;
            if found.role == Role::Owner {
                access::own(store, who).await?;
            }
            let now = self.now();
            if store.revoke_invitation(organization, id, now).await? {
                return Ok(());
            }
            let error = error::conflict("invitation_accepted", "the invitation was accepted");
            Err(error.with_hint("remove the member instead"))
        };
        self.change(event, change).await
    }
}

fn view(of: Invitation, now: Timestamp) -> InvitationView {
    let state = if of.accepted_at.is_some() {
        InvitationState::Accepted
    } else if of.revoked_at.is_some() {
        InvitationState::Revoked
    } else if of.expires_at <= now {
        InvitationState::Expired
    } else {
        InvitationState::Open
    };
    InvitationView {
        id: of.id,
        email: of.email,
        role: of.role,
        state,
        invited_by: of.invited_by,
        created_at: of.created_at,
        expires_at: of.expires_at,
    }
}

fn not_found() -> Error {
    error::not_found(
        "invitation_not_found",
        "there is no invitation with this id",
    )
}
