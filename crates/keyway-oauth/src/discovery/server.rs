use http::StatusCode;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::address::without_query;
use crate::wire::Wire;
use crate::{OAuthError, scopes};

const WHAT: &str = "the metadata of the authorization server";
const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

/// An authorization server as its validated metadata describes it (RFC 8414 section 2).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Server {
    pub(crate) issuer: String,
    #[serde(with = "crate::url_text")]
    pub(crate) authorization_endpoint: Url,
    #[serde(with = "crate::url_text")]
    pub(crate) token_endpoint: Url,
    #[serde(skip)]
    pub(crate) registration_endpoint: Option<Url>,
    #[serde(with = "crate::url_text::optional", default)]
    pub(crate) revocation_endpoint: Option<Url>,
    pub(crate) scopes: Vec<String>,
    /// How clients may prove themselves; `None` when it does not say.
    pub(crate) auth_methods: Option<Vec<String>>,
    /// `client_id_metadata_document_supported`
    pub(crate) takes_documents: bool,
    /// `authorization_response_iss_parameter_supported` (RFC 9207 section 3)
    pub(crate) sends_issuer: bool,
    /// Nothing is published: the endpoints are where revision 2025-03-26 has them.
    pub(crate) assumed: bool,
    /// The issuer is its identifier. Otherwise nobody said what it calls itself, and what a callback
    /// says of that is no reason to refuse it: each has a redirect URI of its own then.
    pub(crate) identified: bool,
}

/// Whether a server has to offer PKCE with S256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pkce {
    /// Its metadata has to say so.
    Demanded,
    /// Whoever described the server knows what it does: many offer it and do not say so.
    AsDescribed,
}

