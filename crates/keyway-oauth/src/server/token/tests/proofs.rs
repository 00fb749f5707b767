use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::*;
use super::{NOW, basic, issuer};
use crate::jwt::testing::Signer;
use crate::server::client::{AuthMethod, ClientMetadata, Source};
use crate::server::{Endpoint, ErrorCode, Parameters, Refusal, form};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

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
