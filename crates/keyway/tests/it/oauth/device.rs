use serde_json::json;

use super::party::{Party, error, pair};
use super::world::{Gate, gate};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

struct Started {
    device: String,
    user: String,
}

async fn terminal(gate: &Gate) -> Party {
    let body = json!({
        "client_name": "Terminal",
        "grant_types": [DEVICE, "refresh_token"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    });
    Party::register_as(gate.app.address(), &body).await
}

async fn start(party: &Party) -> Started {
    let answer = party
        .post("/oauth/device_authorization", &[("scope", "mcp")])
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    assert!(text("verification_uri").ends_with("/device"));
    assert!(text("verification_uri_complete").ends_with(&text("user_code")));
    Started {
        device: text("device_code"),
        user: text("user_code"),
    }
}

async fn poll(party: &Party, code: &str) -> crate::support::client::Answer {
    let fields = [("grant_type", DEVICE), ("device_code", code)];
    party.post("/oauth/token", &fields).await
}

#[tokio::test]
async fn a_terminal_is_let_in_by_the_code_it_shows() {
    let mut gate = gate().await;
    let party = terminal(&gate).await;
    let started = start(&party).await;
    let page = gate
        .owner
        .get(&format!("/device?user_code={}", started.user))
        .await;
    assert!(page.text().contains(&started.user), "{}", page.text());
    let page = gate
        .owner
        .submit(&page, &[("user_code", &started.user)])
        .await;
    assert_eq!(page.status(), 200, "{}", page.text());
    assert!(page.text().contains("Terminal"));
    let done = gate.owner.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    let tokens = pair(&poll(&party, &started.device).await);
    assert!(gate.works(&tokens.access).await);
    party.refresh(&tokens.refresh).await;
    assert_eq!(
        error(&poll(&party, &started.device).await),
        (400, "invalid_grant".into()),
        "once"
    );
}

#[tokio::test]
async fn a_terminal_waits_is_slowed_down_and_told_no() {
    let mut gate = gate().await;
    let party = terminal(&gate).await;
    let started = start(&party).await;
    let first = poll(&party, &started.device).await;
    assert_eq!(error(&first), (400, "authorization_pending".into()));
    let second = poll(&party, &started.device).await;
    assert_eq!(error(&second), (400, "slow_down".into()));

    let other = gate.party().await;
    let fields = [
        ("grant_type", DEVICE),
        ("device_code", started.device.as_str()),
    ];
    let answer = other.post("/oauth/token", &fields).await;
    assert_eq!(error(&answer), (400, "unauthorized_client".into()));

    let page = gate.owner.get("/device").await;
    let page = gate
        .owner
        .submit(&page, &[("user_code", &started.user.to_lowercase())])
        .await;
    gate.owner.submit(&page, &[("decision", "cancel")]).await;
    assert_eq!(
        error(&poll(&party, &started.device).await),
        (400, "access_denied".into())
    );
}

#[tokio::test]
async fn attack_guessing_codes_is_stopped_by_person() {
    let mut gate = gate().await;
    let party = terminal(&gate).await;
    let started = start(&party).await;
    let page = gate.owner.get("/device").await;
    let mut last = 0;
    for _ in 0..11 {
        let answer = gate
            .owner
            .submit(&page, &[("user_code", "BBBB-BBBB")])
            .await;
        last = answer.status();
        assert!(matches!(last, 404 | 429), "{last}");
    }
    assert_eq!(last, 429);
    let answer = gate
        .owner
        .submit(&page, &[("user_code", &started.user)])
        .await;
    assert_eq!(answer.status(), 429, "the right one, too");
    let mut other = super::consent::member(&gate).await;
    let page = other.get("/device").await;
    let answer = other.submit(&page, &[("user_code", &started.user)]).await;
    assert_eq!(answer.status(), 200, "nobody else is shut out");
}

/// Has the owner say yes to a terminal.
async fn approve(gate: &mut Gate, started: &Started) {
    let page = gate.owner.get("/device").await;
    let page = gate
        .owner
        .submit(&page, &[("user_code", &started.user)])
        .await;
    let done = gate.owner.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(done.status(), 200, "{}", done.text());
}

#[tokio::test]
async fn attack_an_approved_device_code_does_not_survive_revocation() {
    let mut gate = gate().await;
    let party = terminal(&gate).await;
    let first = start(&party).await;
    approve(&mut gate, &first).await;
    pair(&poll(&party, &first.device).await);
    let disable = format!("/v1/oauth/clients/{}/disable", party.id);
    for (path, body) in [
        ("/v1/oauth/grants/revoke", json!({ "client": party.id })),
        ("/v1/oauth/grants/revoke", json!({ "all": true })),
        (disable.as_str(), json!({})),
    ] {
        let kept = start(&party).await;
        approve(&mut gate, &kept).await;
        let ended = gate.app.post(path).json(&body).send().await;
        assert!(matches!(ended.status(), 200 | 204), "{}", ended.text());
        let answer = poll(&party, &kept.device).await;
        assert_eq!(error(&answer), (400, "invalid_grant".into()), "{path}");
    }
}
