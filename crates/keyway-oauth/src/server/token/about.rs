use keyway_core::Secret;

use super::super::{Parameters, Refusal};
use super::Presented;

/// A request about a token: to take it back (RFC 7009 section 2.1), or to be told about it (RFC 7662
/// section 2.1). Its `token_type_hint` means nothing here: a token says itself what it is.
#[derive(Debug)]
pub struct AboutToken {
    /// Who asks.
    pub client: Presented,
    /// Which token.
    pub token: Secret<String>,
}

impl AboutToken {
    /// Reads a request from its headers and its body.
    pub fn read(
        content_type: Option<&str>,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let form = Parameters::from_form(content_type, body)?;
        let client = Presented::read(authorization, &form)?;
        let token = form.required("token", "token is missing")?.to_owned();
        Ok(Self {
            client,
            token: Secret::new(token),
        })
    }
}
