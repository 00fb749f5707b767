use serde_json::{Value, json};

use super::*;
use crate::openapi::Refused;

fn base(servers: Value, url: &str, given: Option<&str>) -> Result<String, Refused> {
    let mut document = document("3.1.0", json!({ "/a": { "get": {} } }));
    document["servers"] = servers;
    let options = Options {
        base_url: given.map(str::to_owned),
        ..options()
    };
    let imported = import(&document, url, &Alone, &options)?;
    Ok(imported.manifest["apps"]["acme"]["base_url"]
        .as_str()
        .unwrap()
        .to_owned())
}

#[test]
fn servers_become_the_base_url() {
    let at = "https://acme.example/docs/openapi.json";
    for (servers, url, expected) in [
        (
            json!([{ "url": "https://api.acme.example/v1/" }]),
            at,
            "https://api.acme.example/v1",
        ),
        (json!([{ "url": "/v2" }]), at, "https://acme.example/v2"),
        (json!([{ "url": "../v3" }]), at, "https://acme.example/v3"),
        (
            json!([{ "url": "//api.acme.example" }]),
            "file:///a.json",
            "https://api.acme.example",
        ),
        (
            json!([{ "url": "https://{region}.acme.example:{port}/v1", "variables": {
            "region": { "default": "eu" }, "port": { "default": 8443 } } }]),
            at,
            "https://eu.acme.example:8443/v1",
        ),
    ] {
        assert_eq!(
            base(servers.clone(), url, None).as_deref(),
            Ok(expected),
            "{servers}"
        );
    }
}

#[test]
fn without_a_server_the_operator_has_to_say() {
    assert_eq!(
        base(json!([]), "https://acme.example/a", None),
        Err(Refused::NoServer)
    );
    assert_eq!(
        base(json!([{ "url": "/v1" }]), "file:///a.json", None),
        Err(Refused::ServerUnknown)
    );
    assert_eq!(
        base(
            json!([{ "url": "https://{a}.example" }]),
            "file:///a.json",
            None
        ),
        Err(Refused::ServerUnknown)
    );
    assert_eq!(
        base(
            json!([]),
            "file:///a.json",
            Some("https://api.acme.example")
        )
        .as_deref(),
        Ok("https://api.acme.example")
    );
    for bad in [
        "acme.example",
        "ftp://acme.example",
        "https://u:p@acme.example",
        "https://acme.example?a=1",
    ] {
        assert_eq!(
            base(json!([]), "file:///a.json", Some(bad)),
            Err(Refused::BadBaseUrl),
            "{bad}"
        );
    }
    assert!(Refused::NoServer.to_string().contains("--base-url"));
}

#[test]
fn an_operation_s_own_server_is_named_whole() {
    let document = document(
        "3.1.0",
        json!({ "/a": { "get": { "servers": [{ "url": "https://files.acme.example" }] } } }),
    );
    let imported = imported(&document);
    let manifest = imported.manifest;
    assert_eq!(
        manifest["actions"]["acme:get-a"]["http"]["url"],
        "https://files.acme.example/a"
    );
    assert_eq!(
        manifest["apps"]["acme"]["hosts"],
        json!(["api.acme.example", "files.acme.example"])
    );
    // Whoever imports it is told where the credential goes.
    let told = imported.report.iter().map(|one| one.reason.as_str());
    assert!(
        told.into_iter()
            .any(|reason| reason.contains("files.acme.example"))
    );
}

#[test]
fn attack_a_document_sends_no_credential_past_the_base_url_that_was_given() {
    let evil = json!([{ "url": "https://evil.example" }]);
    let document = document(
        "3.1.0",
        json!({ "/a": { "servers": evil, "get": {} }, "/b": { "get": { "servers": evil } } }),
    );
    let given = Options {
        base_url: Some("https://api.acme.example".into()),
        ..options()
    };
    let imported = import(&document, "file:///a.json", &Alone, &given).unwrap();
    let manifest = imported.manifest.to_string();
    assert!(!manifest.contains("evil.example"), "{manifest}");
}

#[test]
fn attack_a_document_leads_the_gateway_into_no_private_network() {
    for near in [
        "http://localhost:8080",
        "http://LOCALHOST./v1",
        "http://a.localhost",
        "http://127.0.0.1:2375",
        "http://2130706433",
        "http://[::1]:80",
        "http://[::ffff:10.0.0.1]",
        "http://169.254.169.254/latest",
        "https://192.168.1.1",
        "https://100.64.0.1",
        "https://[fd00::1]",
        "http://0.0.0.0",
        "http://[::10.0.0.1]",
        "http://[2002:a00:1::1]",
        "http://[64:ff9b::a00:1]",
    ] {
        let servers = json!([{ "url": near }]);
        for from in [
            "file:///a.json",
            "https://acme.example/a",
            "http://localhost:1/a",
        ] {
            let refused = base(servers.clone(), from, None);
            assert_eq!(refused, Err(Refused::ServerNear), "{near} {from}");
        }
        base(servers, "file:///a.json", Some(near)).unwrap();
    }
    // Where the operator fetched it themselves is their own choice.
    let own = base(json!([{ "url": "/v1" }]), "http://localhost:8080/a", None);
    assert_eq!(own.as_deref(), Ok("http://localhost:8080/v1"));
    let hidden =
        json!([{ "url": "http://{host}", "variables": { "host": { "default": "10.0.0.1" } } }]);
    assert_eq!(
        base(hidden, "file:///a.json", None),
        Err(Refused::ServerNear)
    );
}

#[test]
fn attack_an_operation_of_a_document_leads_into_no_private_network() {
    let document = document(
        "3.1.0",
        json!({ "/a": { "get": { "servers": [{ "url": "http://127.0.0.1:9200" }] } } }),
    );
    let imported = imported(&document);
    assert!(!imported.manifest.to_string().contains("127.0.0.1"));
    let told = imported.report.iter().map(|one| one.reason.as_str());
    assert!(
        told.into_iter()
            .any(|reason| reason.contains("private network"))
    );
}

#[test]
fn what_is_no_document_of_these_versions_is_refused() {
    let options = options();
    let refused =
        |document: Value| import(&document, "file:///a.json", &Alone, &options).unwrap_err();
    assert_eq!(refused(json!({ "swagger": "2.0" })), Refused::Swagger);
    assert_eq!(refused(json!({ "openapi": "4.0.0" })), Refused::Version);
    assert_eq!(refused(json!({ "openapi": "3.10" })), Refused::Version);
    assert_eq!(refused(json!([])), Refused::NotOpenApi);
    assert_eq!(refused(document("3.1.0", json!({}))), Refused::Nothing);
    let bad = Options {
        app: "No App".into(),
        ..options.clone()
    };
    assert_eq!(
        import(&json!({}), "file:///a.json", &Alone, &bad),
        Err(Refused::BadApp)
    );
}
