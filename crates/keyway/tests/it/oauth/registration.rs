use http::Method;
use keyway_app::oauth::Registration;
use serde_json::{Value, json};

use super::party::{Party, error};
use super::world::gate_with;
use crate::support::app::TestApp;
use crate::support::client::{Answer, Ask};

async fn register(app: &TestApp, body: &Value) -> Answer {
    app.ask(Method::POST, "/oauth/register")
        .json(body)
        .send()
        .await
}

fn with(name: &str, value: Value) -> Value {
    let mut body = json!({ "redirect_uris": ["https://app.example/callback"] });
    body[name] = value;
    body
}

#[tokio::test]
async fn attack_registration_flood_is_stopped_by_address() {
    let app = TestApp::with([]).await;
    for _ in 0..5 {
        assert_eq!(
            register(&app, &with("client_name", "x".into()))
                .await
                .status(),
            201
        );
    }
    let answer = register(&app, &with("client_name", "x".into())).await;
    assert_eq!(answer.status(), 429);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
    // The address that asks is the socket's, whatever a header says.
    let forged = app
        .ask(Method::POST, "/oauth/register")
        .header("x-forwarded-for", "203.0.113.9")
        .json(&with("client_name", "x".into()))
        .send()
        .await;
    assert_eq!(forged.status(), 429);
}

#[tokio::test]
async fn attack_a_name_with_markup_or_turned_around_is_refused() {
    let app = unlimited().await;
    for name in [
        "<b>Bank</b>",
        "<script>alert(1)</script>",
        "pay\u{202e}lap",
        "a\u{200b}b",
        "two\nlines",
        "\u{e0041}",
        &"x".repeat(101),
        "   ",
    ] {
        let answer = register(&app, &with("client_name", name.into())).await;
        assert_eq!(
            error(&answer),
            (400, "invalid_client_metadata".into()),
            "{name:?}"
        );
        assert!(!answer.text().contains("alert"));
    }
}

#[tokio::test]
async fn attack_redirect_uris_that_lead_elsewhere_cannot_be_registered() {
    let app = unlimited().await;
    let thousand: Vec<String> = (0..1000)
        .map(|n| format!("https://a.example/{n}"))
        .collect();
    for uris in [
        json!(["javascript:alert(1)"]),
        json!(["data:text/html,x"]),
        json!(["blob:https://a.example/x"]),
        json!(["file:///etc/passwd"]),
        json!(["http://app.example/cb"]),
        json!(["https://app.example/cb#x"]),
        json!(["https://me@app.example/cb"]),
        json!(["https://app.example/a/../cb"]),
        json!(["app:/cb"]),
        json!([]),
        json!(thousand),
    ] {
        let answer = register(&app, &with("redirect_uris", uris.clone())).await;
        assert_eq!(
            error(&answer),
            (400, "invalid_redirect_uri".into()),
            "{uris}"
        );
    }
    for body in [
        json!(null),
        json!([]),
        json!("x"),
        json!({ "redirect_uris": "x" }),
    ] {
        let answer = register(&app, &body).await;
        assert_eq!(answer.status(), 400, "{body}");
    }
}

#[tokio::test]
async fn a_registration_is_json_in_any_character_set_and_bounded() {
    let app = unlimited().await;
    let body = with("client_name", "Sample".into()).to_string();
    let send = async |kind: &str, body: String| {
        let ask = Ask::new(app.address(), Method::POST, "/oauth/register");
        let answer = ask.header("content-type", kind).body(body).send().await;
        answer.status()
    };
    assert_eq!(
        send("application/json; charset=utf-8", body.clone()).await,
        201
    );
    assert_eq!(send("text/plain", body.clone()).await, 400);
    assert_eq!(send("application/json", "{".into()).await, 400);
    let long = with("client_name", "x".repeat(70 << 10).into()).to_string();
    assert_eq!(send("application/json", long).await, 413);
}

#[tokio::test]
async fn a_confidential_client_gets_a_secret_and_has_to_use_it() {
    let gate = gate_with(|_| {}).await;
    let body = json!({
        "client_name": "Server",
        "redirect_uris": ["https://app.example/callback"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let mut party = Party::register_as(gate.app.address(), &body).await;
    let secret = party.secret.clone().unwrap();
    assert!(secret.starts_with("kws_"));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "kwr_x")];
    let answer = party.post("/oauth/token", &fields).await;
    assert_eq!(
        error(&answer),
        (400, "invalid_grant".into()),
        "it proved itself"
    );
    party.secret = Some("kws_wrong".into());
    let answer = party.post("/oauth/token", &fields).await;
    assert_eq!(error(&answer), (401, "invalid_client".into()));
    assert!(answer.header("www-authenticate").starts_with("Basic "));
    party.secret = None;
    let answer = party.post("/oauth/token", &fields).await;
    assert_eq!(error(&answer), (401, "invalid_client".into()));
}

#[tokio::test]
async fn attack_two_ways_to_prove_oneself_at_once_are_refused() {
    let gate = gate_with(|_| {}).await;
    let body = json!({
        "redirect_uris": ["https://app.example/callback"],
        "token_endpoint_auth_method": "client_secret_post",
    });
    let party = Party::register_as(gate.app.address(), &body).await;
    let secret = party.secret.clone().unwrap();
    // The helper sends the header; the form has the secret as well.
    let answer = party
        .post(
            "/oauth/token",
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", "kwr_x"),
                ("client_secret", &secret),
            ],
        )
        .await;
    assert_eq!(error(&answer), (400, "invalid_request".into()));
}

#[tokio::test]
async fn a_gateway_can_close_registration() {
    let app = TestApp::builder()
        .config(|config| config.oauth.registration = Registration::Closed)
        .start()
        .await;
    let answer = register(&app, &with("client_name", "x".into())).await;
    assert_eq!(error(&answer), (400, "access_denied".into()));
    let metadata = app
        .ask(Method::GET, "/.well-known/oauth-authorization-server")
        .send()
        .await
        .json();
    assert!(metadata.get("registration_endpoint").is_none());
}

async fn unlimited() -> TestApp {
    TestApp::builder()
        .config(|config| config.rate_limits.oauth_register.limit = 0)
        .start()
        .await
}
