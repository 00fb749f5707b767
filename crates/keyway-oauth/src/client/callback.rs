use keyway_core::Secret;
use url::Url;

use super::pending::Pending;
use crate::OAuthError;
use crate::provider::ProviderError;

/// The authorization code out of the URL a person came back to (RFC 6749 section 4.1.2). Nothing of
/// it is used, not even an error, before it is known to answer this request and to come from the
/// authorization server that was asked (RFC 9207 section 2.4).
pub(super) fn code(pending: &Pending, callback_url: &str) -> Result<Secret<String>, OAuthError> {
    let url = come_back_to(&pending.redirect_uri, callback_url)?;
    let answer = Answer::read(&url)?;
    if answer.state.as_deref() != Some(pending.state.expose().as_str()) {
        return Err(OAuthError::WrongCallback("its state is another one's"));
    }
    let server = &pending.found.server;
    let is_theirs = match &answer.iss {
        Some(iss) => *iss == server.issuer || !server.identified,
        None => !server.sends_issuer,
    };
    if !is_theirs {
        return Err(OAuthError::WrongIssuer(server.issuer.clone()));
    }
    if let Some(error) = answer.error {
        let secrets = [pending.state.expose().as_str(), pending.verifier.expose()];
        let error = ProviderError::new(&error, answer.error_description.as_deref(), &secrets);
        return Err(match error.error() {
            "access_denied" => OAuthError::Denied(error),
            "invalid_client" | "unauthorized_client" => OAuthError::ClientRefused(error),
            _ => OAuthError::AuthorizationRefused(error),
        });
    }
    answer
        .code
        .filter(|code| !code.expose().is_empty())
        .ok_or(OAuthError::WrongCallback("it holds no code"))
}

/// Reads the URL; it has to be the redirect URI, or just its query, as people paste it.
fn come_back_to(redirect_uri: &str, callback_url: &str) -> Result<Url, OAuthError> {
    let wrong = |_| OAuthError::WrongCallback("it is no URL");
    let home = Url::parse(redirect_uri).map_err(wrong)?;
    let text = callback_url.trim();
    let url = if text.starts_with('?') {
        home.join(text)
    } else {
        Url::parse(text)
    }
    .map_err(wrong)?;
    if url.origin() != home.origin() || url.path() != home.path() {
        return Err(OAuthError::WrongCallback("it is not the redirect URI"));
    }
    Ok(url)
}

#[derive(Default)]
struct Answer {
    code: Option<Secret<String>>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Answer {
    /// Reads the query. No parameter may be there twice (RFC 6749 section 3.1).
    fn read(url: &Url) -> Result<Self, OAuthError> {
        let mut answer = Self::default();
        for (name, value) in url.query_pairs() {
            let value = value.into_owned();
            let was_there = match &*name {
                "code" => answer.code.replace(Secret::new(value)).is_some(),
                "state" => answer.state.replace(value).is_some(),
                "iss" => answer.iss.replace(value).is_some(),
                "error" => answer.error.replace(value).is_some(),
                "error_description" => answer.error_description.replace(value).is_some(),
                _ => false,
            };
            if was_there {
                return Err(OAuthError::WrongCallback("it holds a parameter twice"));
            }
        }
        Ok(answer)
    }
}
