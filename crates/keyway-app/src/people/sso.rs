use keyway_core::{Error, Secret};

use super::{Browser, People, SignedIn};

/// Signing in at OpenID providers (OpenID Connect Core 1.0, code flow with PKCE).
#[derive(Clone)]
pub struct Sso {
    #[expect(dead_code, reason = "used by what follows")]
    people: People,
}

/// A provider as the sign-in page shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ProviderView {
    /// Its name in URLs: `/sso/<id>`.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// A sign-in that has begun at a provider.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// The value of a cookie that has to come back with it; works for 10 minutes, and once.
    pub cookie: Secret<String>,
}

/// What the provider sent the browser back with.
#[derive(Debug, Clone, Default)]
pub struct Callback {
    /// `code`
    pub code: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// `error`
    pub error: Option<String>,
    /// `iss` (RFC 9207)
    pub iss: Option<String>,
}

/// A sign-in that a provider vouched for.
#[derive(Debug)]
pub struct Completed {
    /// Who signed in.
    pub signed_in: SignedIn,
    /// What [`Sso::begin`] was given: where to go on.
    pub next: String,
}

impl Sso {
    pub(crate) fn new(people: People) -> Self {
        Self { people }
    }

    /// The configured providers.
    pub fn providers(&self) -> Vec<ProviderView> {
        todo!()
    }

    /// Begins a sign-in. `redirect_uri` is `<public url>/sso/<provider>/callback`. `next` comes back
    /// unchanged. `provider_unavailable` when it does not answer.
    pub async fn begin(
        &self,
        provider: &str,
        redirect_uri: &str,
        next: &str,
    ) -> Result<Begun, Error> {
        let _ = (provider, redirect_uri, next);
        todo!()
    }

    /// Completes a sign-in with what the provider answered and the cookie that [`Sso::begin`] gave to
    /// the same browser.
    pub async fn complete(
        &self,
        provider: &str,
        redirect_uri: &str,
        callback: Callback,
        cookie: &str,
        browser: Browser,
    ) -> Result<Completed, Error> {
        let _ = (provider, redirect_uri, callback, cookie, browser);
        todo!()
    }
}

impl std::fmt::Debug for Sso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sso").finish_non_exhaustive()
    }
}
