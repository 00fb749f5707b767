use keyway_core::{Error, Secret};

use super::{Browser, People, SignedIn};

/// Someone who signs in with a password.
#[derive(Debug)]
pub struct SignIn {
    /// Their e-mail address, as they wrote it.
    pub email: String,
    /// Their password.
    pub password: Secret<String>,
    /// From where.
    pub browser: Browser,
}

impl People {
    /// True until an owner of the first organization can sign in: has a password or an identity.
    pub async fn needs_setup(&self) -> Result<bool, Error> {
        todo!()
    }

    /// Signs in with a password. `invalid_credentials` tells nobody whether there is such an account;
    /// `too_many_attempts` says when to try again.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn, Error> {
        let _ = sign_in;
        todo!()
    }
}
