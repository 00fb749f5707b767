//! The parsers of `keyway-oauth`. Every function takes any bytes and must not panic.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use keyway_core::{Scopes, Secret};
use keyway_oauth::jwt::{Assertion, Compact, JwkSet};
use keyway_oauth::oidc::{Callback, Expected, Provider, ProviderTokens};
use keyway_oauth::server::authorize::{Named, Rules};
use keyway_oauth::server::client::{
    ApplicationType, ClientMetadata, DocumentUrl, Http, Source, freshness,
};
use keyway_oauth::server::device::UserCode;
use keyway_oauth::server::redirect::{RedirectUri, RedirectUris};
use keyway_oauth::server::token::TokenRequest;
use keyway_oauth::server::{Issuer, Parameters, Resource, Resources};

const ISSUER: &str = "https://keyway.example";

fn resources() -> Option<(Issuer, Resources)> {
    let issuer = Issuer::parse(ISSUER).ok()?;
    let mcp = Resource::below(&issuer, "/mcp");
    Some((issuer, Resources::new(mcp, [])))
}

/// A redirect URI that is taken is found again as it was written, and never with a fragment.
pub fn redirect(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for application in [ApplicationType::Native, ApplicationType::Web] {
        if let Ok(list) = RedirectUris::register([&*text], application) {
            let found = list.find(&text);
            assert_eq!(found.as_ref().map(RedirectUri::as_str), Some(&*text));
            assert!(!text.contains(['#', '\\', ' ']));
        }
        let known = ["http://127.0.0.1/cb", "https://app.example/cb"];
        if let Ok(list) = RedirectUris::register(known, application)
            && let Some(found) = list.find(&text)
        {
            let plain = found.as_str() == "https://app.example/cb";
            assert!(plain || found.as_str().starts_with("http://127.0.0.1"));
        }
    }
    let _ = DocumentUrl::parse(&text, Http::Loopback);
    let _ = Issuer::parse(&text);
    if let Some((_, resources)) = resources() {
        let _ = resources.find(&text);
    }
}

/// Metadata that is taken is read again as it was stored.
pub fn client_metadata(data: &[u8]) {
    for source in [Source::Client, Source::Admin] {
        if let Ok(metadata) = ClientMetadata::from_request(data, source) {
            let again = ClientMetadata::from_stored(&metadata.to_stored());
            assert_eq!(again.as_ref(), Ok(&metadata));
        }
    }
    if let Ok(url) = DocumentUrl::parse("https://app.example/client.json", Http::Never) {
        let _ = ClientMetadata::from_document(&url, data);
    }
}

/// Headers of a client's document, `cache-control` unless a line says `age:`. It is kept for a
/// minute at least and a day at most, and whatever age it has makes that no longer.
pub fn cache_control(data: &[u8]) {
    let (mut young, mut aged) = (HeaderMap::new(), HeaderMap::new());
    for line in data.split(|byte| *byte == b'\n') {
        let age = line.strip_prefix(b"age:");
        let Ok(value) = HeaderValue::from_bytes(age.unwrap_or(line)) else {
            continue;
        };
        if age.is_some() {
            aged.append(HeaderName::from_static("age"), value);
        } else {
            for headers in [&mut young, &mut aged] {
                headers.append(HeaderName::from_static("cache-control"), value.clone());
            }
        }
    }
    let (young, aged) = (freshness(&young), freshness(&aged));
    assert!(young >= aged && aged >= Duration::from_mins(1));
    assert!(young <= Duration::from_hours(24));
}

