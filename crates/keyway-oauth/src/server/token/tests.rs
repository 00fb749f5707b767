use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use keyway_core::{ClientId, Scopes, Secret};
use serde_json::{Value, json};

use super::super::client::{AuthMethod, ClientMetadata, GrantType, Source};
use super::super::device::{DeviceRequest, Shown};
use super::super::{
    CodeChallenge, CodeVerifier, Endpoint, ErrorCode, Issuer, Parameters, Refusal, Resource,
    Resources, form,
};
use super::*;
use crate::jwt::testing::Signer;

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const NOW: i64 = 1_800_000_000;

fn issuer() -> Issuer {
    Issuer::parse("https://keyway.example").unwrap()
}

fn resources() -> Resources {
    Resources::new(Resource::below(&issuer(), "/mcp"), [])
}

fn read(authorization: Option<&str>, form: &[(&str, &str)]) -> Result<TokenRequest, Refusal> {
    let body = form::encode(form.iter().copied());
    TokenRequest::read(FORM, authorization, body.as_bytes(), &resources())
}

fn code_of(result: Result<TokenRequest, Refusal>) -> ErrorCode {
    let refusal = result.unwrap_err();
    assert!(!refusal.body().contains("zebra"), "{refusal}");
    refusal.code()
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn metadata(method: &str, jwks: Option<&Value>) -> ClientMetadata {
    let fields = json!({
        "redirect_uris": ["https://app.example/cb"],
        "token_endpoint_auth_method": method,
        "jwks": jwks,
    });
    ClientMetadata::from_request(fields.to_string().as_bytes(), Source::Client).unwrap()
}

fn presented(authorization: Option<&str>, form: &[(&str, &str)]) -> Result<Presented, Refusal> {
    let form = form::encode(form.iter().copied());
    Presented::read(authorization, &Parameters::from_query(&form).unwrap())
}

fn prove(presented: &Presented, client: &ClientMetadata) -> Result<Proven, Refusal> {
    let issuer = issuer();
    let server = Server {
        issuer: &issuer,
        endpoint: Endpoint::Revoke,
        now: Timestamp::from_second(NOW).unwrap(),
    };
    presented.prove(client, &server, |secret| secret.expose() == "kws_right")
}

#[test]
fn every_grant_is_read() {
    let code = read(
        None,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", "client_1"),
            ("code", "kwc_x"),
            ("code_verifier", VERIFIER),
            ("redirect_uri", "https://app.example/cb"),
            ("resource", "https://keyway.example/mcp"),
        ],
    );
    let code = code.unwrap();
    assert_eq!(code.grant.kind(), GrantType::AuthorizationCode);
    assert_eq!(
        code.resource.unwrap().as_str(),
        "https://keyway.example/mcp"
    );
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", "c"),
        ("refresh_token", "kwr_x"),
    ];
    let plain = read(None, &refresh).unwrap();
    assert!(matches!(plain.grant, Grant::Refresh { scopes: None, .. }));
    let narrowed = read(None, &[&refresh[..], &[("scope", "mcp:tools")]].concat()).unwrap();
    let Grant::Refresh { scopes, token } = narrowed.grant else {
        panic!("another grant");
    };
    assert_eq!(scopes.unwrap().to_string(), "mcp:tools");
    assert_eq!(token.expose(), "kwr_x");
    let machine = read(
        Some(&basic("c", "s")),
        &[("grant_type", "client_credentials")],
    );
    assert!(matches!(
        machine.unwrap().grant,
        Grant::Client { scope: None }
    ));
    let device = read(
        None,
        &[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", "c"),
            ("device_code", "kwd_x"),
        ],
    );
    assert_eq!(device.unwrap().grant.kind(), GrantType::DeviceCode);
}

