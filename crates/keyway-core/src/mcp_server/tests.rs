use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::credential::{Fields, Lease, LeasedCredential};
use crate::{Credential, Secret};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Acme {
    api_key: Secret<String>,
}

impl Credential for Acme {
    const KEY: &'static str = "acme";
}

#[derive(Deserialize, JsonSchema)]
struct Other {
    id: String,
}

impl Credential for Other {
    const KEY: &'static str = "other";
}

fn leased(key: &str, fields: &serde_json::Value) -> LeasedCredential {
    LeasedCredential {
        key: key.into(),
        fields: Fields::new(Secret::new(fields.to_string().into_bytes())),
        hosts: None,
    }
}

fn lease(api_key: &str) -> Lease {
    Lease::new(vec![
        leased("acme", &json!({ "apiKey": api_key })),
        leased("other", &json!({ "id": "7" })),
    ])
}

/// Seed 000's server with credentials, in fewer lines than there.
fn internal() -> McpServer {
    McpServer::http("internal", "https://mcp.example.com").bearer(|acme: Acme| acme.api_key)
}

#[test]
fn credentials_become_headers() {
    let headers = internal().headers(&lease("k-1")).unwrap();
    let [(name, value)] = &headers[..] else {
        panic!("{headers:?}");
    };
    assert_eq!(
        (name.as_str(), value.expose().as_str()),
        ("Authorization", "Bearer k-1")
    );
    let both = internal().header("X-Account", |(other, _): (Other, Acme)| other.id);
    let needs: Vec<_> = both
        .needs()
        .iter()
        .map(|need| need.definition().key())
        .collect();
    assert_eq!(needs, ["acme", "other"]);
    assert_eq!(both.headers(&lease("k-1")).unwrap()[1].1.expose(), "7");
}

#[test]
fn a_value_no_header_can_carry_is_refused_and_not_repeated() {
    for bad in [
        "canary\r\nX-Admin: 1",
        "canary\n",
        "canary\0",
        "canaryé",
        "canary\u{7f}",
    ] {
        let error = internal().headers(&lease(bad)).unwrap_err();
        assert_eq!(error.code(), "header_value_invalid");
        let told = format!("{error} {error:?} {}", error.to_json());
        assert!(!told.contains("canary"), "{told}");
    }
    let stdio = McpServer::stdio("s", "run", [""; 0]).variable("KEY", |acme: Acme| acme.api_key);
    assert!(stdio.variables(&lease("a\nb")).is_ok());
    let error = stdio.variables(&lease("canary\0")).unwrap_err();
    assert_eq!(error.code(), "header_value_invalid");
}

#[test]
fn a_credential_that_does_not_fit_is_told_without_its_value() {
    let lease = Lease::new(vec![leased("acme", &json!({ "apiKey": ["canary"] }))]);
    let error = internal().headers(&lease).unwrap_err();
    assert_eq!(error.code(), "credential_invalid");
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn what_cannot_be_set_is_found_at_the_start() {
    let named = |name: &str| {
        let server = McpServer::http("internal", "https://mcp.example.com");
        server.header(name, |acme: Acme| acme.api_key).fault()
    };
    for reserved in [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "Connection",
        "TE",
        "Upgrade",
    ] {
        let fault = named(reserved).unwrap();
        assert!(
            fault.contains(reserved) && fault.contains("the transport writes it"),
            "{fault}"
        );
    }
    for bad in ["", "a b", "a:b", "é", "a\r\nb"] {
        assert!(named(bad).unwrap().contains("is not a header name"));
    }
    assert_eq!(named("X-Api-Key"), None);
    let twice = internal().header("authorization", |acme: Acme| acme.api_key);
    assert_eq!(twice.fault().unwrap(), "`Authorization` is set twice");
    let bad_key = McpServer::http("-a", "https://mcp.example.com")
        .fault()
        .unwrap();
    assert!(bad_key.contains("MCP server"), "{bad_key}");
    let variables = internal().variable("KEY", |acme: Acme| acme.api_key);
    assert!(variables.fault().unwrap().contains("only a child process"));
    let headers = McpServer::stdio("s", "run", [""; 0]).bearer(|acme: Acme| acme.api_key);
    assert!(headers.fault().unwrap().contains("has no headers"));
    assert!(McpServer::stdio("s", " ", [""; 0]).fault().is_some());
}

#[test]
fn nothing_of_a_value_is_printed() {
    let fixed = internal().header_of("X-Client", |_| Ok(Secret::new("canary".into())));
    let told = format!("{fixed:?}");
    assert!(
        told.contains("X-Client") && !told.contains("canary"),
        "{told}"
    );
}
