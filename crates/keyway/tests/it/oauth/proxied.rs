//! What the authorization server is called behind proxies.

use std::net::{Ipv4Addr, SocketAddr};

use http::Method;
use keyway::config::Config;
use serde_json::json;

use super::browser::{Browser, form, hidden};
use super::party::{CALLBACK, Pair, Party, pair, pairs, told, value};
use super::world::{Gate, gate_with};
use crate::support::app::TestApp;
use crate::support::client::{Answer, Ask};
use crate::support::mcp::dress;

type Headers = &'static [(&'static str, &'static str)];

const STANDARD: Headers = &[(
    "forwarded",
    "for=198.51.100.7;host=gate.example;proto=https",
)];
const CUSTOM: Headers = &[
    ("x-forwarded-for", "198.51.100.7"),
    ("x-forwarded-host", "gate.example"),
    ("x-forwarded-proto", "https"),
];
/// With what the client wrote itself, further left.
const FORGED: Headers = &[
    ("x-forwarded-for", "203.0.113.9, 198.51.100.7"),
    ("x-forwarded-host", "evil.example, gate.example"),
    ("x-forwarded-proto", "http, https"),
];
const FORGED_STANDARD: Headers = &[
    ("forwarded", "for=203.0.113.9;host=evil.example;proto=http"),
    (
        "forwarded",
        "for=198.51.100.7;host=gate.example;proto=https",
    ),
];

const PUBLIC: &str = "https://gate.example";

fn behind(config: &mut Config, hops: usize) {
    config.listen.trusted_hops = hops;
    config.listen.allowed_hosts = vec!["gate.example".into()];
}

fn through(mut ask: Ask, headers: Headers) -> Ask {
    for (name, value) in headers {
        ask = ask.header(name, value);
    }
    ask
}

async fn issuer(app: &TestApp, headers: Headers) -> Answer {
    let path = "/.well-known/oauth-authorization-server";
    through(app.ask(Method::GET, path), headers).send().await
}

async fn challenge(app: &TestApp, headers: Headers) -> String {
    let ask = through(app.ask(Method::POST, "/mcp"), headers);
    let answer = dress(ask, "tools/list", json!({})).send().await;
    assert_eq!(answer.status(), 401, "{}", answer.text());
    answer.header("www-authenticate").to_owned()
}

/// The whole way from registration to tokens, everything through the proxy.
async fn tokens(gate: &mut Gate, origin: &str, session: &str, headers: Headers) -> Pair {
    let address = gate.app.address();
    let cookie = gate.owner.cookies["keyway_session"].clone();
    let mut browser = Browser::new(address);
    browser.cookies.insert(session.to_owned(), cookie);
    let body = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
    });
    let ask = through(gate.app.ask(Method::POST, "/oauth/register"), headers);
    let made = ask.json(&body).send().await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let party = Party {
        address,
        id: made.json()["client_id"].as_str().unwrap().to_owned(),
        secret: None,
        redirect_uri: CALLBACK.to_owned(),
    };
    let resource = format!("{origin}/mcp");
    let url = party.url_with(&[("resource", Some(&resource))]);
    let ask = through(gate.app.ask(Method::GET, &url), headers);
    let page = browser.send(ask).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let mut fields = hidden(page.text());
    fields.push(("decision".into(), "allow".into()));
    let ask = through(gate.app.ask(Method::POST, "/oauth/authorize"), headers)
        .header("origin", origin)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&fields));
    let told = told(&browser.send(ask).await);
    assert_eq!(value(&told, "iss"), origin);
    let fields = pairs(&[
        ("grant_type", "authorization_code"),
        ("client_id", &party.id),
        ("code", value(&told, "code")),
        ("code_verifier", super::party::VERIFIER),
        ("redirect_uri", CALLBACK),
        ("resource", &resource),
    ]);
    let ask = through(gate.app.ask(Method::POST, "/oauth/token"), headers)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&fields));
    let granted = pair(&ask.send().await);
    let fields = pairs(&[("client_id", &party.id), ("token", &granted.access)]);
    let ask = through(gate.app.ask(Method::POST, "/oauth/introspect"), headers)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&fields));
    assert_eq!(ask.send().await.json()["aud"], resource);
    granted
}

async fn works(gate: &Gate, token: &str, headers: Headers) -> u16 {
    through(gate.list(token), headers).send().await.status()
}