#[test]
fn bad_token_requests() {
    let code = [
        ("grant_type", "authorization_code"),
        ("client_id", "client_1"),
        ("code", "zebra"),
        ("code_verifier", VERIFIER),
    ];
    let without =
        |name: &str| -> Vec<_> { code.into_iter().filter(|(own, _)| *own != name).collect() };
    for (name, _) in code {
        assert_eq!(
            code_of(read(None, &without(name))),
            ErrorCode::InvalidRequest,
            "{name}"
        );
        let twice = [&code[..], &[(name, "zebra")]].concat();
        assert_eq!(
            code_of(read(None, &twice)),
            ErrorCode::InvalidRequest,
            "{name}"
        );
    }
    let with = |name, value| code_of(read(None, &[&without(name)[..], &[(name, value)]].concat()));
    assert_eq!(
        with("grant_type", "password"),
        ErrorCode::UnsupportedGrantType
    );
    assert_eq!(with("grant_type", "zebra"), ErrorCode::UnsupportedGrantType);
    assert_eq!(with("code_verifier", "zebra"), ErrorCode::InvalidRequest);
    assert_eq!(
        with("resource", "https://zebra.example"),
        ErrorCode::InvalidTarget
    );
    assert_eq!(with("client_id", "a zebra"), ErrorCode::InvalidClient);
    let scope = read(
        None,
        &[
            ("grant_type", "refresh_token"),
            ("client_id", "c"),
            ("refresh_token", "kwr_x"),
            ("scope", "zebra"),
        ],
    );
    assert_eq!(code_of(scope), ErrorCode::InvalidScope);
    let json = TokenRequest::read(Some("application/json"), None, b"{}", &resources());
    assert_eq!(code_of(json), ErrorCode::InvalidRequest);
}

#[test]
fn two_ways_at_once_are_refused() {
    let header = basic("client_1", "kws_right");
    let key = Signer::es256("k");
    let assertion = key.token(&json!({ "sub": "client_1" }));
    let secret = ("client_secret", "kws_right");
    let id = ("client_id", "client_1");
    let signed = [
        ("client_assertion", assertion.as_str()),
        ("client_assertion_type", JWT_BEARER),
    ];
    for (header, form) in [
        (Some(header.as_str()), vec![id, secret]),
        (Some(header.as_str()), vec![id, signed[0], signed[1]]),
        (None, vec![id, secret, signed[0], signed[1]]),
        (
            Some(header.as_str()),
            vec![id, secret, signed[0], signed[1]],
        ),
        (Some("Bearer kwa_x"), vec![id, secret]),
    ] {
        let refusal = presented(header, &form).unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::InvalidRequest);
    }
}

#[test]
fn a_client_is_who_all_of_its_parts_say() {
    let header = basic("client_1", "kws_right");
    let same = presented(Some(&header), &[("client_id", "client_1")]).unwrap();
    assert_eq!(same.client().as_str(), "client_1");
    let other = presented(Some(&header), &[("client_id", "client_2")]).unwrap_err();
    assert_eq!(other.code(), ErrorCode::InvalidRequest);
    let key = Signer::es256("k");
    let assertion = key.token(&json!({ "sub": "client_1" }));
    let signed = [
        ("client_assertion", assertion.as_str()),
        ("client_assertion_type", JWT_BEARER),
    ];
    assert_eq!(
        presented(None, &signed).unwrap().client().as_str(),
        "client_1"
    );
    let other = [&signed[..], &[("client_id", "client_2")]].concat();
    let other = presented(None, &other).unwrap_err();
    assert_eq!(other.code(), ErrorCode::InvalidRequest);
    let nobody = presented(None, &[]).unwrap_err();
    assert_eq!(nobody.code(), ErrorCode::InvalidRequest);
}

#[test]
fn secrets_prove_clients_that_have_one() {
    let header = |secret: &str| presented(Some(&basic("client_1", secret)), &[]).unwrap();
    let posted = |secret: &str| {
        presented(
            None,
            &[("client_id", "client_1"), ("client_secret", secret)],
        )
        .unwrap()
    };
    for method in ["client_secret_basic", "client_secret_post"] {
        let client = metadata(method, None);
        assert!(prove(&header("kws_right"), &client).is_ok());
        assert!(prove(&posted("kws_right"), &client).is_ok());
        let wrong = prove(&header("zebra"), &client).unwrap_err();
        assert_eq!(wrong.code(), ErrorCode::InvalidClient);
        assert!(wrong.www_authenticate().is_some());
        let wrong = prove(&posted("zebra"), &client).unwrap_err();
        assert_eq!(wrong.code(), ErrorCode::InvalidClient);
        assert!(wrong.www_authenticate().is_none());
        let nothing = presented(None, &[("client_id", "client_1")]).unwrap();
        assert!(prove(&nothing, &client).is_err());
    }
    // A secret is no proof for a client without one, even if somebody says it is right.
    let public = metadata("none", None);
    assert!(prove(&header("kws_right"), &public).is_err());
    assert!(prove(&posted("kws_right"), &public).is_err());
    let none = presented(None, &[("client_id", "client_1")]).unwrap();
    assert_eq!(prove(&none, &public).unwrap().method, AuthMethod::None);
    assert!(prove(&header(""), &public).is_ok());
    // Bearer is no way for a client to prove itself.
    let bearer = presented(Some("Bearer kwa_x"), &[("client_id", "client_1")]).unwrap_err();
    assert_eq!(bearer.code(), ErrorCode::InvalidClient);
    assert!(bearer.www_authenticate().is_some());
}

