//! The token source: renewing, refusals, other processes.

use std::sync::atomic::Ordering;

use keyway_core::ports::{AccessToken, Refusal, TokenError, TokenSources as _};
use serde_json::json;

use crate::testing::{World, resource, status, tokens};

const TOKEN: &str = "POST https://as.example/token";

fn unauthorized(sent: &str) -> Refusal {
    Refusal {
        status: 401,
        challenges: vec![String::from("Bearer error=\"invalid_token\"")],
        sent: Some(AccessToken::new(sent.to_owned())),
    }
}

async fn token(world: &World) -> Result<String, TokenError> {
    let source = world.client().source("files", &resource());
    source.token().await.map(|token| token.expose().to_owned())
}

fn renewals(world: &World) -> usize {
    let forms = world.web.forms("https://as.example/token");
    forms
        .iter()
        .filter(|form| form["grant_type"] == "refresh_token")
        .count()
}

#[tokio::test]
async fn without_a_grant_a_person_has_to_sign_in() {
    let world = World::new();
    let Err(TokenError::SignInRequired(reason)) = token(&world).await else {
        panic!("a token without a grant");
    };
    assert!(reason.contains("keyway mcp connect files"), "{reason}");
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_expiry_and_once() {
    let world = World::new();
    let client = world.signed_in().await;
    let source = client.source("files", &resource());
    assert_eq!(source.token().await.unwrap().expose(), "access-1");
    world.hands.pass(3600 - 59);
    world.web.on(TOKEN, [tokens("access-2", "refresh-2", 3600)]);
    let elsewhere = world.client().source("files", &resource());
    let (here, twice, there) = tokio::join!(source.token(), source.token(), elsewhere.token());
    for token in [here, twice, there] {
        assert_eq!(token.unwrap().expose(), "access-2");
    }
    assert_eq!(renewals(&world), 1);
    let form = world.web.forms("https://as.example/token").remove(1);
    assert_eq!(form["refresh_token"], "refresh-1");
    assert_eq!(form["resource"], "https://mcp.example/mcp");
    assert_eq!(world.safe.json("mcp:files")["refresh_token"], "refresh-2");
}

#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_stays() {
    let world = World::new();
    world.signed_in().await;
    world.hands.pass(3600);
    let answer = json!({ "access_token": "access-2" });
    world.web.on(TOKEN, [status(200, &answer)]);
    assert_eq!(token(&world).await.unwrap(), "access-2");
    let record = world.safe.json("mcp:files");
    assert_eq!(record["refresh_token"], "refresh-1");
    // Nothing said when it expires: an hour is assumed.
    world.hands.pass(3600);
    token(&world).await.unwrap();
    assert_eq!(renewals(&world), 2);
}

#[tokio::test]
async fn an_unreachable_server_takes_nothing_away() {
    let world = World::new();
    world.signed_in().await;
    world.hands.pass(3600 - 30);
    for down in [
        status(0, &json!({})),
        status(503, &json!({})),
        status(403, &json!("waf")),
    ] {
        world.web.on(TOKEN, [down.clone()]);
        assert_eq!(token(&world).await.unwrap(), "access-1");
    }
    world.hands.pass(60);
    assert!(matches!(
        token(&world).await,
        Err(TokenError::Unreachable(_))
    ));
    world.web.on(TOKEN, [tokens("access-2", "refresh-2", 60)]);
    assert_eq!(token(&world).await.unwrap(), "access-2");
}

