use std::time::Duration;

use keyway_core::{Error, Principal};

use super::{People, Signup};

/// How people sign in, as an administrator reads it: what the operator configured.
#[derive(Debug, Clone)]
pub struct SignInView {
    /// Who may become a user.
    pub signup: Signup,
    /// The OpenID providers that let people into the organization: name and issuer.
    pub providers: Vec<(String, String)>,
    /// The fewest characters of a password.
    pub password_min_length: usize,
    /// After how long without a request a web session ends.
    pub session_idle: Duration,
    /// After how long a web session ends in any case.
    pub session_lifetime: Duration,
}

impl People {
    /// How people sign in. For administrators.
    pub async fn sign_in_view(&self, who: &Principal) -> Result<SignInView, Error> {
        let here = self.organization(who).await?;
        let settings = &self.parts.settings;
        let own = settings
            .oidc
            .iter()
            .filter(|provider| provider.organization == here.slug);
        Ok(SignInView {
            signup: settings.signup.clone(),
            providers: own
                .map(|provider| (provider.name.clone(), provider.issuer.clone()))
                .collect(),
            password_min_length: settings.password_min_length,
            session_idle: settings.session_idle,
            session_lifetime: settings.session_lifetime,
        })
    }
}
