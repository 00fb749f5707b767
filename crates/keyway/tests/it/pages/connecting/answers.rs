use keyway_testkit::authorization::Misbehaviour;

use super::world::World;

/// Connects while the server misbehaves: nothing comes of it, and the page says so in words of ours.
async fn refused(misbehaviour: Misbehaviour, status: u16) -> World {
    let mut world = World::start().await;
    world.server.misbehave(misbehaviour);
    let back = world.way_back().await;
    let refused = world.owner.get(&back).await;
    assert_eq!(
        refused.status(),
        status,
        "{misbehaviour:?}: {}",
        refused.text()
    );
    for secret in world.server.secrets() {
        assert!(!refused.text().contains(&secret), "{misbehaviour:?}");
    }
    assert_eq!(
        world.listed().await.as_array().unwrap().len(),
        0,
        "{misbehaviour:?}"
    );
    world
}

#[tokio::test]
async fn attack_a_token_endpoint_that_answers_nonsense_connects_nothing() {
    for misbehaviour in [
        Misbehaviour::TokenIsHtml,
        Misbehaviour::HugeToken,
        Misbehaviour::TokenRedirects,
        Misbehaviour::TokenTypeNotBearer,
        Misbehaviour::NoAccessToken,
        Misbehaviour::TokenDropped,
        Misbehaviour::TokenFails,
        Misbehaviour::TokenRateLimited,
        Misbehaviour::InvalidClient,
        Misbehaviour::DirtyError,
        Misbehaviour::CodeOfAnotherClient,
        Misbehaviour::ReplayedCode,
    ] {
        refused(misbehaviour, 502).await;
    }
}

#[tokio::test]
async fn attack_a_token_endpoint_that_hangs_is_given_up_on() {
    let world = refused(Misbehaviour::SlowToken, 502).await;
    world.server.behave();
}

#[tokio::test]
async fn no_from_the_person_connects_nothing() {
    for misbehaviour in [
        Misbehaviour::ConsentDenied,
        Misbehaviour::DirtyDenial,
        Misbehaviour::NoCode,
    ] {
        refused(misbehaviour, 409).await;
    }
}

#[tokio::test]
async fn attack_metadata_that_lies_leads_nowhere() {
    for misbehaviour in [
        Misbehaviour::WrongIssuer,
        Misbehaviour::AuthorizationElsewhere,
        Misbehaviour::AuthorizationIsScript,
        Misbehaviour::TokenElsewhere,
        Misbehaviour::MetadataIsHtml,
        Misbehaviour::MetadataElsewhere,
        Misbehaviour::HugeMetadata,
        Misbehaviour::MetadataFails,
    ] {
        let mut world = World::start().await;
        world.server.misbehave(misbehaviour);
        let begun = world.begin().await;
        assert_eq!(begun.status(), 502, "{misbehaviour:?}: {}", begun.text());
        assert!(!begun.has("location"));
        assert!(!begun.text().contains("javascript:"));
    }
}
