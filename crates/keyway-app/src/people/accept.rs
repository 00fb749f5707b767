use jiff::Timestamp;
use keyway_core::{Error, Role, Secret};

use super::{Browser, People, SignedIn, WebVisitor};

/// What the page of an invitation shows to whoever has its link.
#[derive(Debug, Clone)]
pub struct InvitationLook {
    /// The organization's name.
    pub organization: String,
    /// Whom it is for.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Who invited them, if they are still there.
    pub invited_by: Option<String>,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// Whether the address has an account already: then its person signs in to accept.
    pub has_account: bool,
}

/// How an invitation is accepted.
#[derive(Debug)]
pub enum Accept<'a> {
    /// By becoming a user with the invited address.
    Password {
        /// The person's name.
        name: String,
        /// The password they chose.
        password: Secret<String>,
        /// From where.
        browser: Browser,
    },
    /// By someone who is signed in, and whose verified address is the invited one.
    Visitor(&'a WebVisitor, Browser),
}

impl People {
    /// What an invitation is, without accepting it. `invitation_not_valid` for one that was accepted,
    /// revoked, has expired, or never was.
    pub async fn look_at_invitation(&self, token: &str) -> Result<InvitationLook, Error> {
        let _ = token;
        todo!()
    }

    /// Accepts an invitation and signs in to its organization. `invitation_for_another` when the
    /// signed-in person is not the invited one.
    pub async fn accept_invitation(
        &self,
        token: &str,
        accept: Accept<'_>,
    ) -> Result<SignedIn, Error> {
        let _ = (token, accept);
        todo!()
    }
}
