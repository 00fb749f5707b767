//! Authorization servers that do the wrong thing, and people who do.

use keyway_testkit::authorization::Misbehaviour;
use serde_json::json;

use super::world::{World, agree, way_back};

#[tokio::test]
async fn attack_metadata_that_lies_leads_nowhere() {
    for misbehaviour in [
        Misbehaviour::WrongIssuer,
        Misbehaviour::AuthorizationElsewhere,
        Misbehaviour::AuthorizationIsScript,
        Misbehaviour::TokenElsewhere,
        Misbehaviour::NoS256,
        Misbehaviour::NoPkce,
        Misbehaviour::MetadataIsHtml,
        Misbehaviour::ResourceOfAnotherHost,
        Misbehaviour::NoAuthorizationServers,
        Misbehaviour::RegistrationRefused,
        Misbehaviour::RegistrationWithoutClientId,
    ] {
        let mut world = World::start().await;
        world
            .add(json!({ "kind": "oauth", "mode": "shared" }))
            .await;
        world.server.misbehave(misbehaviour);
        world.owner.get("/connect/mcp:wiki").await;
        let fields = [("keyway_place", "organization")];
        let begun = world.owner.post("/connect/mcp:wiki", &fields).await;
        assert_eq!(begun.status(), 502, "{misbehaviour:?}: {}", begun.text());
        assert!(!begun.text().contains("/authorize"), "{misbehaviour:?}");
        world.app.running.stop().await;
    }
}

#[tokio::test]
async fn attack_a_way_back_that_is_not_the_servers_connects_nothing() {
    for misbehaviour in [
        Misbehaviour::ConsentDenied,
        Misbehaviour::WrongState,
        Misbehaviour::MissingIss,
        Misbehaviour::WrongIss,
        Misbehaviour::CodeOfAnotherClient,
        Misbehaviour::TokenIsHtml,
        Misbehaviour::TokenTypeNotBearer,
        Misbehaviour::DirtyError,
    ] {
        let mut world = World::start().await;
        world
            .add(json!({ "kind": "oauth", "mode": "shared" }))
            .await;
        world.server.misbehave(misbehaviour);
        let done = agree(&mut world.owner, "organization").await;
        assert!(matches!(done.status(), 409 | 502), "{misbehaviour:?}");
        for secret in world.server.secrets() {
            assert!(!done.text().contains(&secret), "{misbehaviour:?}");
        }
        let consent = world.connector().await["consent"].clone();
        assert_eq!(consent["state"], "missing", "{misbehaviour:?}");
        world.app.running.stop().await;
    }
}

#[tokio::test]
async fn attack_a_way_back_is_good_once_and_in_the_browser_it_began_in() {
    let mut world = World::start().await;
    world
        .add(json!({ "kind": "oauth", "mode": "per_user" }))
        .await;
    let mut ben = world.join("ben").await;
    let mut eve = world.join("eve").await;
    let back = way_back(&mut ben.browser, "user").await;
    let stolen = eve.browser.get(&back).await;
    assert_eq!(stolen.status(), 409, "{}", stolen.text());
    let stolen = world.owner.get(&back).await;
    assert_eq!(stolen.status(), 409, "{}", stolen.text());
    let done = ben.browser.get(&back).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    let again = ben.browser.get(&back).await;
    assert_eq!(again.status(), 409, "{}", again.text());
    world.app.running.stop().await;
}
