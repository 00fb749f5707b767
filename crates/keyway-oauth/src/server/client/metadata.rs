use std::collections::BTreeSet;

use jiff::Timestamp;
use keyway_core::{ClientId, Scopes, Secret};
use serde_json::{Map, Value};

use super::super::redirect::{RedirectUri, RedirectUris};
use super::super::{ErrorCode, Refusal};
use super::read::{Source, read};
use super::{ApplicationType, AuthMethod, ClientName, DocumentUrl, GrantType};
use crate::jwt::JwkSet;

/// What is known of a client, checked. Only what is here is stored, answered and shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientMetadata {
    /// `client_name`
    pub name: ClientName,
    /// `redirect_uris`; none for clients that no browser comes back to.
    pub redirect_uris: RedirectUris,
    /// `application_type`
    pub application_type: ApplicationType,
    /// `grant_types`
    pub grant_types: BTreeSet<GrantType>,
    /// `token_endpoint_auth_method`
    pub auth_method: AuthMethod,
    /// `scope`. For a client that an admin made it is the most it may ask for; for others only a
    /// wish, which later step-ups may exceed.
    pub scope: Option<Scopes>,
    /// `jwks`, with [`AuthMethod::PrivateKeyJwt`].
    pub jwks: Option<JwkSet>,
    /// Pages about the client.
    pub links: Links,
    /// `software_id`
    pub software_id: Option<String>,
    /// `software_version`
    pub software_version: Option<String>,
}

/// Pages about a client, each https.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// `client_uri`
    pub client: Option<String>,
    /// `logo_uri`
    pub logo: Option<String>,
    /// `policy_uri`
    pub policy: Option<String>,
    /// `tos_uri`
    pub terms: Option<String>,
}

/// What the server adds to a registration (RFC 7591 section 3.2.1).
#[derive(Debug)]
pub struct Issued<'a> {
    /// `client_id`
    pub id: &'a ClientId,
    /// `client_id_issued_at`
    pub at: Timestamp,
    /// `client_secret`, where the method has one.
    pub secret: Option<&'a Secret<String>>,
}

impl ClientMetadata {
    /// Reads the body of a registration request (RFC 7591 section 2), or what an admin wants a
    /// client to be. Unknown fields are ignored (section 2); what is known has to be right.
    ///
    /// - `redirect_uris`: see [`super::super::redirect`]; needed for `authorization_code`.
    /// - `application_type`: without one, native when a redirect URI leads to an app or to loopback.
    /// - `grant_types`: without, `authorization_code` and `refresh_token`. `client_credentials` is
    ///   for clients of [`Source::Admin`], which have to prove themselves for it.
    /// - `token_endpoint_auth_method`: without, `none` for native and `client_secret_basic` for web
    ///   applications.
    /// - `jwks`: public keys, in the document itself. `jwks_uri` is refused: nothing of a client is
    ///   fetched but its document.
    pub fn from_request(body: &[u8], source: Source) -> Result<Self, Refusal> {
        read(body, source, None)
    }

    /// Reads a Client ID Metadata Document. It has to name the URL it was fetched from as its
    /// `client_id`, exactly, and it can have no secret. Grant types, response types and scopes
    /// beyond ours are for other servers, and left out.
    pub fn from_document(url: &DocumentUrl, body: &[u8]) -> Result<Self, Refusal> {
        read(body, Source::Document, Some(url))
    }

    /// Reads what [`ClientMetadata::to_stored`] wrote.
    pub fn from_stored(text: &str) -> Result<Self, Refusal> {
        read(text.as_bytes(), Source::Stored, None)
    }

    /// The metadata as JSON text, to be stored.
    pub fn to_stored(&self) -> String {
        Value::Object(self.to_fields()).to_string()
    }

    /// The answer to a registration (RFC 7591 section 3.2.1): what was issued, and what was
    /// checked. A secret does not expire by itself.
    pub fn registered(&self, issued: &Issued<'_>) -> Secret<String> {
        let mut fields = Map::new();
        fields.insert("client_id".into(), issued.id.as_str().into());
        fields.insert("client_id_issued_at".into(), issued.at.as_second().into());
        if let Some(secret) = issued.secret {
            fields.insert("client_secret".into(), secret.expose().as_str().into());
            fields.insert("client_secret_expires_at".into(), 0.into());
        }
        fields.extend(self.to_fields());
        Secret::new(Value::Object(fields).to_string())
    }

    /// Refuses a grant type that the client does not have (RFC 6749 section 5.2).
    pub fn allows(&self, grant: GrantType) -> Result<(), Refusal> {
        if self.grant_types.contains(&grant) {
            return Ok(());
        }
        Err(Refusal::new(
            ErrorCode::UnauthorizedClient,
            "the client is not registered for this grant type",
        ))
    }

    fn to_fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        };
        let text = |value: &Option<String>| value.clone().map(Value::from);
        set("client_name", Some(self.name.as_str().into()));
        let uris = self.redirect_uris.iter().map(RedirectUri::as_str);
        set("redirect_uris", Some(uris.collect()));
        set(
            "application_type",
            Some(self.application_type.as_str().into()),
        );
        let grants = self.grant_types.iter().map(|grant| grant.as_str());
        set("grant_types", Some(grants.collect()));
        let code = self.grant_types.contains(&GrantType::AuthorizationCode);
        let responses = code.then_some("code").into_iter();
        set("response_types", Some(responses.collect()));
        set(
            "token_endpoint_auth_method",
            Some(self.auth_method.as_str().into()),
        );
        set(
            "scope",
            self.scope.as_ref().map(|scope| scope.to_string().into()),
        );
        set("jwks", self.jwks.as_ref().map(JwkSet::to_json));
        set("client_uri", text(&self.links.client));
        set("logo_uri", text(&self.links.logo));
        set("policy_uri", text(&self.links.policy));
        set("tos_uri", text(&self.links.terms));
        set("software_id", text(&self.software_id));
        set("software_version", text(&self.software_version));
        fields
    }
}
