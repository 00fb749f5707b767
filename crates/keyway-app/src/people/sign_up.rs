use keyway_core::{Error, Secret};

use super::{Browser, People, SignedIn};

/// Someone who becomes a user by themselves.
#[derive(Debug)]
pub struct SignUp {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// The password they chose.
    pub password: Secret<String>,
    /// From where.
    pub browser: Browser,
}

impl People {
    /// Whether anyone may become a user with a password of their own: whether to show such a form.
    pub fn is_open(&self) -> bool {
        todo!()
    }

    /// Makes a member of the first organization. `signup_closed` unless `sign_in.signup` is `open`: an
    /// address that nobody has verified proves no domain.
    pub async fn sign_up(&self, sign_up: SignUp) -> Result<SignedIn, Error> {
        let _ = sign_up;
        todo!()
    }
}
