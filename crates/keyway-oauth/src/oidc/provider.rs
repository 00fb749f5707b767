use keyway_core::json::{self, Bounds};
use serde::{Deserialize, Serialize};

use super::OidcError;
use crate::jwt::Algorithm;
use crate::server::BadUri;
use crate::server::Parts;

/// Bounds of a provider's document.
const BOUNDS: Bounds = Bounds {
    bytes: 256 << 10,
    depth: 16,
    nodes: 10_000,
};

/// What is used of a provider's configuration (`OpenID` Connect Discovery section 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its identifier.
    pub issuer: String,
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where codes are exchanged.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// The algorithms it signs with that are accepted here.
    pub algorithms: Vec<Algorithm>,
    /// How clients prove themselves there.
    pub auth_methods: Vec<String>,
    /// Whether its answers name it (RFC 9207 section 3).
    pub names_itself: NamesItself,
}

/// Whether answers of a provider carry `iss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamesItself {
    /// They all do.
    Always,
    /// It does not say.
    Unknown,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: Option<String>,
    jwks_uri: String,
    response_types_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Where the document of an issuer is (`OpenID` Connect Discovery section 4). The issuer is compared
/// as it is written; only for this URL a final slash is taken off.
pub fn discovery_url(issuer: &str) -> Result<String, OidcError> {
    let (parts, _) = Parts::web(issuer).map_err(|_| OidcError::BadIssuer)?;
    if parts.query.is_some() {
        return Err(OidcError::BadIssuer);
    }
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    Ok(format!("{base}/.well-known/openid-configuration"))
}

impl Provider {
    /// Reads the document that was fetched for an issuer. The document has to name that issuer,
    /// exactly (section 4.3); its places have to be https, or http on loopback.
    pub fn parse(issuer: &str, body: &[u8]) -> Result<Self, OidcError> {
        let bad = OidcError::BadDocument;
        json::check(body, BOUNDS).map_err(|_| bad("it is too long"))?;
        let wire: Wire = serde_json::from_slice(body)
            .map_err(|_| bad("it is no document of OpenID Connect Discovery"))?;
        if wire.issuer != issuer {
            return Err(bad(
                "it is another issuer's: write the issuer exactly as it does",
            ));
        }
        let types = wire.response_types_supported;
        if types.is_some_and(|types| !types.iter().any(|kind| kind == "code")) {
            return Err(bad("it offers no response_type code"));
        }
        let place = |url: String| -> Result<String, OidcError> {
            let web: Result<_, BadUri> = Parts::web(&url).map(|_| ());
            web.map_err(|_| bad("it names a place that is not https"))?;
            Ok(url)
        };
        let token_endpoint = wire.token_endpoint;
        let token_endpoint = token_endpoint.ok_or(bad("it names no token_endpoint"))?;
        // RS256 is what every provider has (section 3).
        let algorithms = match wire.id_token_signing_alg_values_supported {
            None => vec![Algorithm::Rs256],
            Some(names) => names.iter().filter_map(|name| name.parse().ok()).collect(),
        };
        if algorithms.is_empty() {
            return Err(bad("it signs with no algorithm that is accepted here"));
        }
        // `client_secret_basic` is what is meant where nothing is said (section 3).
        let auth_methods = wire.token_endpoint_auth_methods_supported;
        Ok(Self {
            issuer: wire.issuer,
            authorization_endpoint: place(wire.authorization_endpoint)?,
            token_endpoint: place(token_endpoint)?,
            jwks_uri: place(wire.jwks_uri)?,
            algorithms,
            auth_methods: auth_methods.unwrap_or_else(|| vec!["client_secret_basic".into()]),
            names_itself: if wire.authorization_response_iss_parameter_supported {
                NamesItself::Always
            } else {
                NamesItself::Unknown
            },
        })
    }
}
