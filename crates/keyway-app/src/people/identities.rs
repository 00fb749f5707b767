use keyway_core::{Error, Role};

use super::{Browser, People, SignedIn};

/// A person as an issuer vouches for them.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Their name.
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Whether the issuer has verified the address. An unverified one links and invites nobody.
    pub email_verified: bool,
}

/// Someone who signs in elsewhere.
#[derive(Debug)]
pub struct IdentitySignIn {
    /// The issuer: of an OpenID provider, or `action` for the application's own login action.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// What the issuer says about them.
    pub profile: Profile,
    /// The organization they come into, by slug; `default` when absent.
    pub organization: Option<String>,
    /// The role they have there by the issuer's word. Whoever gets none falls under `sign_in.signup`.
    pub role: Option<Role>,
    /// From where.
    pub browser: Browser,
}

impl People {
    /// The issuer of identities that an application's own login and signup actions vouch for.
    pub const ACTION_ISSUER: &'static str = "action";

    /// Finds or makes the person and signs them in. Refuses with `signup_closed` whom nothing lets in,
    /// and with `email_taken` whose address belongs to an account that it is not proven to be theirs.
    pub async fn sign_in_identity(&self, sign_in: IdentitySignIn) -> Result<SignedIn, Error> {
        let _ = sign_in;
        todo!()
    }
}
