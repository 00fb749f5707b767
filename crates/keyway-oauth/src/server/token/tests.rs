use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use keyway_core::{ClientId, Scopes, Secret};

use super::super::client::GrantType;
use super::super::{
    CodeChallenge, CodeVerifier, ErrorCode, Issuer, Refusal, Resource, Resources, form,
};
use super::*;

mod proofs;

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
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
fn nothing_of_a_request_is_shown() {
    let header = basic("client_1", "zebra");
    let request = read(
        Some(&header),
        &[("grant_type", "refresh_token"), ("refresh_token", "zebra")],
    );
    assert!(!format!("{:?}", request.unwrap()).contains("zebra"));
}
