use jiff::Timestamp;
use keyway_core::{ClientId, Scopes};

use super::super::{CodeChallenge, CodeVerifier, ErrorCode, Refusal, Resource, check_resource};

/// What was kept of a code that was issued.
#[derive(Debug, Clone, Copy)]
pub struct IssuedCode<'a> {
    /// To whom.
    pub client: &'a ClientId,
    /// Where it was sent.
    pub redirect_uri: &'a str,
    /// What its verifier is held against.
    pub challenge: &'a CodeChallenge,
    /// What for.
    pub resource: &'a str,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// One text for everything that can be wrong with a code: whoever has a stolen one learns nothing.
const REFUSED: Refusal = Refusal::new(
    ErrorCode::InvalidGrant,
    "the code is unknown, used, expired, or not for this client, redirect_uri and code_verifier",
);

impl IssuedCode<'_> {
    /// Holds a code against the request that brings it (RFC 6749 section 4.1.3, RFC 7636 section
    /// 4.6, RFC 8707 section 2.2). OAuth 2.1 needs no `redirect_uri` here; one that is there has to
    /// be the one the code was sent to. That a code works once is for the store.
    pub fn check(
        &self,
        client: &ClientId,
        verifier: &CodeVerifier,
        redirect_uri: Option<&str>,
        resource: Option<&Resource>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let sent_there = redirect_uri.is_none_or(|uri| uri == self.redirect_uri);
        if client != self.client
            || !sent_there
            || now >= self.expires_at
            || !self.challenge.fits(verifier)
        {
            return Err(REFUSED);
        }
        check_resource(resource, self.resource)
    }

    /// What is said about a code that is not known, or was used.
    pub fn refusal() -> Refusal {
        REFUSED
    }
}

/// The scopes of a renewed token: what was granted, or as much of it as is asked for (RFC 6749
/// section 6).
pub fn narrow_scopes(granted: &Scopes, asked: Option<&Scopes>) -> Result<Scopes, Refusal> {
    match asked {
        None => Ok(granted.clone()),
        Some(asked) if granted.covers(asked) => Ok(asked.clone()),
        Some(_) => Err(Refusal::new(
            ErrorCode::InvalidScope,
            "scope has one that was not granted: sign in again to ask for it",
        )),
    }
}
