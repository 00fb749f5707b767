//! Who is alone with what, where transactions run beside each other. Whoever makes a code or a grant shares
//! these names; whoever takes grants back, and the codes that would become some, is alone with them. So
//! nothing comes into being behind the back of somebody who ends it.

use keyway_core::{Actor, ClientId, GrantId, OrgId, UserId};

use super::grants::NewGrant;

/// All that is granted in an organization.
pub(super) fn lock_of(organization: &OrgId) -> String {
    format!("oauth/{organization}")
}

/// All that a person granted, wherever.
pub(crate) fn lock_of_user(user: &UserId) -> String {
    format!("oauth/{user}")
}

/// All that was granted to a client.
pub(super) fn lock_of_client(client: &ClientId) -> String {
    format!("oauth/{client}")
}

/// The tokens of one grant.
pub(super) fn lock_of_grant(grant: &GrantId) -> String {
    format!("oauth/{grant}")
}

/// What whoever makes a grant shares.
pub(super) fn granting(grant: &NewGrant) -> Vec<String> {
    let mut names = vec![lock_of(&grant.organization), lock_of_client(&grant.client)];
    if let Actor::User(user) = &grant.owner {
        names.push(lock_of_user(user));
    }
    names
}
