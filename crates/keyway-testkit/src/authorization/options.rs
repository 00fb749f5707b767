use std::time::Duration;

/// How an authorization server that behaves is set up.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Options {
    /// The path of the issuer, `/tenant` say; empty for an issuer without one.
    pub issuer_path: String,
    /// Where the metadata is found.
    pub discovery: Discovery,
    /// Who answers the question at the authorization endpoint.
    pub consent: Consent,
    /// `scopes_supported`; none are named when empty.
    pub scopes: Vec<String>,
    /// Lifetime of access tokens as `expires_in` says; see also
    /// [`AuthorizationServer::expire_tokens`](super::AuthorizationServer::expire_tokens).
    pub expires_in: Duration,
    /// Clients can register themselves (RFC 7591).
    pub registration: bool,
    /// Clients can be the URL of a document.
    pub client_documents: bool,
    /// Refresh tokens are good once (OAuth 2.1 section 4.3.1).
    pub rotation: bool,
    /// The callback has `iss`, and the metadata says so (RFC 9207).
    pub iss: bool,
    /// `token_endpoint_auth_methods_supported`.
    pub auth_methods: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            issuer_path: String::new(),
            discovery: Discovery::OAuth,
            consent: Consent::Given,
            scopes: ["mcp:read", "mcp:write", "offline_access"]
                .map(str::to_owned)
                .to_vec(),
            expires_in: Duration::from_hours(1),
            registration: true,
            client_documents: false,
            rotation: true,
            iss: true,
            auth_methods: ["none", "client_secret_basic", "client_secret_post"]
                .map(str::to_owned)
                .to_vec(),
        }
    }
}

/// At which of the well-known places the metadata is found; the others are 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discovery {
    /// `/.well-known/oauth-authorization-server{path}` (RFC 8414 section 3).
    OAuth,
    /// `/.well-known/openid-configuration{path}`.
    OpenIdInserted,
    /// `{path}/.well-known/openid-configuration` (`OpenID` Connect Discovery section 4).
    OpenIdAppended,
}

/// Who answers the question at the authorization endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Everybody agrees, at once.
    Given,
    /// Everybody refuses, at once.
    Denied,
    /// A page asks, with a button for each answer: `Allow` and `Deny`.
    Asked,
}

/// How a protected MCP server is set up.
#[derive(Debug, Clone)]
pub struct ResourceOptions {
    /// The scopes named in the challenge of a 401; none when empty.
    pub challenged: Vec<String>,
    /// `scopes_supported` of the resource metadata.
    pub scopes: Vec<String>,
    /// Tools that need a further scope: name and scope.
    pub guarded: Vec<(String, String)>,
    /// The challenge names the resource metadata. Otherwise it is found at the well-known place.
    pub names_metadata: bool,
    /// The resource metadata is at `/.well-known/oauth-protected-resource`, not below it.
    pub metadata_at_root: bool,
}

impl Default for ResourceOptions {
    fn default() -> Self {
        Self {
            challenged: vec!["mcp:read".into()],
            scopes: vec!["mcp:read".into(), "mcp:write".into()],
            guarded: vec![("touch".into(), "mcp:write".into())],
            names_metadata: true,
            metadata_at_root: false,
        }
    }
}
