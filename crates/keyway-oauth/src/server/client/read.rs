use std::collections::BTreeSet;

use keyway_core::Scopes;
use keyway_core::json::{self, Bounds};
use serde::Deserialize;
use serde_json::Value;

use super::super::redirect::{Place, RedirectUri, RedirectUris};
use super::super::uri::Parts;
use super::super::{ErrorCode, Refusal};
use super::{
    ApplicationType, AuthMethod, ClientMetadata, ClientName, DocumentUrl, GrantType, Links,
};
use crate::jwt::JwkSet;

/// Bounds of a client's metadata.
const BOUNDS: Bounds = Bounds {
    bytes: 64 << 10,
    depth: 8,
    nodes: 2000,
};
/// The most characters of `software_id` and `software_version`.
const MAX_SOFTWARE: usize = 128;

/// Where metadata comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From a client that registers itself (RFC 7591).
    Client,
    /// From an admin.
    Admin,
    /// From a Client ID Metadata Document.
    Document,
    /// From our own store.
    Stored,
}

/// The fields of RFC 7591 section 2 that mean something here.
#[derive(Deserialize)]
struct Wire {
    client_id: Option<String>,
    client_name: Option<String>,
    redirect_uris: Option<Vec<String>>,
    application_type: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
    scope: Option<String>,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    software_id: Option<String>,
    software_version: Option<String>,
    client_secret: Option<Value>,
    client_secret_expires_at: Option<Value>,
}

const fn invalid(description: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidClientMetadata, description)
}

pub(super) fn read(
    body: &[u8],
    source: Source,
    url: Option<&DocumentUrl>,
) -> Result<ClientMetadata, Refusal> {
    json::check(body, BOUNDS).map_err(|_| invalid("the metadata is too long or nests too deep"))?;
    let wire: Wire = serde_json::from_slice(body)
        .map_err(|_| invalid("the metadata is no JSON object whose fields have the right types"))?;
    if let Some(url) = url {
        check_document(&wire, url)?;
    }
    let (redirect_uris, application_type) = wire.redirects()?;
    let grant_types = wire.grants(source)?;
    if grant_types.contains(&GrantType::AuthorizationCode) && redirect_uris.is_empty() {
        return Err(Refusal::new(
            ErrorCode::InvalidRedirectUri,
            "redirect_uris has to have at least one URI",
        ));
    }
    wire.check_responses(source, &grant_types)?;
    let auth_method = wire.method(source, application_type)?;
    if grant_types.contains(&GrantType::ClientCredentials) && auth_method == AuthMethod::None {
        return Err(invalid(
            "client_credentials needs a client that proves itself",
        ));
    }
    Ok(ClientMetadata {
        name: wire.name(source, &redirect_uris)?,
        scope: wire.scope(source)?,
        jwks: wire.keys(auth_method)?,
        links: wire.links()?,
        software_id: software(wire.software_id)?,
        software_version: software(wire.software_version)?,
        redirect_uris,
        application_type,
        grant_types,
        auth_method,
    })
}

/// What only holds for documents: draft-ietf-oauth-client-id-metadata-document, "Client Information
/// Metadata".
fn check_document(wire: &Wire, url: &DocumentUrl) -> Result<(), Refusal> {
    if wire.client_id.as_deref() != Some(url.as_str()) {
        return Err(invalid(
            "client_id has to be the URL of the document, exactly",
        ));
    }
    if wire.client_secret.is_some() || wire.client_secret_expires_at.is_some() {
        return Err(invalid("a document cannot have a client_secret"));
    }
    Ok(())
}

impl Wire {
    fn redirects(&self) -> Result<(RedirectUris, ApplicationType), Refusal> {
        let texts = || {
            let uris = self.redirect_uris.iter().flatten();
            uris.map(String::as_str)
        };
        let known = |text: &str| {
            text.parse()
                .map_err(|_| invalid("application_type is native or web"))
        };
        let stated = non_empty(self.application_type.as_ref());
        let application = match stated {
            Some(text) => known(text)?,
            None => guess(texts().take(super::super::redirect::MAX_REDIRECT_URIS)),
        };
        let uris = RedirectUris::register(texts(), application)
            .map_err(|bad| Refusal::new(ErrorCode::InvalidRedirectUri, bad.0))?;
        Ok((uris, application))
    }

    fn grants(&self, source: Source) -> Result<BTreeSet<GrantType>, Refusal> {
        let Some(texts) = &self.grant_types else {
            let default = [GrantType::AuthorizationCode, GrantType::RefreshToken];
            return Ok(default.into());
        };
        let mut grants = BTreeSet::new();
        for text in texts {
            match (text.parse(), source) {
                (Ok(GrantType::ClientCredentials), Source::Client) => {
                    return Err(invalid(
                        "client_credentials is for clients that an admin made",
                    ));
                }
                (Ok(GrantType::ClientCredentials) | Err(_), Source::Document) => {}
                (Ok(grant), _) => _ = grants.insert(grant),
                (Err(_), _) => return Err(invalid("grant_types has one that is not offered here")),
            }
        }
        if grants.iter().all(|grant| *grant == GrantType::RefreshToken) {
            return Err(invalid("grant_types has none that begins here"));
        }
        Ok(grants)
    }

