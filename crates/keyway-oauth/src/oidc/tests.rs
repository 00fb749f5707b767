use http::StatusCode;
use jiff::Timestamp;
use keyway_core::Secret;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::jwt::testing::{Signer, encode};
use crate::jwt::{Algorithm, JwkSet, JwtError};

const ISSUER: &str = "https://login.example/tenant";
const NOW: i64 = 1_800_000_000;

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn document(name: &str, value: Value) -> Value {
    let mut fields = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://login.example/authorize?p=1",
        "token_endpoint": "https://login.example/token",
        "jwks_uri": "https://login.example/keys",
        "id_token_signing_alg_values_supported": ["RS512", "ES256", "RS256"],
        "extra": { "x": 1 },
    });
    fields[name] = value;
    fields
}

fn parse(document: &Value) -> Result<Provider, OidcError> {
    Provider::parse(ISSUER, document.to_string().as_bytes())
}

fn provider() -> Provider {
    parse(&document("x", json!(1))).unwrap()
}

#[test]
fn where_the_document_is() {
    let at = |issuer| discovery_url(issuer);
    let url = "https://login.example/tenant/.well-known/openid-configuration";
    assert_eq!(at(ISSUER).unwrap(), url);
    assert_eq!(at("https://login.example/tenant/").unwrap(), url);
    for issuer in [
        "",
        "login.example",
        "http://login.example",
        "https://login.example?x",
        "https://a@login.example",
    ] {
        assert_eq!(at(issuer), Err(OidcError::BadIssuer));
    }
}

#[test]
fn a_document_is_its_issuers() {
    let provider = provider();
    assert_eq!(provider.algorithms, [Algorithm::Es256, Algorithm::Rs256]);
    assert_eq!(provider.auth_methods, ["client_secret_basic"]);
    for (name, value) in [
        ("issuer", json!("https://login.example/tenant/")),
        ("issuer", json!("https://LOGIN.example/tenant")),
        ("issuer", json!("https://zebra.example")),
        ("issuer", json!(null)),
        ("authorization_endpoint", json!("http://zebra.example/")),
        ("authorization_endpoint", json!("javascript:zebra")),
        ("token_endpoint", json!("http://zebra.example/")),
        ("token_endpoint", json!(null)),
        ("jwks_uri", json!("file:///zebra")),
        ("response_types_supported", json!(["id_token"])),
        (
            "id_token_signing_alg_values_supported",
            json!(["HS256", "none"]),
        ),
    ] {
        let error = parse(&document(name, value)).unwrap_err();
        assert_eq!(error.code(), "bad_provider_document", "{name}");
        assert!(!error.to_string().contains("zebra"));
    }
    let silent = document("id_token_signing_alg_values_supported", json!(null));
    assert_eq!(parse(&silent).unwrap().algorithms, [Algorithm::Rs256]);
    assert!(Provider::parse(ISSUER, b"<html>").is_err());
}

#[test]
fn a_sign_in_begins() {
    let (state, nonce, verifier) = (secret("s1"), secret("n1"), secret(&"v".repeat(43)));
    let start = SignInStart {
        client_id: "keyway",
        redirect_uri: "https://keyway.example/sso/a/callback",
        scopes: "email profile",
        state: &state,
        nonce: &nonce,
        verifier: &verifier,
    };
    let url = start.url(&provider());
    let challenge = crate::pkce::challenge(&verifier);
    assert_eq!(
        url.expose(),
        &format!(
            "https://login.example/authorize?p=1&response_type=code&client_id=keyway\
             &redirect_uri=https%3A%2F%2Fkeyway.example%2Fsso%2Fa%2Fcallback\
             &scope=openid+email+profile&state=s1&nonce=n1&code_challenge={challenge}\
             &code_challenge_method=S256"
        )
    );
}

#[test]
fn a_code_is_exchanged() {
    let (code, verifier, client_secret) = (secret("c 1"), secret("v1"), secret("a:b"));
    let exchange = |auth| Exchange {
        client_id: "key:way",
        auth,
        redirect_uri: "https://keyway.example/cb",
        code: &code,
        verifier: &verifier,
    };
    let form = "grant_type=authorization_code&code=c+1&redirect_uri=https%3A%2F%2Fkeyway.example%2Fcb\
                &code_verifier=v1";
    let call = exchange(ClientAuth::Secret(&client_secret)).call(&provider());
    assert_eq!(call.url, "https://login.example/token");
    assert_eq!(call.body.expose(), form);
    // "key%3Away:a%3Ab"
    assert_eq!(
        call.authorization.unwrap().expose(),
        "Basic a2V5JTNBd2F5OmElM0Fi"
    );
    let mut posts = provider();
    posts.auth_methods = vec![String::from("client_secret_post")];
    let call = exchange(ClientAuth::Secret(&client_secret)).call(&posts);
    assert!(call.authorization.is_none());
    assert_eq!(
        call.body.expose(),
        &format!("{form}&client_id=key%3Away&client_secret=a%3Ab")
    );
    let call = exchange(ClientAuth::None).call(&provider());
    assert!(call.authorization.is_none());
    assert_eq!(call.body.expose(), &format!("{form}&client_id=key%3Away"));
}

