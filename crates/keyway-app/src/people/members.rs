use jiff::Timestamp;
use keyway_core::{Error, Principal, Role, UserId};

use super::People;

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
}

impl People {
    /// The members of the organization of `who`, who came first first.
    pub async fn members(&self, who: &Principal) -> Result<Vec<MemberView>, Error> {
        let _ = who;
        todo!()
    }

    /// Gives a member another role. Who is an owner, and who becomes one, is decided by owners.
    /// `last_owner` when nobody would be left.
    pub async fn set_role(
        &self,
        who: &Principal,
        user: &UserId,
        role: Role,
    ) -> Result<MemberView, Error> {
        let _ = (who, user, role);
        todo!()
    }

    /// Removes a member. Their API keys, tokens and web sessions at the organization end at once.
    pub async fn remove_member(&self, who: &Principal, user: &UserId) -> Result<(), Error> {
        let _ = (who, user);
        todo!()
    }
}
