use keyway_core::Subject;

use super::world::gate;

#[tokio::test]
async fn an_access_token_is_valid_for_a_quarter_of_an_hour_and_its_stream_goes_on() {
    let gate = gate().await;
    let tokens = gate.tokens().await;
    assert_eq!(tokens.expires_in.as_secs(), 900);
    gate.later(899);
    let who = gate.come_in(&tokens).await.unwrap();
    let hanging = gate.world.app().revoked(&who);
    gate.later(1);
    let error = gate.come_in(&tokens).await.unwrap_err();
    assert_eq!(error.code(), "invalid_token");
    let renewed = gate.refresh(&tokens).await.unwrap();
    let same = gate.come_in(&renewed).await.unwrap();
    assert_eq!(same, who, "the grant is who it is");
    assert!(!hanging.is_cancelled());
    let Subject::Token { grant, .. } = who.subject() else {
        panic!("a token came in");
    };
    let local = gate.world.local();
    gate.oauth().revoke_grant(&local, grant).await.unwrap();
    assert!(hanging.is_cancelled());
    assert!(gate.come_in(&renewed).await.is_err());
    gate.world.stop().await;
}

#[tokio::test]
async fn a_code_is_valid_for_five_minutes() {
    let gate = gate().await;
    let code = gate.code(&gate.owner.visitor, "mcp").await;
    gate.later(300);
    assert_eq!(
        super::world::refused(gate.redeem(&code).await),
        "invalid_grant"
    );
    gate.world.stop().await;
}

#[tokio::test]
async fn a_token_is_good_at_its_resource_only() {
    let gate = gate().await;
    let tokens = gate.tokens().await;
    let app = gate.world.app();
    for resource in [
        None,
        Some("https://gate.example/v1"),
        Some("https://gate.example/mcp/"),
    ] {
        let done = app.authenticate_at(tokens.access.expose(), resource).await;
        assert_eq!(done.unwrap_err().code(), "invalid_token");
    }
    gate.come_in(&tokens).await.unwrap();
    // The refresh token is no bearer token anywhere.
    let refresh = tokens.refresh.unwrap();
    let done = app
        .authenticate_at(refresh.expose(), Some("https://gate.example/mcp"))
        .await;
    assert!(done.is_err());
    gate.world.stop().await;
}
