use jiff::Timestamp;
use keyway_core::{Error, InvitationId, Principal, Role, Secret, UserId};

use super::People;

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
        let _ = (who, email, role);
        todo!()
    }

    /// All invitations of the organization of `who`, oldest first.
    pub async fn invitations(&self, who: &Principal) -> Result<Vec<InvitationView>, Error> {
        let _ = who;
        todo!()
    }

    /// Takes an invitation back.
    pub async fn revoke_invitation(&self, who: &Principal, id: &InvitationId) -> Result<(), Error> {
        let _ = (who, id);
        todo!()
    }
}
