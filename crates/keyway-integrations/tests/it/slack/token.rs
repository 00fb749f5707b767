use jiff::SignedDuration;
use keyway_testkit::slack::Misbehaviour;

use super::*;

#[tokio::test]
async fn a_token_is_used_while_it_lasts_and_renewed_before_it_ends() {
    let mut world = World::installed().await;
    let first = Slack.token(&world.context()).await.unwrap();
    assert!(first.secrets.is_none());
    let hours = first
        .expires_at
        .unwrap()
        .duration_since(world.now)
        .as_hours();
    assert_eq!(hours, 12);
    world.now += SignedDuration::from_hours(12) - SignedDuration::from_mins(14);
    let next = Slack.token(&world.context()).await.unwrap();
    assert_ne!(next.value.expose(), first.value.expose());
    let hours = next
        .expires_at
        .unwrap()
        .duration_since(world.now)
        .as_hours();
    assert_eq!(hours, 12);
    let refresh = world.vendor.calls_of("oauth.v2.access");
    assert_eq!(refresh[1].fields["grant_type"], "refresh_token");
    assert!(refresh[1].authorization.starts_with("Basic "));
    // What was used up is replaced by what came.
    world.secrets = next.secrets.unwrap();
    assert_eq!(
        world.secrets.get("botToken").unwrap().expose(),
        next.value.expose()
    );
    assert_eq!(
        world.secrets.get("clientSecret").unwrap().expose(),
        Vendor::CLIENT_SECRET
    );
    let kept = Slack.token(&world.context()).await.unwrap();
    assert_eq!(kept.value.expose(), next.value.expose());
    assert_eq!(world.vendor.calls_of("oauth.v2.access").len(), 2);
    world.now += SignedDuration::from_hours(13);
    assert!(
        Slack
            .token(&world.context())
            .await
            .unwrap()
            .secrets
            .is_some()
    );
}

#[tokio::test]
async fn an_installation_that_slack_forgot_is_told_apart_from_a_slack_that_fails() {
    let mut world = World::installed().await;
    world.now += SignedDuration::from_hours(13);
    world
        .vendor
        .misbehave("oauth.v2.access", Misbehaviour::Fails);
    let error = Slack.token(&world.context()).await.unwrap_err();
    assert_eq!(error.code(), "vendor_failed");
    is_safe(&error);
    world.vendor.revoke_tokens();
    let error = Slack.token(&world.context()).await.unwrap_err();
    assert_eq!(error.code(), "installation_revoked");
    is_safe(&error);
    let fresh = World::start().await;
    let error = Slack.token(&fresh.context()).await.unwrap_err();
    assert_eq!(error.code(), "install_incomplete");
}

#[tokio::test]
async fn a_token_of_another_workspace_is_not_taken() {
    let mut world = World::installed().await;
    world.now += SignedDuration::from_hours(13);
    world.vendor.move_to("T0AWAY", "Away");
    let error = Slack.token(&world.context()).await.unwrap_err();
    assert_eq!(error.code(), "vendor_failed");
}

#[tokio::test]
async fn what_is_removed_is_taken_out_of_the_workspace() {
    let mut world = World::installed().await;
    Slack.revoke(&world.context()).await.unwrap();
    assert!(world.vendor.is_uninstalled() && world.vendor.good_tokens().is_empty());
    // It is gone already.
    Slack.revoke(&world.context()).await.unwrap();
    world.now += SignedDuration::from_hours(13);
    Slack.revoke(&world.context()).await.unwrap();
    let never = World::start().await;
    Slack.revoke(&never.context()).await.unwrap();
    assert!(never.vendor.calls().is_empty());
}

#[tokio::test]
async fn where_slack_does_not_let_it_be_taken_out_the_token_is_given_back() {
    let world = World::installed().await;
    let refused = Misbehaviour::Refuses("app_is_required".into());
    world.vendor.misbehave("apps.uninstall", refused);
    Slack.revoke(&world.context()).await.unwrap();
    assert!(!world.vendor.is_uninstalled() && world.vendor.good_tokens().is_empty());
    let world = World::installed().await;
    world
        .vendor
        .misbehave("apps.uninstall", Misbehaviour::Fails);
    world.vendor.misbehave("auth.revoke", Misbehaviour::Fails);
    let error = Slack.revoke(&world.context()).await.unwrap_err();
    assert_eq!(error.code(), "vendor_failed");
}
