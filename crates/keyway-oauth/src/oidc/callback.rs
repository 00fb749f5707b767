use keyway_core::Secret;

use super::OidcError;
use super::Provider;
use super::provider::NamesItself;
use crate::ProviderError;
use crate::server::Parameters;

/// What a browser brings back from the provider (`OpenID` Connect Core sections 3.1.2.5 and
/// 3.1.2.6). Whose it is is not known before its state was held against the browser's.
#[derive(Debug)]
pub struct Callback {
    parameters: Parameters,
    state: Secret<String>,
}

impl Callback {
    /// Reads the query.
    pub fn read(query: &str) -> Result<Self, OidcError> {
        let bad = OidcError::BadCallback;
        let parameters = Parameters::from_query(query).map_err(|_| bad("it cannot be read"))?;
        let repeated = |_| bad("a parameter is there more than once");
        parameters.each_once().map_err(repeated)?;
        let state = parameters.optional("state").map_err(repeated)?;
        let state = state.ok_or(bad("it has no state"))?.to_owned();
        Ok(Self {
            parameters,
            state: Secret::new(state),
        })
    }

    /// `state`, by which the sign-in is found.
    pub fn state(&self) -> &Secret<String> {
        &self.state
    }

    /// The code, if the answer is this provider's (RFC 9207 section 2.4) and no refusal.
    pub fn code(&self, provider: &Provider) -> Result<Secret<String>, OidcError> {
        let bad = OidcError::BadCallback;
        let read = |name| self.parameters.optional(name).ok().flatten();
        match read("iss") {
            Some(issuer) if issuer != provider.issuer => {
                return Err(bad("it comes from another provider"));
            }
            None if provider.names_itself == NamesItself::Always => {
                return Err(bad("it does not say which provider it comes from"));
            }
            _ => {}
        }
        if let Some(error) = read("error") {
            let secrets = [self.state.expose().as_str()];
            let error = ProviderError::new(error, read("error_description"), &secrets);
            return Err(OidcError::Refused(error));
        }
        let code = read("code").ok_or(bad("it has no code"))?;
        Ok(Secret::new(code.to_owned()))
    }
}