/// The answer to a request goes to a registered redirect URI.
pub fn authorize_query(data: &[u8]) {
    const BACK: &str = "https://app.example/cb?a=1";
    let query = String::from_utf8_lossy(data);
    let fields = format!(r#"{{"redirect_uris":["{BACK}"]}}"#);
    let Ok(client) = ClientMetadata::from_request(fields.as_bytes(), Source::Client) else {
        return;
    };
    let (Ok(named), Some((issuer, resources))) = (Named::read(&query), resources()) else {
        return;
    };
    let Ok(answerable) = named.answerable(&client) else {
        return;
    };
    let checked = answerable.check(&Rules {
        resources: &resources,
        client: &client,
        ceiling: None,
    });
    let url = match checked {
        Ok(request) => {
            assert!(Named::read(request.to_query()).is_ok());
            let code = Secret::new(String::from("kwc_x"));
            request.back.granted(&code, &issuer).expose().clone()
        }
        Err((back, refusal)) => back.refused(&refusal, &issuer),
    };
    assert!(url.starts_with(BACK) && !url.contains('#'));
}

/// A token request, and whatever else comes as a form.
pub fn token_form(data: &[u8]) {
    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
    if let Some((_, resources)) = resources() {
        let _ = TokenRequest::read(FORM, None, data, &resources);
        let basic = Some("Basic YTpi");
        let _ = TokenRequest::read(FORM, basic, data, &resources);
    }
    let _ = Callback::read(&String::from_utf8_lossy(data));
}

/// The `Authorization` header of a client.
pub fn basic_header(data: &[u8]) {
    let header = String::from_utf8_lossy(data);
    if let Ok(form) = Parameters::from_query("grant_type=client_credentials") {
        let read = keyway_oauth::server::token::Presented::read(Some(&header), &form);
        if let Ok(presented) = read {
            assert!(!presented.client().as_str().contains(['\r', '\n', ' ']));
        }
    }
}

/// A signed token: without a key that fits nothing is believed.
pub fn jwt(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = Compact::parse(&text);
    if let (Ok(assertion), Ok(keys)) = (Assertion::parse(&text), foreign_keys())
        && let Ok(client) = assertion.claimed_subject().parse()
    {
        let audiences = [String::from(ISSUER)];
        let verified = assertion.verify(&client, &keys, &audiences, Timestamp::UNIX_EPOCH);
        assert!(verified.is_err());
    }
}

/// Keys that are taken are read again as they were written.
pub fn jwks(data: &[u8]) {
    let _ = JwkSet::of_provider(data);
    if let Ok(value) = serde_json::from_slice(data)
        && let Ok(set) = JwkSet::of_client(&value)
    {
        assert_eq!(JwkSet::of_client(&set.to_json()).as_ref(), Ok(&set));
    }
}

/// An ID token, and the provider's document.
pub fn id_token(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = Provider::parse("https://login.example", data);
    let document = br#"{"issuer":"https://login.example",
        "authorization_endpoint":"https://login.example/a",
        "token_endpoint":"https://login.example/t","jwks_uri":"https://login.example/k",
        "id_token_signing_alg_values_supported":["RS256","ES256","EdDSA","PS256"]}"#;
    let provider = Provider::parse("https://login.example", document);
    let (Ok(provider), Ok(keys)) = (provider, foreign_keys()) else {
        return;
    };
    let expected = Expected {
        provider: &provider,
        keys: &keys,
        client_id: "keyway",
        nonce: &Secret::new(String::from("n1")),
        groups_claim: Some("/groups"),
        now: Timestamp::UNIX_EPOCH,
    };
    let tokens = ProviderTokens {
        id_token: Secret::new(text.into_owned()),
        access_token: None,
    };
    assert!(expected.identify(&tokens).is_err());
}

/// Scopes that are taken are read again as they were written, and cover themselves.
pub fn scopes(data: &[u8]) {
    if let Ok(scopes) = String::from_utf8_lossy(data).parse::<Scopes>() {
        assert_eq!(scopes.to_string().parse().as_ref(), Ok(&scopes));
        assert!(scopes.covers(&scopes));
    }
}

/// A user code that is taken is read again as it is shown.
pub fn user_code(data: &[u8]) {
    if let Ok(code) = String::from_utf8_lossy(data).parse::<UserCode>() {
        assert_eq!(code.to_string().parse().as_ref(), Ok(&code));
    }
}

/// The key of RFC 7515 appendix A.3, which signs nothing here.
fn foreign_keys() -> Result<JwkSet, keyway_oauth::jwt::JwtError> {
    JwkSet::of_provider(
        br#"{"keys":[{"kty":"EC","crv":"P-256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#,
    )
}