#[tokio::test]
async fn a_refused_renewal_is_final_and_not_asked_again() {
    let world = World::new();
    world.signed_in().await;
    world.hands.pass(3600);
    world
        .web
        .on(TOKEN, [status(400, &json!({ "error": "invalid_grant" }))]);
    assert!(matches!(token(&world).await, Err(TokenError::Refused(_))));
    assert!(matches!(token(&world).await, Err(TokenError::Refused(_))));
    assert_eq!(renewals(&world), 1);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_by_all() {
    let world = World::new();
    let client = world.signed_in().await;
    let source = client.source("files", &resource());
    world.web.on(TOKEN, [tokens("access-2", "refresh-2", 3600)]);
    let refusal = unauthorized("access-1");
    let (one, two) = tokio::join!(source.refused(&refusal), source.refused(&refusal));
    assert_eq!(one.unwrap().expose(), "access-2");
    assert_eq!(two.unwrap().expose(), "access-2");
    assert_eq!(renewals(&world), 1);
}

#[tokio::test]
async fn a_token_of_another_process_is_used() {
    let world = World::new();
    let client = world.signed_in().await;
    let source = client.source("files", &resource());
    assert_eq!(source.token().await.unwrap().expose(), "access-1");
    let mut record = world.safe.json("mcp:files");
    record["access_token"] = json!("access-9");
    world.safe.put("mcp:files", &record);
    let (one, two) = tokio::join!(source.token(), source.token());
    assert_eq!(one.unwrap().expose(), "access-9");
    assert_eq!(two.unwrap().expose(), "access-9");
    let token = source.refused(&unauthorized("access-1")).await.unwrap();
    assert_eq!(token.expose(), "access-9");
    assert_eq!(renewals(&world), 0);
}

#[tokio::test]
async fn a_refused_token_without_a_refresh_token_is_refused() {
    let world = World::new();
    world
        .web
        .on(TOKEN, [status(200, &json!({ "access_token": "a" }))]);
    let client = world.signed_in().await;
    let source = client.source("files", &resource());
    let refused = source.refused(&unauthorized("a")).await;
    assert!(matches!(refused, Err(TokenError::Refused(_))));
    // It never said when it expires and cannot be renewed: it is used until it is refused.
    world.hands.pass(86_400);
    assert_eq!(source.token().await.unwrap().expose(), "a");
}

#[tokio::test]
async fn a_changed_url_or_client_never_gets_the_old_token() {
    let world = World::new();
    let client = world.signed_in().await;
    let mut moved = resource();
    moved.url = String::from("https://evil.example/mcp");
    let mut by_hand = resource();
    by_hand.client_id = Some(String::from("by-hand"));
    let mut project = resource();
    project.profile = String::from("p1");
    for resource in [moved, by_hand, project] {
        let source = client.source("files", &resource);
        let required = source.token().await;
        assert!(matches!(required, Err(TokenError::SignInRequired(_))));
        let refusal = unauthorized("x");
        assert!(source.refused(&refusal).await.is_err());
    }
    assert_eq!(renewals(&world), 0);
}

#[tokio::test]
async fn a_renewal_goes_on_when_its_caller_goes_away() {
    let world = World::new();
    let client = world.signed_in().await;
    let source = client.source("files", &resource());
    world.hands.pass(3600);
    world.web.on(TOKEN, [tokens("access-2", "refresh-2", 3600)]);
    let mut call = source.token();
    // The request is under way: one turn for the renewal, then the caller is gone.
    tokio::select! {
        biased;
        _ = &mut call => {}
        () = async {
            while renewals(&world) == 0 {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    drop(call);
    client.settle().await;
    assert_eq!(world.safe.json("mcp:files")["refresh_token"], "refresh-2");
}

#[tokio::test]
async fn a_renewed_token_that_could_not_be_saved_is_saved_later() {
    let world = World::new();
    let client = world.signed_in().await;
    let source = client.source("files", &resource());
    world.hands.pass(3600);
    world.web.on(TOKEN, [tokens("access-2", "refresh-2", 3600)]);
    world.safe.failing.store(1, Ordering::SeqCst);
    assert!(matches!(
        source.token().await,
        Err(TokenError::Unreachable(_))
    ));
    assert_eq!(source.token().await.unwrap().expose(), "access-2");
    assert_eq!(renewals(&world), 1);
    assert_eq!(world.safe.json("mcp:files")["refresh_token"], "refresh-2");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_asks_for_a_sign_in() {
    let world = World::new();
    world
        .safe
        .put("mcp:files", &json!({ "access_token": "leak-me" }));
    let Err(TokenError::SignInRequired(reason)) = token(&world).await else {
        panic!("a damaged record gave a token");
    };
    assert!(!reason.contains("leak-me"), "{reason}");
    world.signed_in().await;
    assert_eq!(token(&world).await.unwrap(), "access-1");
}
