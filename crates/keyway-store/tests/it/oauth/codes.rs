use keyway_store::oauth::{Agreed, GrantFilter, Redeemed, RevokedFor, Whose};
use tokio::task::JoinSet;

use super::world::{RESOURCE, tokens, world};
use crate::support::at;

#[tokio::test]
async fn a_code_becomes_a_grant_with_tokens_once() {
    let world = world().await;
    let store = world.store();
    let code = world.code(0);
    store.create_oauth_code(&code, Agreed::Once).await.unwrap();
    let seen = store.oauth_code(&code.hash).await.unwrap().unwrap();
    assert_eq!((&seen.code, seen.used_at, seen.grant), (&code, None, None));

    let (grant, pair) = (world.grant(1), tokens(1));
    let redeemed = store
        .redeem_oauth_code(&code.hash, &grant, &pair, at(1))
        .await;
    assert_eq!(redeemed.unwrap(), Redeemed::Granted);
    let found = store.access_token(&pair.access.hash, at(2)).await.unwrap();
    let found = found.unwrap();
    assert_eq!(
        (&found.grant, &found.organization),
        (&grant.id, &world.acme)
    );
    assert_eq!(found.owner, grant.owner);
    assert_eq!(found.resource, grant.resource);
    let seen = store.oauth_code(&code.hash).await.unwrap().unwrap();
    assert_eq!((seen.used_at, seen.grant), (Some(at(1)), Some(grant.id)));
}

#[tokio::test]
async fn a_second_use_of_a_code_revokes_what_the_first_one_got() {
    let world = world().await;
    let store = world.store();
    let code = world.code(0);
    store.create_oauth_code(&code, Agreed::Once).await.unwrap();
    let (grant, pair) = (world.grant(1), tokens(1));
    store
        .redeem_oauth_code(&code.hash, &grant, &pair, at(1))
        .await
        .unwrap();
    let before = store.auth_epoch().await.unwrap();

    let (other, others) = (world.grant(2), tokens(2));
    let again = store
        .redeem_oauth_code(&code.hash, &other, &others, at(2))
        .await;
    assert_eq!(again.unwrap(), Redeemed::Replayed(Some(grant.id.clone())));
    assert!(store.auth_epoch().await.unwrap() > before);
    for token in [&pair.access.hash, &others.access.hash] {
        assert_eq!(store.access_token(token, at(3)).await.unwrap(), None);
    }
    let listed = store.oauth_grant(&world.acme, &grant.id).await.unwrap();
    assert_eq!(listed.unwrap().revoked, Some((at(2), RevokedFor::Replay)));
    assert_eq!(
        store.oauth_grant(&world.acme, &other.id).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_code_that_is_over_makes_nothing() {
    let world = world().await;
    let store = world.store();
    let code = world.code(0);
    store.create_oauth_code(&code, Agreed::Once).await.unwrap();
    let late = store
        .redeem_oauth_code(&code.hash, &world.grant(300), &tokens(300), at(300))
        .await;
    assert_eq!(late.unwrap(), Redeemed::Gone);
    let never = store
        .redeem_oauth_code("no code", &world.grant(1), &tokens(1), at(1))
        .await;
    assert_eq!(never.unwrap(), Redeemed::Gone);
    let grants = store
        .oauth_grants(&world.acme, &GrantFilter::default(), None, 10)
        .await;
    assert_eq!(grants.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_thousand_redemptions_at_once_one_succeeds() {
    let world = world().await;
    let store = world.store();
    let code = world.code(0);
    store.create_oauth_code(&code, Agreed::Once).await.unwrap();
    let attempts = 1_000;
    let mut racing = JoinSet::new();
    for _ in 0..attempts {
        let (store, hash) = (store.clone(), code.hash.clone());
        let (grant, pair) = (world.grant(1), tokens(1));
        racing.spawn(async move { store.redeem_oauth_code(&hash, &grant, &pair, at(1)).await });
    }
    let all = racing.join_all().await;
    let count = |wanted: fn(&Redeemed) -> bool| {
        let all = all.iter().map(|outcome| outcome.as_ref().unwrap());
        all.filter(|outcome| wanted(outcome)).count()
    };
    assert_eq!(count(|outcome| *outcome == Redeemed::Granted), 1);
    assert_eq!(
        count(|outcome| matches!(outcome, Redeemed::Replayed(Some(_)))),
        attempts - 1
    );
    let grants = store
        .oauth_grants(&world.acme, &GrantFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(grants.len(), 1);
    assert!(grants.first().unwrap().revoked.is_some());
}

#[tokio::test]
async fn a_consent_that_was_taken_back_meanwhile_gives_no_code() {
    let world = world().await;
    let store = world.store();
    let agreed = world.code(0);
    let made = store.create_oauth_code(&agreed, Agreed::Now).await;
    assert!(made.unwrap());
    // What a request to authorize has read before it makes a code without asking.
    let read = store
        .oauth_consent(&world.acme, &world.owner.id, &world.client.id, RESOURCE)
        .await;
    let read = read.unwrap().unwrap();
    let while_it_stands = world.code(1);
    let made = store
        .create_oauth_code(&while_it_stands, Agreed::Before(&read))
        .await;
    assert!(made.unwrap());
    store
        .revoke_oauth_grants(&world.acme, Whose::All, RevokedFor::Admin, at(2))
        .await
        .unwrap();
    let late = world.code(3);
    let made = store.create_oauth_code(&late, Agreed::Before(&read)).await;
    assert!(!made.unwrap());
    for code in [&agreed, &while_it_stands, &late] {
        assert_eq!(store.oauth_code(&code.hash).await.unwrap(), None);
        let redeemed = store
            .redeem_oauth_code(&code.hash, &world.grant(4), &tokens(4), at(4))
            .await;
        assert_eq!(redeemed.unwrap(), Redeemed::Gone);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revocation_finds_a_code_and_its_consent_or_neither() {
    let world = world().await;
    let store = world.store();
    for _ in 0..50 {
        let code = world.code(0);
        let (acme, racing) = (world.acme.clone(), store.clone());
        let mut revoking = JoinSet::new();
        revoking.spawn(async move {
            racing
                .revoke_oauth_grants(&acme, Whose::All, RevokedFor::Admin, at(1))
                .await
        });
        let made = store.create_oauth_code(&code, Agreed::Now).await;
        assert!(made.unwrap());
        for ended in revoking.join_all().await {
            ended.unwrap();
        }
        let consent = store
            .oauth_consent(&world.acme, &world.owner.id, &world.client.id, RESOURCE)
            .await;
        let code = store.oauth_code(&code.hash).await.unwrap();
        assert_eq!(consent.unwrap().is_some(), code.is_some());
    }
}