#[test]
fn a_callback_answers_one_sign_in_at_one_provider() {
    let code = |query: &str| Callback::read(query)?.code(&provider());
    let callback = Callback::read("state=s1&code=c1&session_state=x").unwrap();
    assert_eq!(callback.state().expose(), "s1");
    assert_eq!(callback.code(&provider()).unwrap().expose(), "c1");
    let iss = "iss=https%3A%2F%2Flogin.example%2Ftenant";
    assert!(code(&format!("state=s1&code=c1&{iss}")).is_ok());
    for query in [
        "code=c1",
        "state=&code=c1",
        "state=s1",
        "state=s1&state=s2&code=c1",
        "state=s1&code=c1&code=c2",
        "state=s1&code=c1&iss=https%3A%2F%2Fzebra.example",
        "state=s1&code=c1&iss=https%3A%2F%2Flogin.example%2Ftenant%2F",
        "state=s1&error=access_denied&iss=https%3A%2F%2Fzebra.example",
        "state=%zz",
    ] {
        let error = code(query).unwrap_err();
        assert_eq!(error.code(), "bad_callback", "{query}");
        assert!(!error.to_string().contains("zebra"));
    }
    let denied = code("state=s1&error=access_denied&error_description=no%0a%1b[31m").unwrap_err();
    assert_eq!(denied.code(), "provider_refused");
    assert!(!denied.to_string().contains('\n'));
    let mut named = provider();
    named.names_itself = provider::NamesItself::Always;
    let callback = Callback::read("state=s1&code=c1").unwrap();
    assert_eq!(callback.code(&named).unwrap_err().code(), "bad_callback");
}

#[test]
fn answers_of_the_token_endpoint() {
    let read = |status, body: &str| ProviderTokens::read(status, body.as_bytes(), &["c0de"]);
    let good = read(
        StatusCode::OK,
        r#"{"id_token":"a.b.c","access_token":"t","x":1}"#,
    )
    .unwrap();
    assert_eq!(good.id_token.expose(), "a.b.c");
    assert!(!format!("{good:?}").contains("a.b.c"));
    for body in ["", "{}", r#"{"access_token":"t"}"#, "<html>"] {
        assert_eq!(
            read(StatusCode::OK, body).unwrap_err().code(),
            "bad_provider_answer"
        );
    }
    let body = r#"{"error":"invalid_grant","error_description":"c0de is used"}"#;
    let error = read(StatusCode::BAD_REQUEST, body).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider refused: invalid_grant ([masked] is used)"
    );
}

fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "u-1",
        "aud": "keyway",
        "exp": NOW + 300,
        "iat": NOW,
        "nonce": "n1",
        "email": "ada@login.example",
        "email_verified": true,
        "name": "Ada",
        "groups": ["dev", 7, "ops"],
        "realm": { "roles/x": ["admin"] },
    })
}

fn identify_with(
    signer: &Signer,
    id_token: &str,
    access_token: Option<&str>,
    groups_claim: Option<&str>,
) -> Result<Identity, OidcError> {
    let keys = json!({ "keys": [signer.public()] }).to_string();
    let tokens = ProviderTokens {
        id_token: secret(id_token),
        access_token: access_token.map(secret),
    };
    let expected = Expected {
        provider: &provider(),
        keys: &JwkSet::of_provider(keys.as_bytes()).unwrap(),
        client_id: "keyway",
        nonce: &secret("n1"),
        groups_claim,
        now: Timestamp::from_second(NOW).unwrap(),
    };
    expected.identify(&tokens)
}

fn identify(signer: &Signer, claims: &Value) -> Result<Identity, OidcError> {
    identify_with(signer, &signer.token(claims), None, Some("groups"))
}

#[test]
fn an_id_token_says_who_signed_in() {
    let signer = Signer::es256("k");
    let identity = identify(&signer, &claims()).unwrap();
    assert_eq!(
        (identity.issuer.as_str(), identity.subject.as_str()),
        (ISSUER, "u-1")
    );
    assert_eq!(identity.verified_email(), Some("ada@login.example"));
    assert_eq!(identity.name.as_deref(), Some("Ada"));
    assert_eq!(identity.groups, ["dev", "ops"]);
    assert!(!format!("{identity:?}").contains("ada@"));
    let rsa = Signer::rsa("k", Algorithm::Rs256);
    assert!(identify(&rsa, &claims()).is_ok());
    for (name, value) in [
        ("aud", json!(["keyway"])),
        ("azp", json!("keyway")),
        ("exp", json!(NOW - 59)),
        ("iat", json!(NOW - 3600)),
        ("name", json!(null)),
    ] {
        let mut claims = claims();
        claims[name] = value;
        assert!(identify(&signer, &claims).is_ok(), "{name}");
    }
}

