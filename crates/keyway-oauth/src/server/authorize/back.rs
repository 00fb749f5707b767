use std::fmt;

use keyway_core::Secret;

use super::super::redirect::RedirectUri;
use super::super::{Issuer, Refusal};

/// The way back to the client.
#[derive(Clone, PartialEq, Eq)]
pub struct Back {
    pub(super) redirect_uri: RedirectUri,
    pub(super) state: Option<String>,
}

impl Back {
    /// Where browsers are sent.
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Where a browser is sent with a code (RFC 6749 section 4.1.2, RFC 9207 section 2).
    pub fn granted(&self, code: &Secret<String>, issuer: &Issuer) -> Secret<String> {
        Secret::new(self.answer(vec![("code", code.expose())], issuer))
    }

    /// Where a browser is sent with an error (RFC 6749 section 4.1.2.1, RFC 9207 section 2).
    pub fn refused(&self, refusal: &Refusal, issuer: &Issuer) -> String {
        let error = vec![
            ("error", refusal.code().as_str()),
            ("error_description", refusal.description()),
        ];
        self.answer(error, issuer)
    }

    fn answer<'a>(&'a self, mut parameters: Vec<(&'a str, &'a str)>, issuer: &'a Issuer) -> String {
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters.push(("iss", issuer.as_str()));
        self.redirect_uri.with(&parameters)
    }
}

impl fmt::Debug for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Back")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}
