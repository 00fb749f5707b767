use keyway_core::{ClientId, Secret};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{ErrorCode, Refusal};
use super::*;
use crate::jwt::testing::Signer;

const URL: &str = "https://app.example/client.json";

fn register(fields: &Value) -> Result<ClientMetadata, Refusal> {
    ClientMetadata::from_request(fields.to_string().as_bytes(), Source::Client)
}

fn document(fields: &Value) -> Result<ClientMetadata, Refusal> {
    let url = DocumentUrl::parse(URL, Http::Never).unwrap();
    ClientMetadata::from_document(&url, fields.to_string().as_bytes())
}

/// A good registration with one field set.
fn with(name: &str, value: Value) -> Value {
    let mut fields = json!({
        "client_name": "Ada's editor",
        "redirect_uris": ["https://app.example/cb"],
    });
    fields[name] = value;
    fields
}

/// A good document with one field set.
fn document_with(name: &str, value: Value) -> Value {
    let mut fields = with("client_id", json!(URL));
    fields[name] = value;
    fields
}

fn code(result: Result<ClientMetadata, Refusal>) -> ErrorCode {
    let refusal = result.unwrap_err();
    assert!(!refusal.description().contains("zebra"), "{refusal}");
    refusal.code()
}

#[test]
fn what_is_missing_has_its_default() {
    let web = register(&json!({ "redirect_uris": ["https://app.example/cb"] })).unwrap();
    assert_eq!(web.name.as_str(), "app.example");
    assert_eq!(web.application_type, ApplicationType::Web);
    assert_eq!(web.auth_method, AuthMethod::SecretBasic);
    let grants: Vec<_> = web.grant_types.iter().copied().collect();
    assert_eq!(
        grants,
        [GrantType::AuthorizationCode, GrantType::RefreshToken]
    );
    let native = register(&json!({ "redirect_uris": ["http://127.0.0.1/cb"] })).unwrap();
    assert_eq!(native.name.as_str(), "Unnamed client");
    assert_eq!(native.application_type, ApplicationType::Native);
    assert_eq!(native.auth_method, AuthMethod::None);
    assert!(
        native
            .redirect_uris
            .find("http://127.0.0.1:4711/cb")
            .is_some()
    );
}

#[test]
fn only_what_was_checked_is_answered() {
    let mut fields = with("zebra", json!({ "x": 1 }));
    fields["client_name#de"] = json!("Adas Editor");
    fields["contacts"] = json!(["me@app.example"]);
    fields["client_id"] = json!("my own");
    fields["client_secret"] = json!("my own");
    fields["scope"] = json!("mcp:tools mcp");
    fields["client_uri"] = json!("https://app.example");
    fields["logo_uri"] = json!("");
    fields["software_id"] = json!("editor");
    let metadata = register(&fields).unwrap();
    let id: ClientId = "client_1".parse().unwrap();
    let secret = Secret::new(String::from("kws_x"));
    let issued = Issued {
        id: &id,
        at: jiff::Timestamp::from_second(1000).unwrap(),
        secret: Some(&secret),
    };
    let answer: Value = serde_json::from_str(metadata.registered(&issued).expose()).unwrap();
    assert_eq!(
        answer,
        json!({
            "client_id": "client_1",
            "client_id_issued_at": 1000,
            "client_secret": "kws_x",
            "client_secret_expires_at": 0,
            "client_name": "Ada's editor",
            "redirect_uris": ["https://app.example/cb"],
            "application_type": "web",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": "mcp",
            "client_uri": "https://app.example",
            "software_id": "editor",
        })
    );
}

#[test]
fn what_is_stored_is_read_again() {
    let signer = Signer::es256("k1");
    let mut signs = with("token_endpoint_auth_method", json!("private_key_jwt"));
    signs["jwks"] = json!({ "keys": [signer.public()] });
    signs["tos_uri"] = json!("https://app.example/terms");
    let machine = json!({
        "client_name": "Nightly",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_post",
        "scope": "mcp:tools",
    });
    let machine = ClientMetadata::from_request(machine.to_string().as_bytes(), Source::Admin);
    let terminal = json!({
        "grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        "application_type": "native",
    });
    for metadata in [
        register(&signs).unwrap(),
        machine.unwrap(),
        register(&terminal).unwrap(),
        document(&document_with("scope", json!("files:read"))).unwrap(),
    ] {
        let again = ClientMetadata::from_stored(&metadata.to_stored()).unwrap();
        assert_eq!(again, metadata);
    }
}