    fn check_responses(&self, source: Source, grants: &BTreeSet<GrantType>) -> Result<(), Refusal> {
        let Some(texts) = &self.response_types else {
            return Ok(());
        };
        let code = texts.iter().any(|text| text == "code");
        let others = texts.iter().any(|text| text != "code");
        if others && source != Source::Document {
            return Err(invalid("response_types can only have code"));
        }
        if code != grants.contains(&GrantType::AuthorizationCode) {
            return Err(invalid(
                "response_types has code exactly when grant_types has authorization_code",
            ));
        }
        Ok(())
    }

    fn method(&self, source: Source, application: ApplicationType) -> Result<AuthMethod, Refusal> {
        let stated = non_empty(self.token_endpoint_auth_method.as_ref());
        let method = match (stated, source, application) {
            (Some(text), ..) => text.parse().map_err(|_| {
                invalid("token_endpoint_auth_method is one that is not offered here")
            })?,
            (None, Source::Document, _) | (None, _, ApplicationType::Native) => AuthMethod::None,
            (None, _, ApplicationType::Web) => AuthMethod::SecretBasic,
        };
        if source == Source::Document && method.has_secret() {
            return Err(invalid(
                "a document has token_endpoint_auth_method none or private_key_jwt",
            ));
        }
        Ok(method)
    }

    fn name(&self, source: Source, uris: &RedirectUris) -> Result<ClientName, Refusal> {
        match non_empty(self.client_name.as_ref()) {
            Some(text) => text.parse().map_err(|_| {
                invalid("client_name has to be 1 to 100 visible characters without < and >")
            }),
            None if source == Source::Document => Err(invalid("client_name is missing")),
            None => {
                let web = uris.iter().find(|uri| uri.place() == Place::Web);
                let named = web.and_then(|uri| uri.host().parse().ok());
                Ok(named.unwrap_or_else(ClientName::unnamed))
            }
        }
    }

    fn scope(&self, source: Source) -> Result<Option<Scopes>, Refusal> {
        let Some(text) = non_empty(self.scope.as_ref()) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(scopes) => Ok(Some(scopes)),
            Err(_) if source == Source::Document => Ok(None),
            Err(_) => Err(invalid("scope has one that does not exist here")),
        }
    }

    fn keys(&self, method: AuthMethod) -> Result<Option<JwkSet>, Refusal> {
        if method != AuthMethod::PrivateKeyJwt {
            return Ok(None);
        }
        if self.jwks_uri.is_some() {
            return Err(invalid("jwks_uri is not read here: put the keys into jwks"));
        }
        let jwks = self.jwks.as_ref();
        let jwks = jwks.ok_or(invalid("private_key_jwt needs the public keys in jwks"))?;
        let keys = JwkSet::of_client(jwks).map_err(|_| {
            invalid("jwks has to have 1 to 10 public keys for RS256, PS256, ES256 or EdDSA")
        })?;
        Ok(Some(keys))
    }

    fn links(&self) -> Result<Links, Refusal> {
        let link = |text: &Option<String>| -> Result<Option<String>, Refusal> {
            let Some(text) = non_empty(text.as_ref()) else {
                return Ok(None);
            };
            Parts::https(text).map_err(|_| {
                invalid("client_uri, logo_uri, policy_uri and tos_uri have to be https")
            })?;
            Ok(Some(text.to_owned()))
        };
        Ok(Links {
            client: link(&self.client_uri)?,
            logo: link(&self.logo_uri)?,
            policy: link(&self.policy_uri)?,
            terms: link(&self.tos_uri)?,
        })
    }
}

/// A client that leads back to an app or to loopback is a native one; `OpenID` Connect would say
/// web, which clients that are older than revision 2026-07-28 do not mean.
fn guess<'a>(mut uris: impl Iterator<Item = &'a str>) -> ApplicationType {
    let native =
        uris.any(|text| RedirectUri::parse(text).is_ok_and(|uri| uri.place() != Place::Web));
    if native {
        ApplicationType::Native
    } else {
        ApplicationType::Web
    }
}

fn software(text: Option<String>) -> Result<Option<String>, Refusal> {
    let text = text.filter(|text| !text.is_empty());
    let plain = |text: &String| {
        text.len() <= MAX_SOFTWARE && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    };
    if text.as_ref().is_some_and(|text| !plain(text)) {
        return Err(invalid(
            "software_id and software_version are up to 128 characters of ASCII",
        ));
    }
    Ok(text)
}

/// Some clients send empty texts for what they do not have.
fn non_empty(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}
