use std::net::IpAddr;
use std::time::Duration;

use serde_json::Value;

/// The field that holds the access token of an `oauth2` credential.
pub const ACCESS_TOKEN: &str = "accessToken";

/// How access tokens of a service are got: its authorization server, as data. Who the gateway is
/// there, a client id and its secret, is the operator's to configure (`oauth_clients`).
///
/// ```
/// use keyway_core::credential::OAuth2;
///
/// let github = OAuth2::at(
///     "https://github.com/login/oauth/authorize",
///     "https://github.com/login/oauth/access_token",
/// )
/// .scopes(["repo", "read:user"]);
/// assert_eq!(github.fault(), None);
/// assert!(OAuth2::at("github.com", "").fault().is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OAuth2 {
    /// The MCP endpoint that the tokens are for, where its authorization server is found by asking it
    /// (RFC 9728). Nothing else names a server then.
    pub found_at: Option<String>,
    /// How tokens are granted.
    pub flow: Flow,
    /// The issuer identifier (RFC 8414). Its metadata names the endpoints where none are given.
    pub issuer: Option<String>,
    /// The authorization endpoint.
    pub authorization_endpoint: Option<String>,
    /// The token endpoint.
    pub token_endpoint: Option<String>,
    /// Where tokens are taken back (RFC 7009), where endpoints are given.
    pub revocation_endpoint: Option<String>,
    /// The `resource` to ask tokens for (RFC 8707). Not sent when absent.
    pub resource: Option<String>,
    /// The scopes to ask for.
    pub scopes: Vec<String>,
    /// Parameters of the authorization request besides those of OAuth.
    pub parameters: Vec<(String, String)>,
    /// How the client proves itself at the token endpoint. What the issuer's metadata says, else
    /// basic for a client with a secret.
    pub client_auth: Option<ClientAuth>,
    /// What the server does in a way of its own.
    pub quirks: Quirks,
}

/// How tokens are granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// A person agrees in the browser (OAuth 2.1 section 4.1).
    #[default]
    Consent,
    /// The client gets them for itself (OAuth 2.1 section 4.2).
    ClientCredentials,
}

/// How a client with a secret proves itself (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// `client_secret_basic`: in `Authorization`.
    Basic,
    /// `client_secret_post`: in the form.
    Post,
}

/// What an authorization server does in a way of its own.
///
/// ```
/// use keyway_core::credential::Quirks;
///
/// let slack = Quirks {
///     scope_separator: ',',
///     token_types: vec!["bot".into()],
///     ..Quirks::default()
/// };
/// assert!(slack.pkce);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quirks {
    /// What stands between scopes, instead of a space.
    pub scope_separator: char,
    /// False for a server that refuses requests with PKCE (RFC 7636).
    pub pkce: bool,
    /// JSON pointer (RFC 6901) to the object of the answer that holds the token, where that is not
    /// the answer itself.
    pub token_at: Option<String>,
    /// Types of tokens besides `bearer` that are sent like one.
    pub token_types: Vec<String>,
    /// How long an access token holds where the answer does not say.
    pub lifetime: Option<Duration>,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            scope_separator: ' ',
            pkce: true,
            token_at: None,
            token_types: Vec::new(),
            lifetime: None,
        }
    }
}

/// Parameters of an authorization request that are nobody's to choose.
const OURS: &[&str] = &[
    "response_type",
    "client_id",
    "client_secret",
    "redirect_uri",
    "code_challenge",
    "code_challenge_method",
    "state",
    "resource",
];

