use http::Method;
use keyway_core::credential::OAuth2;
use keyway_testkit::authorization::{Endpoint, Misbehaviour, browse};

use super::world::{World, begin, path_of};
use crate::support::browser::Browser;

#[tokio::test]
async fn attack_an_answer_counts_once() {
    let mut world = World::start().await;
    let back = world.way_back().await;
    assert_eq!(world.owner.get(&back).await.status(), 303);
    let exchanges = world.exchanges();
    let again = world.owner.get(&back).await;
    assert_eq!(again.status(), 409);
    assert!(
        again.text().contains("nothing that was begun here"),
        "{}",
        again.text()
    );
    assert_eq!(world.exchanges(), exchanges);
}

#[tokio::test]
async fn attack_an_answer_of_another_person_or_web_session_is_refused_and_stays_theirs() {
    let mut world = World::start().await;
    let mut member = world.member().await;
    let mut elsewhere = Browser::of(&world.app);
    elsewhere.sign_in("ada@example.com").await;
    let back = world.way_back().await;
    for (browser, status) in [(&mut member, 409), (&mut elsewhere, 409)] {
        let refused = browser.get(&back).await;
        assert_eq!(refused.status(), status, "{}", refused.text());
    }
    let stranger = Browser::of(&world.app).get(&back).await;
    assert_eq!(stranger.status(), 409);
    // The code went to no other address.
    assert!(!stranger.has("location"));
    assert_eq!(world.exchanges(), 0);
    assert_eq!(world.listed().await.as_array().unwrap().len(), 0);
    // An attacker's own answer connects nothing in somebody else's browser.
    let begun = begin(&mut member, "user").await;
    let theirs = path_of(&browse(begun.header("location")).await.unwrap());
    assert_eq!(world.owner.get(&theirs).await.status(), 409);
    assert_eq!(world.owner.get(&back).await.status(), 303);
}

#[tokio::test]
async fn attack_an_answer_without_or_with_another_state_is_refused() {
    for misbehaviour in [Misbehaviour::WrongState, Misbehaviour::NoState] {
        let mut world = World::start().await;
        world.server.misbehave(misbehaviour);
        let back = world.way_back().await;
        assert_eq!(
            world.owner.get(&back).await.status(),
            409,
            "{misbehaviour:?}"
        );
        assert_eq!(world.exchanges(), 0);
    }
    let mut world = World::start().await;
    let back = world.way_back().await;
    let twice = format!("{back}&state=another");
    assert_eq!(world.owner.get(&twice).await.status(), 409);
    // It was not taken by that.
    assert_eq!(world.owner.get(&back).await.status(), 303);
}

#[tokio::test]
async fn attack_an_answer_of_another_server_is_refused() {
    for misbehaviour in [Misbehaviour::WrongIss, Misbehaviour::MissingIss] {
        let mut world = World::start().await;
        world.server.misbehave(misbehaviour);
        let back = world.way_back().await;
        let refused = world.owner.get(&back).await;
        assert_eq!(refused.status(), 409, "{misbehaviour:?}");
        assert!(!refused.text().contains("attacker.invalid"));
        assert_eq!(world.exchanges(), 0);
    }
    // Where the endpoints are given with the issuer, an answer of another one counts neither.
    let mut world = World::described(|issuer| {
        OAuth2::at(format!("{issuer}/authorize"), format!("{issuer}/token")).issuer(issuer)
    })
    .await;
    world.server.misbehave(Misbehaviour::WrongIss);
    let back = world.way_back().await;
    assert_eq!(world.owner.get(&back).await.status(), 409);
    assert_eq!(world.exchanges(), 0);
    // Each credential has a redirect URI of its own: an answer for one is none for another.
    world.server.behave();
    let back = world.way_back().await;
    let other = back.replace("/connect/acme/", "/connect/other/");
    assert_eq!(world.owner.get(&other).await.status(), 404);
    assert_eq!(world.owner.get(&back).await.status(), 303);
}

#[tokio::test]
async fn attack_what_a_server_says_of_a_refusal_is_not_repeated() {
    let mut world = World::start().await;
    let back = world.way_back().await;
    let state = back
        .split("state=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let issuer: String =
        url::form_urlencoded::byte_serialize(world.server.issuer().as_bytes()).collect();
    let hostile = format!(
        "/connect/acme/callback?state={state}&iss={issuer}&error=access_denied\
         &error_description=%3Cscript%3Ecall%20555-0100%3C%2Fscript%3E\
         &error_uri=https%3A%2F%2Fevil.example"
    );
    let refused = world.owner.get(&hostile).await;
    assert_eq!(refused.status(), 409);
    for part in ["script", "555-0100", "evil.example", &state] {
        assert!(!refused.text().contains(part), "{part}: {}", refused.text());
    }
    assert!(
        refused.text().contains("denied at the service"),
        "{}",
        refused.text()
    );
    // The refusal was an answer: the code that comes after it is none.
    assert_eq!(world.owner.get(&back).await.status(), 409);
    assert_eq!(world.exchanges(), 0);
}

#[tokio::test]
async fn attack_no_parameter_leads_to_another_address() {
    let mut world = World::start().await;
    let back = world.way_back().await;
    let more =
        format!("{back}&next=https%3A%2F%2Fevil.example&redirect_uri=https%3A%2F%2Fevil.example");
    let done = world.owner.get(&more).await;
    assert_eq!(done.header("location"), "/connect/acme?done=yes");
    let page = world
        .owner
        .get("/connect/acme?done=yes&next=//evil.example&for=%3Cb%3E")
        .await;
    assert!(!page.text().contains("evil.example") && !page.text().contains("<b>"));
}

#[tokio::test]
async fn attack_csrf_a_form_of_elsewhere_begins_nothing() {
    let mut world = World::start().await;
    world.owner.get("/connect/acme").await;
    world.owner.csrf = "0".repeat(64);
    let refused = world
        .owner
        .post("/connect/acme", &[("keyway_place", "organization")])
        .await;
    assert_eq!(refused.status(), 403);
    assert!(world.server.visits().is_empty());
    // Neither does a bearer token, nor a mere visit.
    let asked = world
        .app
        .ask(Method::GET, "/connect/acme/callback?code=x&state=y");
    let refused = asked.bearer(&world.app.key).send().await;
    assert_eq!(refused.status(), 409, "{}", refused.text());
}

#[tokio::test]
async fn attack_a_server_on_a_private_address_is_not_asked() {
    let mut world = World::allowed(|issuer| OAuth2::of_issuer(issuer), &[]).await;
    let refused = world.begin().await;
    assert_eq!(refused.status(), 502, "{}", refused.text());
    assert!(world.server.visits().is_empty());
    // The way back is no way round it: the token endpoint is held to the same rule.
    let mut world = World::allowed(
        |issuer| OAuth2::at(format!("{issuer}/authorize"), format!("{issuer}/token")),
        &[],
    )
    .await;
    let back = world.way_back().await;
    assert_eq!(world.owner.get(&back).await.status(), 502);
    assert!(world.server.visits_to(Endpoint::Token).is_empty());
}