#[test]
fn an_email_that_nobody_checked_is_not_used() {
    let signer = Signer::es256("k");
    let email = |verified: Value| {
        let mut claims = claims();
        claims["email_verified"] = verified;
        let identity = identify(&signer, &claims).unwrap();
        assert_eq!(identity.unverified_email(), Some("ada@login.example"));
        identity.verified_email().map(str::to_owned)
    };
    for verified in [
        json!(false),
        json!(null),
        json!("false"),
        json!("True"),
        json!(1),
        json!({}),
    ] {
        assert_eq!(email(verified), None);
    }
    assert!(email(json!("true")).is_some());
}

#[test]
fn groups_are_in_the_claim_that_is_configured() {
    let signer = Signer::es256("k");
    let groups = |claims: &Value, claim| {
        let token = signer.token(claims);
        identify_with(&signer, &token, None, claim).unwrap().groups
    };
    let mut claims = claims();
    claims["https://app.example/groups"] = json!(["a"]);
    claims["one"] = json!("only");
    assert_eq!(groups(&claims, Some("https://app.example/groups")), ["a"]);
    assert_eq!(groups(&claims, Some("one")), ["only"]);
    assert_eq!(groups(&claims, Some("/realm/roles~1x")), ["admin"]);
    for none in [
        None,
        Some("other"),
        Some("/realm"),
        Some("/realm/other"),
        Some("exp"),
        Some("/"),
        Some(""),
    ] {
        assert!(groups(&claims, none).is_empty());
    }
}

#[test]
fn an_id_token_is_held_against_everything() {
    let signer = Signer::es256("k");
    for (name, value, error) in [
        (
            "iss",
            json!("https://login.example/tenant/"),
            JwtError::Issuer,
        ),
        ("iss", json!("https://zebra.example"), JwtError::Issuer),
        ("sub", json!(""), JwtError::Subject),
        ("sub", json!("u\n"), JwtError::Subject),
        ("sub", json!("u".repeat(256)), JwtError::Subject),
        ("sub", json!(null), JwtError::Malformed),
        ("aud", json!("other"), JwtError::Audience),
        ("aud", json!([]), JwtError::Audience),
        ("aud", json!(["keyway", "other"]), JwtError::Audience),
        ("azp", json!("other"), JwtError::Audience),
        ("exp", json!(NOW - 60), JwtError::Expired),
        ("exp", json!(null), JwtError::Expired),
        ("iat", json!(NOW + 61), JwtError::NotYet),
        ("iat", json!(NOW - 3601), JwtError::Expired),
        ("iat", json!(null), JwtError::Malformed),
        ("nbf", json!(NOW + 61), JwtError::NotYet),
        ("nonce", json!("n2"), JwtError::Nonce),
        ("nonce", json!(""), JwtError::Nonce),
        ("nonce", json!(null), JwtError::Nonce),
    ] {
        let mut claims = claims();
        claims[name] = value;
        let found = identify(&signer, &claims).unwrap_err();
        assert_eq!(found, OidcError::IdToken(error), "{claims}");
        assert!(!found.to_string().contains("zebra"));
    }
    let mut two = claims();
    two["aud"] = json!(["keyway", "other"]);
    two["azp"] = json!("keyway");
    assert!(identify(&signer, &two).is_ok());
}

#[test]
fn only_the_providers_algorithms_and_keys_count() {
    let identify =
        |signer: &Signer, token: &str| identify_with(signer, token, None, None).unwrap_err();
    // Not on the provider's list.
    let other = Signer::eddsa("k");
    let error = identify(&other, &other.token(&claims()));
    assert_eq!(error, OidcError::IdToken(JwtError::Algorithm));
    let (ours, theirs) = (Signer::es256("k"), Signer::es256("k"));
    let error = identify(&ours, &theirs.token(&claims()));
    assert_eq!(error, OidcError::IdToken(JwtError::Signature));
    assert!(!error.wants_fresh_keys());
    // The provider may have changed its keys.
    let error = identify(&ours, &Signer::es256("k2").token(&claims()));
    assert!(error.wants_fresh_keys());
    let header = json!({ "alg": "ES256", "kid": "k", "typ": "logout+jwt" });
    let error = identify(&ours, &ours.token_with(&header, &claims()));
    assert_eq!(error, OidcError::IdToken(JwtError::Type));
}

#[test]
fn an_access_token_belongs_to_its_id_token() {
    let signer = Signer::es256("k");
    let mut claims = claims();
    claims["at_hash"] = json!(encode(&Sha256::digest("at-1")[..16]));
    let token = signer.token(&claims);
    let with = |access| identify_with(&signer, &token, access, None).map(|_| ());
    assert_eq!(with(Some("at-1")), Ok(()));
    assert_eq!(
        with(Some("at-2")),
        Err(OidcError::IdToken(JwtError::AccessToken))
    );
    assert_eq!(with(None), Ok(()));
}
