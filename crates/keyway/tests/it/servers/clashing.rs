use keyway::config::{Config, Environment, Inputs, load};
use keyway::serve::ServeError;
use keyway::{App, McpServer};

use crate::support::actions::Acme;
use crate::support::app::{Builder, TestApp};

async fn refusal(builder: Builder) -> String {
    match builder.try_start().await {
        Err(error @ ServeError::Clashes(_)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it started"),
    }
}

fn server(key: &str) -> McpServer {
    McpServer::http(key, "https://mcp.example.com/mcp")
}

#[tokio::test]
async fn a_key_that_two_servers_have_is_told_with_both_places() {
    let twice = TestApp::builder()
        .server(server("docs"))
        .server(server("docs"));
    let told = refusal(twice).await;
    let places = told.matches("clashing.rs:").count();
    assert!(
        told.contains(r#"the MCP server key "docs" is claimed by"#),
        "{told}"
    );
    assert_eq!(places, 2, "{told}");

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keyway.yaml");
    std::fs::write(
        &file,
        "mcp_servers:\n  docs:\n    url: https://docs.example.com\n",
    )
    .unwrap();
    let loaded = configured(&file);
    let both = TestApp::builder()
        .server(server("docs"))
        .config(|config| config.mcp_servers = loaded.mcp_servers);
    let told = refusal(both).await;
    assert!(
        told.contains("clashing.rs:") && told.contains("keyway.yaml:2:3"),
        "{told}"
    );
}

fn configured(file: &std::path::Path) -> Config {
    let environment = Environment::default();
    let inputs = Inputs {
        directory: file.parent().unwrap(),
        file: Some(file.to_owned()),
        environment: &environment,
        flags: Vec::new(),
    };
    load(&inputs).unwrap().config
}

#[tokio::test]
async fn what_could_never_be_sent_is_told_at_the_start() {
    for (made, said) in [
        (
            server("a").header("Host", |acme: Acme| acme.api_key),
            "the header `Host`",
        ),
        (
            server("a").header("a b", |acme: Acme| acme.api_key),
            "is not a header name",
        ),
        (McpServer::http("a", "ftp://x.example"), "its address"),
        (McpServer::http("a", "https://u:p@x.example"), "its address"),
    ] {
        let told = refusal(TestApp::builder().server(made)).await;
        assert!(
            told.contains(said) && told.contains("MCP server \"a\""),
            "{told}"
        );
    }
}

#[tokio::test]
async fn attack_a_credential_goes_to_no_server_beyond_its_hosts() {
    let app = App::of::<Acme>().hosts(["api.acme.example"]);
    let (credential, _) = app.into_parts();
    let book = keyway_core::credential::CredentialBook::new([credential], []).unwrap();
    assert!(book.get("acme").is_some());
    let elsewhere = server("a").credential(keyway_core::credential::CredentialNeed::new(
        std::sync::Arc::clone(book.get("acme").unwrap()),
    ));
    let told = refusal(TestApp::builder().server(elsewhere)).await;
    assert!(told.contains("it is not among its hosts"), "{told}");
}