#[derive(Deserialize)]
struct Wired {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    registration_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    client_id_metadata_document_supported: bool,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Reads the metadata of the issuer, at each well-known place in the order of the revision. `None`
/// when it is at none of them.
pub(crate) async fn read(
    wire: &Wire<'_>,
    issuer: &str,
    pkce: Pkce,
) -> Result<Option<Server>, OAuthError> {
    let url = identifier(issuer).ok_or_else(|| OAuthError::BadMetadata {
        place: without_query(wire.home()),
        reason: String::from("it names an authorization server that is no issuer identifier"),
    })?;
    wire.check("the authorization server", &url)?;
    for place in places(&url) {
        if let Some(server) = read_at(wire, &place, |found| found == issuer, issuer, pkce).await? {
            return Ok(Some(server));
        }
    }
    Ok(None)
}

/// The URL of an issuer identifier: plain characters, without query or fragment (RFC 8414
/// section 2). It is compared byte for byte, and shown to people.
fn identifier(issuer: &str) -> Option<Url> {
    let is_plain = issuer.bytes().all(|byte| byte.is_ascii_graphic());
    let url = Url::parse(issuer).ok()?;
    (is_plain && url.query().is_none() && url.fragment().is_none()).then_some(url)
}

/// Reads what a server of revision 2025-03-26, which has no resource metadata, publishes about its
/// own origin.
pub(crate) async fn read_own(wire: &Wire<'_>, pkce: Pkce) -> Result<Option<Server>, OAuthError> {
    let origin = origin(wire.home());
    // We made the identifier ourselves, so its root may be written either way.
    let is_origin = |found: &str| found.strip_suffix('/').unwrap_or(found) == origin;
    for place in places(wire.home().join("/").as_ref().unwrap_or(wire.home())) {
        if let Some(server) = read_at(wire, &place, is_origin, &origin, pkce).await? {
            return Ok(Some(server));
        }
    }
    Ok(None)
}

/// The endpoints of a server of revision 2025-03-26 that publishes no metadata at all.
pub(crate) fn defaults(home: &Url) -> Option<Server> {
    let at = |path: &str| home.join(path).ok();
    Some(Server {
        issuer: origin(home),
        authorization_endpoint: at("/authorize")?,
        token_endpoint: at("/token")?,
        registration_endpoint: at("/register"),
        revocation_endpoint: None,
        scopes: Vec::new(),
        auth_methods: None,
        takes_documents: false,
        sends_issuer: false,
        assumed: true,
        identified: true,
    })
}

async fn read_at(
    wire: &Wire<'_>,
    place: &Url,
    is_issuer: impl Fn(&str) -> bool,
    expected: &str,
    pkce: Pkce,
) -> Result<Option<Server>, OAuthError> {
    let answer = wire.get(WHAT, place).await?;
    if answer.status != StatusCode::OK {
        return Ok(None);
    }
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(&answer.body) else {
        return Ok(None);
    };
    let bad = |reason: &str| OAuthError::BadMetadata {
        place: without_query(place),
        reason: reason.to_owned(),
    };
    let wired: Wired = serde_json::from_value(document)
        .map_err(|_| bad("issuer, authorization_endpoint or token_endpoint is missing or wrong"))?;
    if !is_issuer(&wired.issuer) {
        return Err(OAuthError::IssuerMismatch {
            expected: expected.to_owned(),
            found: crate::provider::clean(&wired.issuer, &[]),
        });
    }
    let offered = &wired.code_challenge_methods_supported;
    if pkce == Pkce::Demanded && !offered.iter().any(|method| method == "S256") {
        return Err(OAuthError::PkceUnsupported(wired.issuer));
    }
    let endpoint = |what: &'static str, text: String| {
        let url = Url::parse(&text).map_err(|_| bad(&format!("{what} is no URL")))?;
        wire.check(what, &url)?;
        Ok::<_, OAuthError>(url)
    };
    Ok(Some(Server {
        authorization_endpoint: endpoint("authorization_endpoint", wired.authorization_endpoint)?,
        token_endpoint: endpoint("token_endpoint", wired.token_endpoint)?,
        registration_endpoint: wired
            .registration_endpoint
            .map(|text| endpoint("registration_endpoint", text))
            .transpose()?,
        revocation_endpoint: wired
            .revocation_endpoint
            .map(|text| endpoint("revocation_endpoint", text))
            .transpose()?,
        issuer: wired.issuer,
        scopes: scopes::valid(wired.scopes_supported),
        auth_methods: wired.token_endpoint_auth_methods_supported,
        takes_documents: wired.client_id_metadata_document_supported,
        sends_issuer: wired.authorization_response_iss_parameter_supported,
        assumed: false,
        identified: true,
    }))
}

/// The well-known places of an issuer: OAuth with the path inserted, `OpenID` with the path inserted,
/// `OpenID` with the path in front.
fn places(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/');
    let mut paths = vec![format!("{OAUTH}{path}"), format!("{OPENID}{path}")];
    if !path.is_empty() {
        paths.push(format!("{path}{OPENID}"));
    }
    let at = |path: String| {
        let mut url = issuer.clone();
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        url
    };
    paths.into_iter().map(at).collect()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(issuer: &str) -> Vec<String> {
        let issuer = Url::parse(issuer).unwrap();
        places(&issuer).iter().map(Url::to_string).collect()
    }

    #[test]
    fn the_places_of_an_issuer_with_a_path() {
        assert_eq!(
            at("https://as.example/tenant1"),
            [
                "https://as.example/.well-known/oauth-authorization-server/tenant1",
                "https://as.example/.well-known/openid-configuration/tenant1",
                "https://as.example/tenant1/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn an_issuer_is_a_plain_url() {
        assert!(identifier("https://as.example/a").is_some());
        for issuer in [
            "https://as.example/\u{1b}[31m",
            "https://as.example/\n",
            "https://as.example/?a",
            "https://as.example/#a",
            "as.example",
        ] {
            assert!(identifier(issuer).is_none(), "{issuer:?}");
        }
    }

    #[test]
    fn the_places_of_an_issuer_without_a_path() {
        assert_eq!(
            at("https://as.example"),
            [
                "https://as.example/.well-known/oauth-authorization-server",
                "https://as.example/.well-known/openid-configuration",
            ]
        );
    }
}