#[test]
fn unknown_clients_and_wrong_proofs_are_told_the_same() {
    let header = presented(Some(&basic("client_1", "zebra")), &[]).unwrap();
    let wrong = prove(&header, &metadata("client_secret_basic", None)).unwrap_err();
    assert_eq!(header.refused(), wrong);
}

#[test]
fn signatures_prove_clients_that_sign() {
    let key = Signer::es256("k");
    let client = metadata("private_key_jwt", Some(&json!({ "keys": [key.public()] })));
    let signed = |claims: Value| {
        let text = key.token(&claims);
        presented(
            None,
            &[
                ("client_assertion", &text),
                ("client_assertion_type", JWT_BEARER),
            ],
        )
        .unwrap()
    };
    let claims = |audience: &str| {
        json!({
            "iss": "client_1", "sub": "client_1", "aud": audience, "exp": NOW + 60, "jti": "j1",
        })
    };
    for audience in [
        "https://keyway.example",
        "https://keyway.example/oauth/token",
        "https://keyway.example/oauth/revoke",
    ] {
        let proven = prove(&signed(claims(audience)), &client).unwrap();
        assert_eq!(proven.method, AuthMethod::PrivateKeyJwt);
        assert_eq!(proven.assertion.unwrap().id.expose(), "j1");
    }
    let elsewhere = prove(&signed(claims("https://keyway.example/mcp")), &client).unwrap_err();
    assert_eq!(elsewhere.code(), ErrorCode::InvalidClient);
    // Neither nothing nor a secret does for it, nor a signature for another method.
    let nothing = presented(None, &[("client_id", "client_1")]).unwrap();
    assert!(prove(&nothing, &client).is_err());
    let secret = presented(Some(&basic("client_1", "kws_right")), &[]).unwrap();
    assert!(prove(&secret, &client).is_err());
    let good = signed(claims("https://keyway.example"));
    assert!(prove(&good, &metadata("none", None)).is_err());
    assert!(prove(&good, &metadata("client_secret_basic", None)).is_err());
}

#[test]
fn assertions_have_their_type() {
    let text = Signer::es256("k").token(&json!({ "sub": "client_1" }));
    for form in [
        vec![("client_assertion", text.as_str())],
        vec![
            ("client_assertion", text.as_str()),
            ("client_assertion_type", "zebra"),
        ],
        vec![
            ("client_assertion_type", JWT_BEARER),
            ("client_id", "client_1"),
        ],
    ] {
        let refusal = presented(None, &form).unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::InvalidRequest);
    }
    let malformed = [
        ("client_assertion", "zebra"),
        ("client_assertion_type", JWT_BEARER),
    ];
    let refusal = presented(None, &malformed).unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::InvalidClient);
}

#[test]
fn a_code_is_for_one_client_verifier_and_redirect_uri() {
    let client: ClientId = "client_1".parse().unwrap();
    let other: ClientId = "client_2".parse().unwrap();
    let challenge: CodeChallenge = CHALLENGE.parse().unwrap();
    let verifier: CodeVerifier = VERIFIER.parse().unwrap();
    let wrong: CodeVerifier = "a".repeat(43).parse().unwrap();
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    let issued = IssuedCode {
        client: &client,
        redirect_uri: "http://127.0.0.1:4711/cb",
        challenge: &challenge,
        resource: "https://keyway.example/mcp",
        expires_at: at(NOW),
    };
    let sent = Some("http://127.0.0.1:4711/cb");
    let before = at(NOW - 1);
    let mcp = Resource::below(&issuer(), "/mcp");
    assert_eq!(
        issued.check(&client, &verifier, sent, Some(&mcp), before),
        Ok(())
    );
    assert_eq!(issued.check(&client, &verifier, None, None, before), Ok(()));
    let code = |checked: Result<(), Refusal>| checked.unwrap_err().code();
    let grant = ErrorCode::InvalidGrant;
    assert_eq!(
        code(issued.check(&other, &verifier, sent, None, before)),
        grant
    );
    assert_eq!(
        code(issued.check(&client, &wrong, sent, None, before)),
        grant
    );
    assert_eq!(
        code(issued.check(&client, &verifier, sent, None, at(NOW))),
        grant
    );
    // The port counts now: the code was sent to one.
    let elsewhere = Some("http://127.0.0.1:4712/cb");
    assert_eq!(
        code(issued.check(&client, &verifier, elsewhere, None, before)),
        grant
    );
    let target = Resource::below(&issuer(), "/other");
    let target = issued.check(&client, &verifier, sent, Some(&target), before);
    assert_eq!(code(target), ErrorCode::InvalidTarget);
    assert_eq!(IssuedCode::refusal().code(), grant);
}

