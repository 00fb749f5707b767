use keyway_app::oauth::NewOauthClient;
use keyway_core::Role;

use super::party::{Party, error, pair};
use super::world::{Gate, gate};

/// A client that an admin made for a service account.
async fn machine(gate: &Gate, scope: Option<&str>) -> Party {
    let app = gate.app.running.app();
    let who = app.local();
    let account = app
        .people()
        .create_service_account(&who, "ci", Role::Member)
        .await
        .unwrap();
    let new = NewOauthClient {
        name: "CI".into(),
        service_account: Some(account.id),
        scope: scope.map(str::to_owned),
        ..NewOauthClient::default()
    };
    let made = app.oauth().create_client(&who, &new).await.unwrap();
    Party {
        address: gate.app.address(),
        id: made.view.id.to_string(),
        secret: made.secret.map(|secret| secret.expose().clone()),
        redirect_uri: String::new(),
    }
}

#[tokio::test]
async fn a_machine_gets_tokens_for_its_service_account() {
    let gate = gate().await;
    let party = machine(&gate, None).await;
    let fields = [("grant_type", "client_credentials")];
    let granted = pair(&party.post("/oauth/token", &fields).await);
    assert_eq!(granted.refresh, "", "it has its secret");
    assert!(gate.works(&granted.access).await);

    let app = gate.app.running.app();
    let accounts = app.people().service_accounts(&app.local()).await.unwrap();
    let account = &accounts.first().unwrap().id;
    app.people()
        .disable_service_account(&app.local(), account)
        .await
        .unwrap();
    assert!(!gate.works(&granted.access).await);
    let answer = party.post("/oauth/token", &fields).await;
    assert_eq!(error(&answer), (400, "unauthorized_client".into()));
}

#[tokio::test]
async fn a_machine_gets_no_more_than_its_admin_and_its_role_gave_it() {
    let gate = gate().await;
    let party = machine(&gate, Some("mcp:tools admin")).await;
    let ask = async |scope: &str| {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        party.post("/oauth/token", &fields).await
    };
    assert_eq!(error(&ask("mcp").await), (400, "invalid_scope".into()));
    assert_eq!(error(&ask("nonsense").await), (400, "invalid_scope".into()));
    assert_eq!(
        error(&ask("admin").await),
        (400, "invalid_scope".into()),
        "a member's"
    );
    assert_eq!(ask("mcp:tools admin").await.json()["scope"], "mcp:tools");
}

#[tokio::test]
async fn attack_a_registered_client_cannot_act_for_itself() {
    let gate = gate().await;
    let party = gate.party().await;
    let answer = party
        .post("/oauth/token", &[("grant_type", "client_credentials")])
        .await;
    assert_eq!(error(&answer), (400, "unauthorized_client".into()));
}

#[tokio::test]
async fn attack_introspection_tells_nothing_of_another_client_s_token() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let other = gate.party().await;
    let tokens = gate.tokens(&party).await;
    let look = async |party: &Party, token: &str| {
        let answer = party.post("/oauth/introspect", &[("token", token)]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.json()
    };
    for token in [&tokens.access, &tokens.refresh] {
        let own = look(&party, token).await;
        assert_eq!(own["active"], true);
        assert_eq!(own["client_id"], party.id);
        assert_eq!(own["aud"], format!("{}/mcp", gate.issuer()));
        let theirs = look(&other, token).await;
        assert_eq!(theirs, serde_json::json!({ "active": false }));
    }
    for token in ["", "kwa_x", &gate.app.key.clone()] {
        if !token.is_empty() {
            assert_eq!(look(&party, token).await["active"], false);
        }
    }
    let mut nobody = party.clone();
    nobody.id = "client_unknown".into();
    let answer = nobody
        .post("/oauth/introspect", &[("token", &tokens.access)])
        .await;
    assert_eq!(error(&answer), (401, "invalid_client".into()));
}

#[tokio::test]
async fn attack_revocation_of_another_client_s_token_does_nothing_and_says_nothing() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let other = gate.party().await;
    let tokens = gate.tokens(&party).await;
    for token in [&tokens.access, &tokens.refresh, &"nonsense".to_owned()] {
        let answer = other.post("/oauth/revoke", &[("token", token)]).await;
        assert_eq!(answer.status(), 200);
    }
    assert!(gate.works(&tokens.access).await);
    party.refresh(&tokens.refresh).await;
}
