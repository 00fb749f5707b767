use keyway_core::Secret;
use keyway_testkit::github::{AppKey, Misbehaviour};

use super::world::{World, now, run};
use serde_json::json;

#[tokio::test]
async fn a_token_is_minted_for_an_hour_with_a_jwt_of_the_app() {
    let world = World::installed().await;
    let token = world.token().await.unwrap();
    assert_eq!(
        token.expires_at.unwrap().as_second(),
        now().as_second() + 3_600
    );
    assert!(token.secrets.is_none());
    let minted = world.vendor.received().into_iter().next_back().unwrap();
    assert_eq!(
        minted.line,
        format!(
            "POST /app/installations/{}/access_tokens",
            world.installation()
        )
    );
    assert!(minted.authorization.starts_with("Bearer ey"));
    let issue = world.vendor.issue("acme/web", "ada", "Pipe", "It drips");
    let mut context = world.publication(issue);
    context.token = token.value;
    assert_eq!(
        run(&context, "get_issue", json!({})).await.unwrap()["title"],
        "Pipe"
    );
    // An hour later it is worth nothing.
    world
        .vendor
        .set_now(now() + jiff::SignedDuration::from_secs(3_600));
    let late = run(&context, "get_issue", json!({})).await.unwrap_err();
    assert_eq!(late.code(), "vendor_unauthorized");
}

#[tokio::test]
async fn clocks_may_differ_a_little() {
    let world = World::installed().await;
    for (away, taken) in [(-20, true), (20, true), (-120, false), (600, false)] {
        world
            .vendor
            .set_now(now() + jiff::SignedDuration::from_secs(away));
        let token = world.token().await;
        assert_eq!(token.is_ok(), taken, "{away}");
    }
}

#[tokio::test]
async fn what_ends_an_installation_is_told_apart_from_what_passes() {
    let mut world = World::installed().await;
    world
        .vendor
        .misbehave("access_tokens", Misbehaviour::status(503));
    assert_eq!(world.token().await.unwrap_err().code(), "vendor_failed");
    world
        .vendor
        .misbehave("access_tokens", Misbehaviour::secondary_limit(7));
    let limited = world.token().await.unwrap_err();
    assert_eq!(limited.code(), "vendor_rate_limited");
    assert_eq!(limited.retry_after().unwrap().as_secs(), 7);
    world
        .vendor
        .misbehave("access_tokens", Misbehaviour::NoJson);
    assert_eq!(world.token().await.unwrap_err().code(), "vendor_failed");
    world.vendor.suspend(world.installation());
    assert_eq!(
        world.token().await.unwrap_err().code(),
        "installation_suspended"
    );
    world.vendor.uninstall(world.installation());
    assert_eq!(
        world.token().await.unwrap_err().code(),
        "installation_revoked"
    );
    let other = AppKey::generate().pkcs1();
    world.secrets = world.secrets.clone().with("privateKey", Secret::new(other));
    assert_eq!(world.token().await.unwrap_err().code(), "app_key_refused");
    world.workspace = None;
    assert_eq!(
        world.token().await.unwrap_err().code(),
        "installation_revoked"
    );
}

#[tokio::test]
async fn revoking_uninstalls_the_app_and_can_be_done_twice() {
    use keyway_core::provider::IntegrationProvider as _;
    let world = World::installed().await;
    for _ in 0..2 {
        keyway_integrations::GitHub
            .revoke(&world.context())
            .await
            .unwrap();
        assert!(world.vendor.installations().is_empty());
    }
    let nothing = World::new().await;
    keyway_integrations::GitHub
        .revoke(&nothing.context())
        .await
        .unwrap();
}