#[tokio::test]
async fn behind_one_trusted_proxy_the_issuer_the_challenge_and_the_audience_are_the_public_ones() {
    for headers in [STANDARD, CUSTOM, FORGED, FORGED_STANDARD] {
        let mut gate = gate_with(|config| behind(config, 1)).await;
        let document = issuer(&gate.app, headers).await.json();
        assert_eq!(document["issuer"], PUBLIC, "{headers:?}");
        let endpoint = document["token_endpoint"].as_str().unwrap();
        assert!(endpoint.starts_with(PUBLIC), "{endpoint}");
        let told = challenge(&gate.app, headers).await;
        let metadata = "https://gate.example/.well-known/oauth-protected-resource/mcp";
        assert!(
            told.contains(&format!("resource_metadata=\"{metadata}\"")),
            "{told}"
        );
        let granted = tokens(&mut gate, PUBLIC, "__Host-keyway_session", headers).await;
        assert_eq!(works(&gate, &granted.access, headers).await, 200);
        // Under another name of the gateway it is a token for something else.
        assert_eq!(works(&gate, &granted.access, &[]).await, 401);
    }
}

#[tokio::test]
async fn attack_forwarded_headers_mean_nothing_without_a_trusted_proxy() {
    for headers in [STANDARD, CUSTOM, FORGED, FORGED_STANDARD] {
        let mut gate = gate_with(|config| behind(config, 0)).await;
        let own = gate.issuer();
        assert_eq!(issuer(&gate.app, headers).await.json()["issuer"], own);
        let told = challenge(&gate.app, headers).await;
        let metadata = format!("{own}/.well-known/oauth-protected-resource/mcp");
        assert!(told.contains(&metadata), "{told}");
        assert!(!told.contains(".example"), "{told}");
        let granted = tokens(&mut gate, &own, "keyway_session", headers).await;
        assert_eq!(works(&gate, &granted.access, headers).await, 200);
        assert_eq!(works(&gate, &granted.access, &[]).await, 200);
    }
}

#[tokio::test]
async fn attack_forwarded_hosts_that_are_not_ours_are_no_issuer() {
    let gate = gate_with(|config| behind(config, 1)).await;
    let own = gate.issuer();
    for headers in [
        &[("x-forwarded-host", "evil.example")][..],
        &[("forwarded", "host=evil.example")],
        &[("x-forwarded-host", "gate.example@evil.example")],
        &[("x-forwarded-host", "evil.example/.gate.example")],
        &[("x-forwarded-host", "0.0.0.0:8420")],
    ] {
        let document = issuer(&gate.app, headers).await;
        assert_eq!(document.json()["issuer"], own, "{headers:?}");
        let told = challenge(&gate.app, headers).await;
        assert!(told.contains(&own) && !told.contains("evil"), "{told}");
    }
}

#[tokio::test]
async fn attack_forwarded_addresses_do_not_pass_by_a_limit() {
    let gate = gate_with(|config| behind(config, 0)).await;
    let register = async |nth: u8| {
        let from = format!("203.0.113.{nth}");
        let ask = gate.app.ask(Method::POST, "/oauth/register");
        let ask = ask
            .header("x-forwarded-for", &from)
            .header("forwarded", &format!("for={from}"));
        let body = json!({ "redirect_uris": [CALLBACK] });
        ask.json(&body).send().await.status()
    };
    for nth in 0..5 {
        assert_eq!(register(nth).await, 201);
    }
    assert_eq!(register(5).await, 429);
}

#[tokio::test]
async fn no_issuer_is_an_address_that_means_every_interface() {
    let app = TestApp::builder()
        .config(|config| config.listen.bind = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)))
        .start()
        .await;
    let port = app.address().port();
    let local = format!("http://localhost:{port}");
    let host = format!("0.0.0.0:{port}");
    let ask = |method: Method, path: &str, host: &str| app.ask(method, path).header("host", host);
    let path = "/.well-known/oauth-authorization-server";
    let document = ask(Method::GET, path, &host).send().await;
    assert_eq!(document.json()["issuer"], local);
    assert!(!document.text().contains("0.0.0.0"), "{}", document.text());
    let asking = dress(ask(Method::POST, "/mcp", &host), "tools/list", json!({}));
    let told = asking.send().await;
    let told = told.header("www-authenticate");
    assert!(told.contains(&local) && !told.contains("0.0.0.0"), "{told}");
    assert!(
        !app.running.url().contains("0.0.0.0"),
        "{}",
        app.running.url()
    );

    // Nobody is told to send a secret over plain http through a network.
    let network = "gate.example";
    let document = ask(Method::GET, path, network).send().await;
    assert_eq!(document.status(), 403, "{}", document.text());
    assert!(document.text().contains("https"), "{}", document.text());
    let asking = dress(ask(Method::POST, "/mcp", network), "tools/list", json!({}));
    let told = asking.send().await;
    assert_eq!(told.status(), 401);
    assert_eq!(told.header("www-authenticate"), "Bearer realm=\"keyway\"");
}
