//! What comes back from the authorization endpoint, right and wrong.

use keyway_testkit::authorization::{Endpoint, Misbehaviour, Options, ResourceOptions, browse};

use crate::world::{KEY, REDIRECT, World, fails_to_sign_in};

fn no_code_was_sent(world: &World) {
    assert!(world.server.visits_to(Endpoint::Token).is_empty());
}

#[tokio::test]
async fn a_person_who_refuses_is_told_so() {
    let code = "sign_in_denied";
    let (world, text) = fails_to_sign_in(Misbehaviour::ConsentDenied, code).await;
    assert!(text.contains("the person said no"), "{text}");
    no_code_was_sent(&world);
}

#[tokio::test]
async fn what_a_server_says_is_cleaned_before_it_is_shown() {
    let (_, text) = fails_to_sign_in(Misbehaviour::DirtyDenial, "sign_in_denied").await;
    assert!(
        !text.contains('\u{202e}') && text.contains("way"),
        "{text:?}"
    );
}

#[tokio::test]
async fn another_state_is_no_answer() {
    let (world, _) = fails_to_sign_in(Misbehaviour::WrongState, "wrong_callback").await;
    no_code_was_sent(&world);
}

#[tokio::test]
async fn no_state_is_no_answer() {
    let (world, _) = fails_to_sign_in(Misbehaviour::NoState, "wrong_callback").await;
    no_code_was_sent(&world);
}

#[tokio::test]
async fn an_answer_without_a_code_is_none() {
    let (world, _) = fails_to_sign_in(Misbehaviour::NoCode, "wrong_callback").await;
    no_code_was_sent(&world);
}

#[tokio::test]
async fn a_promised_iss_that_is_missing_is_refused() {
    let (world, _) = fails_to_sign_in(Misbehaviour::MissingIss, "wrong_issuer").await;
    no_code_was_sent(&world);
}

#[tokio::test]
async fn the_iss_of_another_server_is_refused() {
    let (world, _) = fails_to_sign_in(Misbehaviour::WrongIss, "wrong_issuer").await;
    no_code_was_sent(&world);
}

#[tokio::test]
async fn the_iss_of_another_server_is_refused_though_none_was_promised() {
    let options = Options {
        iss: false,
        ..Options::default()
    };
    let world = World::with(options, ResourceOptions::default()).await;
    world
        .sign_in()
        .await
        .expect("no iss is fine where none was promised");
    world.server.misbehave(Misbehaviour::WrongIss);
    let error = world.sign_in().await.expect_err("no sign-in");
    assert_eq!(error.code(), "wrong_issuer");
}

#[tokio::test]
async fn a_code_that_was_used_before_gives_nothing() {
    let (_, text) = fails_to_sign_in(Misbehaviour::ReplayedCode, "token_refused").await;
    assert!(text.contains("invalid_grant"), "{text}");
}

#[tokio::test]
async fn a_code_of_another_client_gives_nothing() {
    let (_, text) = fails_to_sign_in(Misbehaviour::CodeOfAnotherClient, "token_refused").await;
    assert!(text.contains("invalid_grant"), "{text}");
}

#[tokio::test]
async fn a_callback_is_of_one_sign_in_only() {
    let world = World::new().await;
    let begin = async || {
        let begun = world.client.begin(KEY, &world.resource, REDIRECT).await;
        begun.expect("a beginning")
    };
    let (one, two) = (begin().await, begin().await);
    let back = browse(one.url()).await.expect("a redirect");
    assert!(one.is_answered_by(&back) && !two.is_answered_by(&back));
    let error = world.client.complete(two, &back).await;
    assert_eq!(error.expect_err("another's").code(), "wrong_callback");
    no_code_was_sent(&world);
    world.client.complete(one, &back).await.expect("its own");
}
