use std::time::Duration;

use keyway_core::Kind;
use keyway_testkit::slack::Misbehaviour;

use super::*;

async fn read(world: &World) -> Result<Value, Error> {
    let context = world.acting(json!({}), Value::Null).await;
    let input = json!({ "user": "U0ADA" });
    let result = Slack.execute_tool("look_up_user", &input, &context).await;
    if let Err(error) = &result {
        is_safe(error);
    }
    result
}

#[tokio::test]
async fn a_slack_that_is_asked_too_often_says_how_long_to_wait() {
    let world = World::installed().await;
    world
        .vendor
        .misbehave("users.info", Misbehaviour::Busy { retry_after: 30 });
    let error = read(&world).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::RateLimited, "vendor_rate_limited")
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    world
        .vendor
        .misbehave("users.info", Misbehaviour::Refuses("ratelimited".into()));
    assert_eq!(
        read(&world).await.unwrap_err().code(),
        "vendor_rate_limited"
    );
    read(&world).await.unwrap();
}

#[tokio::test]
async fn a_slack_that_fails_is_told_without_its_words() {
    let world = World::installed().await;
    for misbehaviour in [
        Misbehaviour::Fails,
        Misbehaviour::NoJson,
        Misbehaviour::Empty,
        Misbehaviour::AnswerLost,
        Misbehaviour::Refuses("canary is 'angry'".into()),
        Misbehaviour::Refuses("internal_error".into()),
    ] {
        world.vendor.misbehave("users.info", misbehaviour);
        let error = read(&world).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::BadGateway, "vendor_failed")
        );
    }
    world
        .vendor
        .misbehave("users.info", Misbehaviour::Slow(Duration::from_millis(50)));
    read(&world).await.unwrap();
}

#[tokio::test]
async fn a_revoked_token_is_an_installation_that_is_gone_and_an_expired_one_is_not() {
    for code in ["invalid_auth", "account_inactive", "not_authed"] {
        let world = World::installed().await;
        world
            .vendor
            .misbehave("users.info", Misbehaviour::Refuses(code.into()));
        assert_eq!(
            read(&world).await.unwrap_err().code(),
            "installation_revoked"
        );
    }
    let world = World::installed().await;
    world.vendor.expire_tokens();
    assert_eq!(read(&world).await.unwrap_err().code(), "token_expired");
    world.vendor.revoke_tokens();
    assert_eq!(
        read(&world).await.unwrap_err().code(),
        "installation_revoked"
    );
}

#[tokio::test]
async fn a_scope_that_slack_wants_is_named_where_it_is_one_of_ours() {
    let mut world = World::installed().await;
    let token = world.vendor.install(&["chat:write"]);
    world.secrets = world
        .secrets
        .without("refreshToken")
        .with("botToken", Secret::new(token));
    let error = read(&world).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "missing_vendor_scope")
    );
    assert_eq!(error.detail("vendorScope"), Some("users:read"));
    world
        .vendor
        .misbehave("users.info", Misbehaviour::Refuses("missing_scope".into()));
    let error = read(&world).await.unwrap_err();
    assert_eq!(
        (error.code(), error.detail("vendorScope")),
        ("missing_vendor_scope", None)
    );
}

#[tokio::test]
async fn a_slack_that_is_nowhere_is_not_reached() {
    let mut world = World::installed().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    world.settings["apiUrl"] = format!("http://localhost:{port}/api").into();
    assert_eq!(read(&world).await.unwrap_err().code(), "vendor_failed");
}