#[test]
fn bad_registrations() {
    for (name, value) in [
        ("client_name", json!("<b>zebra</b>")),
        ("client_name", json!("zebra\u{202e}")),
        ("client_name", json!("z".repeat(101))),
        ("client_name", json!(7)),
        ("application_type", json!("zebra")),
        ("grant_types", json!(["zebra"])),
        ("grant_types", json!(["implicit"])),
        ("grant_types", json!(["password"])),
        ("grant_types", json!([])),
        ("grant_types", json!(["refresh_token"])),
        (
            "grant_types",
            json!(["authorization_code", "client_credentials"]),
        ),
        ("response_types", json!(["token"])),
        ("response_types", json!(["code", "code id_token"])),
        ("response_types", json!([])),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("scope", json!("zebra")),
        ("scope", json!("mcp zebra")),
        ("client_uri", json!("http://zebra.example")),
        ("client_uri", json!("javascript:zebra")),
        ("logo_uri", json!("data:image/png;base64,zebra")),
        ("logo_uri", json!("https://zebra@app.example/x")),
        ("policy_uri", json!("zebra")),
        ("tos_uri", json!(["https://zebra.example"])),
        ("software_id", json!("zebra".repeat(100))),
        ("software_version", json!("zebra\n")),
    ] {
        let bad = with(name, value);
        assert_eq!(
            code(register(&bad)),
            ErrorCode::InvalidClientMetadata,
            "{bad}"
        );
    }
    for uris in [
        json!([]),
        json!(["http://zebra.example/cb"]),
        json!(["https://app.example/cb", "javascript:zebra"]),
        json!(["https://app.example/cb#zebra"]),
        json!(vec!["https://app.example/cb"; 1000]),
    ] {
        let bad = with("redirect_uris", uris);
        assert_eq!(code(register(&bad)), ErrorCode::InvalidRedirectUri, "{bad}");
    }
    assert_eq!(code(register(&json!({}))), ErrorCode::InvalidRedirectUri);
    let mut app = with("redirect_uris", json!(["com.example.app:/zebra"]));
    app["application_type"] = json!("web");
    assert_eq!(code(register(&app)), ErrorCode::InvalidRedirectUri);
}

#[test]
fn what_is_no_metadata_at_all() {
    let read = |text: &str| {
        code(ClientMetadata::from_request(
            text.as_bytes(),
            Source::Client,
        ))
    };
    let twice =
        r#"{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}"#;
    let deep = format!("{{\"x\":{}1{}}}", "[".repeat(50), "]".repeat(50));
    let long = json!({ "x": "x".repeat(70_000) }).to_string();
    for text in ["", "null", "[]", "\"x\"", "{", twice, &deep, &long] {
        assert_eq!(read(text), ErrorCode::InvalidClientMetadata);
    }
}

#[test]
fn clients_for_machines_are_made_by_admins_and_prove_themselves() {
    let fields = |method: &str| json!({ "grant_types": ["client_credentials"], "token_endpoint_auth_method": method });
    let admin = |method: &str| {
        let body = fields(method).to_string();
        ClientMetadata::from_request(body.as_bytes(), Source::Admin)
    };
    assert!(admin("client_secret_basic").is_ok());
    assert_eq!(code(admin("none")), ErrorCode::InvalidClientMetadata);
    let own = register(&fields("client_secret_basic"));
    assert_eq!(code(own), ErrorCode::InvalidClientMetadata);
    let machine = admin("client_secret_basic").unwrap();
    let refusal = machine.allows(GrantType::AuthorizationCode).unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::UnauthorizedClient);
    assert_eq!(machine.allows(GrantType::ClientCredentials), Ok(()));
}

#[test]
fn keys_of_clients_are_public_and_inline() {
    let signer = Signer::es256("k1");
    let fields = |jwks: Value| {
        let mut fields = with("token_endpoint_auth_method", json!("private_key_jwt"));
        fields["jwks"] = jwks;
        fields
    };
    let good = json!({ "keys": [signer.public()] });
    assert!(register(&fields(good.clone())).is_ok());
    let mut private = signer.public();
    private["d"] = json!("zebra");
    for jwks in [
        json!({ "keys": [] }),
        json!({ "keys": [private] }),
        json!({ "keys": [{ "kty": "oct", "k": "zebra" }] }),
        json!({ "keys": vec![signer.public(); 11] }),
        json!({ "keys": "zebra" }),
        json!("zebra"),
    ] {
        let bad = register(&fields(jwks));
        assert_eq!(code(bad), ErrorCode::InvalidClientMetadata);
    }
    let mut elsewhere = fields(good.clone());
    elsewhere["jwks_uri"] = json!("https://zebra.example/jwks");
    assert_eq!(code(register(&elsewhere)), ErrorCode::InvalidClientMetadata);
    // Without a use for keys they are not kept.
    let public = register(&with("jwks", good)).unwrap();
    assert_eq!(public.jwks, None);
}