#[test]
fn a_renewed_token_is_good_for_no_more() {
    let granted: Scopes = "mcp:tools approvals".parse().unwrap();
    let narrow = |asked: &str| narrow_scopes(&granted, Some(&asked.parse().unwrap()));
    assert_eq!(narrow_scopes(&granted, None).unwrap(), granted);
    assert_eq!(narrow("tools:a").unwrap().to_string(), "tools:a");
    for more in ["mcp", "mcp:tools admin", "mcp:resources"] {
        assert_eq!(narrow(more).unwrap_err().code(), ErrorCode::InvalidScope);
    }
}

#[test]
fn answers_with_tokens() {
    let scopes = "mcp".parse().unwrap();
    let secret = |text: &str| Secret::new(text.to_owned());
    let (access, refresh) = (secret("kwa_x"), secret("kwr_x"));
    let issued = Issued {
        access: &access,
        lifetime: std::time::Duration::from_mins(15),
        refresh: Some(&refresh),
        scopes: &scopes,
    };
    assert_eq!(
        issued.to_json().expose(),
        r#"{"access_token":"kwa_x","token_type":"Bearer","expires_in":900,"scope":"mcp","refresh_token":"kwr_x"}"#
    );
    assert!(!format!("{issued:?}").contains("kwa_x"));
    let alone = Issued {
        refresh: None,
        ..issued
    };
    assert!(!alone.to_json().expose().contains("refresh_token"));
}

#[test]
fn requests_about_tokens_name_one() {
    let read = |body: &str| AboutToken::read(FORM, None, body.as_bytes());
    let about = read("client_id=c&token=kwr_x&token_type_hint=access_token").unwrap();
    assert_eq!(about.token.expose(), "kwr_x");
    for body in ["client_id=c", "token=kwr_x", "client_id=c&token=a&token=b"] {
        assert_eq!(read(body).unwrap_err().code(), ErrorCode::InvalidRequest);
    }
}

#[test]
fn a_terminal_begins() {
    let read = |body: &str| DeviceRequest::read(FORM, None, body.as_bytes(), &resources());
    let request = read("client_id=c&scope=mcp").unwrap();
    assert_eq!(request.scope.as_deref(), Some("mcp"));
    assert_eq!(request.resource.as_str(), "https://keyway.example/mcp");
    let elsewhere = read("client_id=c&resource=https://zebra.example").unwrap_err();
    assert_eq!(elsewhere.code(), ErrorCode::InvalidTarget);
    let device_code = Secret::new(String::from("kwd_x"));
    let shown = Shown {
        device_code: &device_code,
        user_code: &"BCDFGHJK".parse().unwrap(),
        lifetime: std::time::Duration::from_mins(10),
        interval: std::time::Duration::from_secs(5),
    };
    let body: Value = serde_json::from_str(shown.to_json(&issuer()).expose()).unwrap();
    assert_eq!(
        body,
        json!({
            "device_code": "kwd_x",
            "user_code": "BCDF-GHJK",
            "verification_uri": "https://keyway.example/device",
            "verification_uri_complete": "https://keyway.example/device?user_code=BCDF-GHJK",
            "expires_in": 600,
            "interval": 5,
        })
    );
}

#[test]
fn nothing_of_a_request_is_shown() {
    let header = basic("client_1", "zebra");
    let request = read(
        Some(&header),
        &[("grant_type", "refresh_token"), ("refresh_token", "zebra")],
    );
    assert!(!format!("{:?}", request.unwrap()).contains("zebra"));
}
