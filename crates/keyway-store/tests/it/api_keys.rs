use keyway_store::{Reason, Role, Use};

use crate::support::{at, fresh, key_of, tenant};

#[tokio::test]
async fn a_key_is_found_by_its_hash_with_all_that_stands_behind_it() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let mut new = key_of(&owner, 1);
    new.expires_at = Some(at(100));
    store.create_api_key(&acme, &new).await.unwrap();

    let found = store.credential(&new.hash).await.unwrap().unwrap();
    assert_eq!((&found.id, &found.organization), (&new.id, &acme));
    assert_eq!(found.owner, keyway_core::Actor::User(owner.id.clone()));
    assert_eq!(found.role, Role::Owner);
    assert_eq!(found.expires_at, Some(at(100)));
    assert_eq!(found.epoch, store.auth_epoch().await.unwrap());
    assert_eq!(store.credential("another").await.unwrap(), None);

    let error = store.create_api_key(&acme, &new).await.unwrap_err();
    assert_eq!(*error.reason(), Reason::Conflict);
}

#[tokio::test]
async fn keys_are_listed_oldest_first_and_only_to_their_organization() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let (other, stranger) = tenant(store, "other").await;
    let (late, early) = (key_of(&owner, 2), key_of(&owner, 1));
    for key in [&late, &early] {
        store.create_api_key(&acme, key).await.unwrap();
    }
    let theirs = key_of(&stranger, 1);
    store.create_api_key(&other, &theirs).await.unwrap();

    let listed = store.api_keys(&acme).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|key| &key.id).collect();
    assert_eq!(ids, [&early.id, &late.id]);
    assert_eq!(
        store.api_key(&acme, &early.id).await.unwrap().as_ref(),
        listed.first()
    );
    assert_eq!(store.api_key(&other, &early.id).await.unwrap(), None);
    assert!(
        !store
            .revoke_api_key(&other, &early.id, at(3))
            .await
            .unwrap()
    );
    let swap = key_of(&stranger, 3);
    let rotated = store.rotate_api_key(&other, &early.id, &swap, at(3)).await;
    assert!(!rotated.unwrap());
    assert!(store.credential(&early.hash).await.unwrap().is_some());
    assert_eq!(store.api_keys(&other).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_cannot_belong_to_someone_of_another_organization() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (_, stranger) = tenant(store, "other").await;
    let error = store.create_api_key(&acme, &key_of(&stranger, 1)).await;
    assert_eq!(*error.unwrap_err().reason(), Reason::Missing);
}

#[tokio::test]
async fn a_replaced_key_ends_when_said_or_sooner() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let mut short = key_of(&owner, 1);
    short.expires_at = Some(at(10));
    let endless = key_of(&owner, 2);
    for key in [&short, &endless] {
        store.create_api_key(&acme, key).await.unwrap();
        let new = key_of(&owner, 5);
        let rotated = store.rotate_api_key(&acme, &key.id, &new, at(50)).await;
        assert!(rotated.unwrap());
        let new = store.api_key(&acme, &new.id).await.unwrap().unwrap();
        assert_eq!(new.rotated_from.as_ref(), Some(&key.id));
        assert_eq!(new.expires_at, None);
    }
    let ends = async |hash| store.credential(hash).await.unwrap().unwrap().expires_at;
    assert_eq!(ends(&short.hash).await, Some(at(10)));
    assert_eq!(ends(&endless.hash).await, Some(at(50)));
}

#[tokio::test]
async fn a_revoked_key_has_nothing_behind_it() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let key = key_of(&owner, 1);
    store.create_api_key(&acme, &key).await.unwrap();
    assert!(store.revoke_api_key(&acme, &key.id, at(5)).await.unwrap());
    assert!(store.revoke_api_key(&acme, &key.id, at(9)).await.unwrap());
    assert_eq!(store.credential(&key.hash).await.unwrap(), None);
    let listed = store.api_key(&acme, &key.id).await.unwrap().unwrap();
    assert_eq!(listed.revoked_at, Some(at(5)), "the first time counts");
    let new = key_of(&owner, 6);
    let rotated = store.rotate_api_key(&acme, &key.id, &new, at(50)).await;
    assert!(!rotated.unwrap());
    assert_eq!(store.credential(&new.hash).await.unwrap(), None);
}

#[tokio::test]
async fn every_change_of_a_key_counts_and_its_use_does_not() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let (first, second) = (key_of(&owner, 1), key_of(&owner, 2));
    let mut seen = vec![store.auth_epoch().await.unwrap()];
    store.create_api_key(&acme, &first).await.unwrap();
    seen.push(store.auth_epoch().await.unwrap());
    let rotated = store.rotate_api_key(&acme, &first.id, &second, at(9)).await;
    assert!(rotated.unwrap());
    seen.push(store.auth_epoch().await.unwrap());
    store
        .revoke_api_key(&acme, &second.id, at(9))
        .await
        .unwrap();
    seen.push(store.auth_epoch().await.unwrap());
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");

    let used = |second| Use {
        organization: acme.clone(),
        id: first.id.clone(),
        at: at(second),
    };
    store.record_uses(&[used(20), used(10)]).await.unwrap();
    let key = store.api_key(&acme, &first.id).await.unwrap().unwrap();
    assert_eq!(
        key.last_used_at,
        Some(at(20)),
        "time does not run backwards"
    );
    assert_eq!(store.auth_epoch().await.unwrap(), *seen.last().unwrap());
}
