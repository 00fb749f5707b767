use keyway_core::{Scopes, Secret};

use super::super::client::GrantType;
use super::super::{CodeVerifier, ErrorCode, Parameters, Refusal, Resource, Resources};
use super::Presented;

/// A token request that can be read. Whether it is granted is another question.
#[derive(Debug)]
pub struct TokenRequest {
    /// Who asks.
    pub client: Presented,
    /// With what.
    pub grant: Grant,
    /// For which of our resources, where it says so.
    pub resource: Option<Resource>,
}

/// What a client wants tokens for.
#[derive(Debug)]
pub enum Grant {
    /// A code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
    Code {
        /// The code.
        code: Secret<String>,
        /// What its challenge was made of.
        verifier: CodeVerifier,
        /// Where the code was sent, where the client says so.
        redirect_uri: Option<String>,
    },
    /// A refresh token (RFC 6749 section 6).
    Refresh {
        /// The token.
        token: Secret<String>,
        /// What to narrow it to.
        scopes: Option<Scopes>,
    },
    /// The client itself (RFC 6749 section 4.4).
    Client {
        /// What for, as text: see [`super::super::authorize::requested_scopes`].
        scope: Option<String>,
    },
    /// What a person was shown elsewhere (RFC 8628 section 3.4).
    Device {
        /// The device code.
        code: Secret<String>,
    },
}

impl Grant {
    /// Which grant type it is.
    pub fn kind(&self) -> GrantType {
        match self {
            Self::Code { .. } => GrantType::AuthorizationCode,
            Self::Refresh { .. } => GrantType::RefreshToken,
            Self::Client { .. } => GrantType::ClientCredentials,
            Self::Device { .. } => GrantType::DeviceCode,
        }
    }
}

impl TokenRequest {
    /// Reads a request from its headers and its body.
    pub fn read(
        content_type: Option<&str>,
        authorization: Option<&str>,
        body: &[u8],
        resources: &Resources,
    ) -> Result<Self, Refusal> {
        let form = Parameters::from_form(content_type, body)?;
        let client = Presented::read(authorization, &form)?;
        let grant = read_grant(&form)?;
        let resource = resources.select(form.all("resource"))?.cloned();
        Ok(Self {
            client,
            grant,
            resource,
        })
    }
}

fn read_grant(form: &Parameters) -> Result<Grant, Refusal> {
    let kind = form.required("grant_type", "grant_type is missing")?;
    let kind = kind.parse().map_err(|_| {
        Refusal::new(
            ErrorCode::UnsupportedGrantType,
            "grant_type is one that is not offered here",
        )
    })?;
    let secret = |name, missing| {
        let text = form.required(name, missing)?;
        Ok::<_, Refusal>(Secret::new(text.to_owned()))
    };
    Ok(match kind {
        GrantType::AuthorizationCode => Grant::Code {
            code: secret("code", "code is missing")?,
            verifier: verifier(form)?,
            redirect_uri: form.optional("redirect_uri")?.map(str::to_owned),
        },
        GrantType::RefreshToken => Grant::Refresh {
            token: secret("refresh_token", "refresh_token is missing")?,
            scopes: scopes(form)?,
        },
        GrantType::ClientCredentials => Grant::Client {
            scope: form.optional("scope")?.map(str::to_owned),
        },
        GrantType::DeviceCode => Grant::Device {
            code: secret("device_code", "device_code is missing")?,
        },
    })
}

fn verifier(form: &Parameters) -> Result<CodeVerifier, Refusal> {
    let text = form.required("code_verifier", "code_verifier is missing")?;
    text.parse().map_err(|_| {
        Refusal::new(
            ErrorCode::InvalidRequest,
            "code_verifier has to be 43 to 128 unreserved characters",
        )
    })
}

fn scopes(form: &Parameters) -> Result<Option<Scopes>, Refusal> {
    let Some(text) = form.optional("scope")? else {
        return Ok(None);
    };
    text.parse()
        .map(|scopes: Scopes| Some(scopes).filter(|scopes| !scopes.is_empty()))
        .map_err(|_| {
            Refusal::new(
                ErrorCode::InvalidScope,
                "scope has one that does not exist here",
            )
        })
}
