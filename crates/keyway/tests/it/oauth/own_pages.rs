use http::Method;
use keyway_app::oauth::NewOauthClient;
use serde_json::json;

use super::party::{Party, error};
use super::world::{gate, gate_with};

#[tokio::test]
async fn attack_nobody_registers_a_page_of_the_gateway_itself() {
    let gate = gate_with(|config| {
        config.rate_limits.oauth_register.limit = 0;
    })
    .await;
    let port = gate.app.address().port();
    for uri in [
        format!("http://127.0.0.1:{port}/account"),
        format!("http://localhost:{port}/oauth/authorize"),
        format!("http://[::1]:{port}/cb"),
    ] {
        let body = json!({ "redirect_uris": ["https://app.example/cb", uri] });
        let ask = gate.app.ask(Method::POST, "/oauth/register").json(&body);
        let answer = ask.send().await;
        assert_eq!(
            error(&answer),
            (400, "invalid_redirect_uri".to_owned()),
            "{uri}"
        );
        assert!(!answer.text().contains(&port.to_string()), "{uri}");
    }
}

#[tokio::test]
async fn attack_the_port_of_a_native_client_is_not_the_gateway_s() {
    let mut gate = gate().await;
    let body = json!({
        "redirect_uris": ["http://127.0.0.1/cb"],
        "application_type": "native",
        "token_endpoint_auth_method": "none",
    });
    let party = Party::register_as(gate.app.address(), &body).await;
    let own = format!("http://127.0.0.1:{}/cb", gate.app.address().port());
    let page = gate
        .owner
        .get(&party.url_with(&[("redirect_uri", Some(&own))]))
        .await;
    assert_eq!(page.status(), 400, "{}", page.text());
    assert!(!page.has("location"));
    // One with a fault besides is told so on a page, too, and not taken there.
    let faulty = party.url_with(&[("redirect_uri", Some(&own)), ("scope", Some("zebra"))]);
    let page = gate.owner.get(&faulty).await;
    assert_eq!(page.status(), 400, "{}", page.text());
    let other = party.url_with(&[("redirect_uri", Some("http://127.0.0.1:1/cb"))]);
    assert_eq!(gate.owner.get(&other).await.status(), 200);
}

#[tokio::test]
async fn attack_not_even_an_admin_s_client_is_sent_to_a_page_of_the_gateway() {
    let mut gate = gate().await;
    let own = format!("{}/account", gate.issuer());
    let app = gate.app.running.app();
    let new = NewOauthClient {
        name: "Ours".into(),
        redirect_uris: vec![own.clone()],
        ..NewOauthClient::default()
    };
    let made = app.oauth().create_client(&app.local(), &new).await.unwrap();
    let party = Party {
        address: gate.app.address(),
        id: made.view.id.to_string(),
        secret: made.secret.map(|secret| secret.expose().clone()),
        redirect_uri: own,
    };
    let page = gate.owner.get(&party.url()).await;
    assert_eq!(page.status(), 400, "{}", page.text());
}