impl OAuth2 {
    /// A server with these endpoints: for authorization, and for tokens.
    pub fn at(authorization: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            authorization_endpoint: Some(authorization.into()),
            token_endpoint: Some(token.into()),
            ..Self::default()
        }
    }

    /// A server that publishes its metadata (RFC 8414) under its identifier.
    pub fn of_issuer(issuer: impl Into<String>) -> Self {
        Self {
            issuer: Some(issuer.into()),
            ..Self::default()
        }
    }

    /// The server that guards an MCP endpoint, found by asking the endpoint.
    ///
    /// ```
    /// let wiki = keyway_core::credential::OAuth2::of_resource("https://wiki.example/mcp");
    /// assert_eq!(wiki.fault(), None);
    /// assert_eq!(wiki.home(), "https://wiki.example/mcp");
    /// ```
    pub fn of_resource(url: impl Into<String>) -> Self {
        Self {
            found_at: Some(url.into()),
            ..Self::default()
        }
    }

    /// How tokens are granted.
    pub fn flow(mut self, flow: Flow) -> Self {
        self.flow = flow;
        self
    }

    /// Its identifier. A callback that names another one is refused (RFC 9207).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Where tokens are taken back (RFC 7009).
    pub fn revocation_endpoint(mut self, url: impl Into<String>) -> Self {
        self.revocation_endpoint = Some(url.into());
        self
    }

    /// The resource to ask tokens for (RFC 8707).
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// The scopes to ask for.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// One more parameter of the authorization request, like `access_type=offline`.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// How the client proves itself.
    pub fn client_auth(mut self, auth: ClientAuth) -> Self {
        self.client_auth = Some(auth);
        self
    }

    /// What the server does in a way of its own.
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// What stands for the server wherever something is bound to it: the endpoint it is found at, else
    /// its token endpoint, else its issuer.
    pub fn home(&self) -> &str {
        if let Some(found_at) = &self.found_at {
            return found_at;
        }
        let home = self.token_endpoint.as_ref().or(self.issuer.as_ref());
        home.map_or("", String::as_str)
    }

    /// Why it cannot be used, if it cannot: for whoever defined it.
    pub fn fault(&self) -> Option<String> {
        let endpoints = (&self.authorization_endpoint, &self.token_endpoint);
        if !matches!(endpoints, (Some(_), Some(_)) | (None, None)) {
            return Some("the authorization and the token endpoint go together".to_owned());
        }
        let is_named = self.token_endpoint.is_some() || self.issuer.is_some();
        if self.found_at.is_some() && is_named {
            return Some("a server that is found is not named as well".to_owned());
        }
        if self.found_at.is_none() && !is_named {
            return Some("it names neither an issuer nor endpoints".to_owned());
        }
        let urls = [
            ("endpoint", &self.found_at),
            ("issuer", &self.issuer),
            ("authorization endpoint", &self.authorization_endpoint),
            ("token endpoint", &self.token_endpoint),
            ("revocation endpoint", &self.revocation_endpoint),
        ];
        for (what, url) in urls {
            if url.as_deref().is_some_and(|url| !is_url(url)) {
                return Some(format!("its {what} is no https or http URL"));
            }
            if url.as_deref().is_some_and(is_in_the_clear) {
                return Some(format!(
                    "its {what} is `http:`: secrets would be sent in the clear (RFC 6749, section \
                     3.2); that is for this machine and literal addresses of private networks"
                ));
            }
        }
        let well_written = |scope: &String| {
            let separator = self.quirks.scope_separator;
            let good = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
            !scope.is_empty() && scope.chars().all(|c| good(c) && c != separator)
        };
        if !self.scopes.iter().all(well_written) {
            return Some("a scope is letters, digits and signs without a space".to_owned());
        }
        let mut names = self.parameters.iter().map(|(name, _)| name.as_str());
        if let Some(name) = names.find(|name| OURS.contains(name) || name.is_empty()) {
            return Some(format!("the parameter `{name}` is the gateway's to set"));
        }
        let pointer = self.quirks.token_at.as_deref();
        if pointer.is_some_and(|pointer| !pointer.starts_with('/')) {
            return Some("where the token is has to be a JSON pointer like `/user`".to_owned());
        }
        None
    }
}

/// The schema of the fields of an `oauth2` credential that is defined without a type.
pub(super) fn schema() -> Value {
    serde_json::json!({
        "type": "object",
        "properties": { ACCESS_TOKEN: { "type": "string" } },
        "required": [ACCESS_TOKEN],
    })
}

/// Why a type cannot stand for what is leased of an `oauth2` credential, if it cannot.
pub(super) fn unfit(schema: &Value) -> Option<String> {
    let properties = schema.get("properties").and_then(Value::as_object)?;
    let other = properties.keys().find(|name| *name != ACCESS_TOKEN)?;
    Some(format!(
        "an `oauth2` credential has the field `{ACCESS_TOKEN}` alone, not `{other}`"
    ))
}

fn is_url(text: &str) -> bool {
    let Ok(uri) = text.parse::<http::Uri>() else {
        return false;
    };
    let web = matches!(uri.scheme_str(), Some("https" | "http"));
    let plain = |authority: &http::uri::Authority| !authority.as_str().contains('@');
    web && uri.authority().is_some_and(plain) && !text.contains('#')
}

/// True for an `http:` URL that may lead beyond this machine and a private network.
fn is_in_the_clear(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let here = host == "localhost" || host.ends_with(".localhost");
    let near = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => false,
    };
    uri.scheme_str() == Some("http") && !here && !near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_cannot_be_asked_is_told_where_it_is_defined() {
        let at = || OAuth2::at("https://as.example/authorize", "https://as.example/token");
        assert_eq!(at().fault(), None);
        assert_eq!(OAuth2::of_issuer("https://as.example").fault(), None);
        for near in [
            "localhost:9",
            "127.0.0.1:9",
            "[::1]:9",
            "10.1.2.3",
            "[fd00::1]",
        ] {
            let fault = OAuth2::of_issuer(format!("http://{near}/")).fault();
            assert_eq!(fault, None, "{near}");
        }
        for far in [
            "as.example",
            "8.8.8.8",
            "[2001:db8::1]",
            "localhost.example",
        ] {
            let fault = OAuth2::of_issuer(format!("http://{far}/")).fault();
            assert!(fault.unwrap().contains("in the clear"), "{far}");
        }
        let quirks = |quirks| at().quirks(quirks).fault();
        for (fault, told) in [
            (OAuth2::default().fault(), "neither an issuer"),
            (
                OAuth2::at("as.example", "https://a.example").fault(),
                "authorization endpoint",
            ),
            (at().issuer("https://me:pw@as.example").fault(), "issuer"),
            (at().scopes(["a b"]).fault(), "a scope"),
            (at().parameter("state", "mine").fault(), "`state`"),
            (
                quirks(Quirks {
                    token_at: Some("user".into()),
                    ..Quirks::default()
                }),
                "JSON pointer",
            ),
        ] {
            let fault = fault.unwrap();
            assert!(fault.contains(told), "{fault}");
        }
        let half = OAuth2 {
            token_endpoint: None,
            ..at()
        };
        assert!(half.fault().unwrap().contains("go together"));
    }
}