#[test]
fn a_document_is_about_its_own_url() {
    assert!(document(&document_with("x", json!(1))).is_ok());
    for id in [
        json!("https://app.example/client.json/"),
        json!("https://APP.example/client.json"),
        json!("https://app.example:443/client.json"),
        json!("https://zebra.example/client.json"),
        json!(""),
        json!(null),
    ] {
        let bad = document(&document_with("client_id", id));
        assert_eq!(code(bad), ErrorCode::InvalidClientMetadata);
    }
}

#[test]
fn a_document_has_no_secret() {
    for (name, value) in [
        ("client_secret", json!("zebra")),
        ("client_secret_expires_at", json!(0)),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("client_secret_post")),
        ("client_name", json!("")),
        ("client_name", json!(null)),
    ] {
        let bad = document(&document_with(name, value));
        assert_eq!(code(bad), ErrorCode::InvalidClientMetadata, "{name}");
    }
    let bad = document(&document_with("redirect_uris", json!([])));
    assert_eq!(code(bad), ErrorCode::InvalidRedirectUri);
}

#[test]
fn what_a_document_has_for_other_servers_is_left_out() {
    let mut fields = document_with("scope", json!("files:read offline_access"));
    fields["grant_types"] = json!([
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    ]);
    fields["response_types"] = json!(["code", "code id_token"]);
    let metadata = document(&fields).unwrap();
    assert_eq!(metadata.scope, None);
    assert_eq!(metadata.grant_types.len(), 2);
    assert_eq!(metadata.auth_method, AuthMethod::None);
    let only_others = document(&document_with("grant_types", json!(["client_credentials"])));
    assert_eq!(code(only_others), ErrorCode::InvalidClientMetadata);
}

#[test]
fn urls_of_documents() {
    let parse = |text| DocumentUrl::parse(text, Http::Never);
    for text in [
        URL,
        "https://app.example:8443/a/b",
        "https://app.example/c?v=1",
    ] {
        let url = parse(text).unwrap();
        assert_eq!((url.as_str(), url.host()), (text, "app.example"));
    }
    for text in [
        "https://app.example",
        "https://app.example/",
        "https://app.example/?x",
        "http://app.example/client.json",
        "http://localhost/client.json",
        "https://app.example/client.json#x",
        "https://me@app.example/client.json",
        "https://app.example/../client.json",
        "https://app.example/x/%2e%2e/client.json",
        "https://app.example./client.json",
        "https://app%2eexample/client.json",
        "https:\\\\app.example\\client.json",
        "https://127.1/client.json",
        "client_1",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
    let local = |text| DocumentUrl::parse(text, Http::Loopback).is_ok();
    assert!(local("http://127.0.0.1:8080/client.json"));
    assert!(!local("http://10.0.0.1/client.json"));
    let of = |id: &str| DocumentUrl::of(&id.parse().unwrap(), Http::Never);
    assert!(of("client_1").is_none());
    assert!(of(URL).unwrap().is_ok());
    assert!(of("http://app.example/x").unwrap().is_err());
}

#[test]
fn names_that_deceive_are_refused() {
    for name in [
        "Claude",
        "Ada's editor & more",
        "Ünïcödé 編集者 عربي",
        "Editor ✨",
        "e\u{301}",
    ] {
        assert_eq!(name.parse::<ClientName>().unwrap().as_str(), name);
    }
    assert_eq!(
        "  Editor ".parse::<ClientName>().unwrap().as_str(),
        "Editor"
    );
    for name in [
        "",
        "   ",
        "<script>",
        "a > b",
        "a\nb",
        "a\u{0}b",
        "a\u{1b}[31mb",
        "a\u{85}b",
        "a\u{a0}b",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{200b}b",
        "a\u{200d}b",
        "a\u{feff}b",
        "a\u{ad}b",
        "a\u{3164}b",
        "a\u{2028}b",
        "a\u{e000}b",
        "a\u{e0041}b",
        "a\u{fffe}b",
        "a\u{300}\u{300}\u{300}\u{300}",
    ] {
        assert_eq!(name.parse::<ClientName>(), Err(BadName), "{name:?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_registered_is_stored_and_read_again(
        name in ".{0,20}",
        uri in prop::sample::select(vec!["https://a.example/cb", "http://localhost/cb", "com.example:/cb", "x"]),
        method in prop::sample::select(vec!["none", "client_secret_post", "private_key_jwt", ""]),
        scope in prop::sample::select(vec!["", "mcp", "admin tools:a*", "x"]),
    ) {
        let fields = json!({
            "client_name": name,
            "redirect_uris": [uri],
            "token_endpoint_auth_method": method,
            "scope": scope,
        });
        if let Ok(metadata) = register(&fields) {
            let again = ClientMetadata::from_stored(&metadata.to_stored());
            prop_assert_eq!(again, Ok(metadata));
        }
    }
}
