use keyway_store::oauth::{ClientKind, RevokedFor};

use super::world::{client, tokens, world};
use crate::support::{at, tenant};

#[tokio::test]
async fn a_client_is_read_as_it_was_stored_and_a_document_is_refreshed() {
    let world = world().await;
    let store = world.store();
    let read = async |id| store.oauth_client(id).await.unwrap();
    assert_eq!(read(&world.client.id).await.as_ref(), Some(&world.client));

    let mut document = client(ClientKind::Document, None);
    document.fresh_until = Some(at(60));
    document.etag = Some("\"1\"".to_owned());
    store.put_oauth_client(&document).await.unwrap();
    store
        .touch_oauth_client(&document.id, at(30))
        .await
        .unwrap();
    let newer = keyway_store::oauth::Client {
        name: "renamed".to_owned(),
        created_at: at(50),
        last_used_at: at(0),
        fresh_until: Some(at(120)),
        etag: None,
        ..document.clone()
    };
    store.put_oauth_client(&newer).await.unwrap();
    let found = read(&document.id).await.unwrap();
    assert_eq!((found.name.as_str(), found.etag), ("renamed", None));
    assert_eq!((found.created_at, found.last_used_at), (at(0), at(30)));
}

#[tokio::test]
async fn an_organization_sees_its_own_clients_and_those_it_let_in() {
    let world = world().await;
    let store = world.store();
    let (other, _) = tenant(store, "other").await;
    let own = client(ClientKind::Configured, Some(&world.acme));
    store.put_oauth_client(&own).await.unwrap();
    let seen = async |organization| {
        let all = store.oauth_clients(organization).await.unwrap();
        all.into_iter()
            .map(|(client, _)| client.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(&world.acme).await, std::slice::from_ref(&own.id));
    world.granted(1).await;
    let mut both = vec![own.id.clone(), world.client.id.clone()];
    both.sort();
    let mut listed = seen(&world.acme).await;
    listed.sort();
    assert_eq!(listed, both);
    assert_eq!(seen(&other).await, []);
    for id in [&own.id, &world.client.id] {
        assert!(!store.delete_oauth_client(&other, id).await.unwrap());
    }
    assert!(
        !store
            .block_oauth_client(&other, &own.id, at(2))
            .await
            .unwrap()
    );
    // One that belongs to nobody is kept out of one's own organization, and of no other.
    let nobody_s = &world.client.id;
    let blocked = store.block_oauth_client(&other, nobody_s, at(2)).await;
    assert!(blocked.unwrap());
    assert_eq!(seen(&other).await, std::slice::from_ref(nobody_s));
    let here = store.is_oauth_client_blocked(&world.acme, nobody_s).await;
    assert!(!here.unwrap());
}

#[tokio::test]
async fn a_blocked_client_has_nothing_until_it_is_let_in_again() {
    let world = world().await;
    let store = world.store();
    let (_, pair) = world.granted(0).await;
    let works = async || {
        let token = store.access_token(&pair.access.hash, at(3)).await.unwrap();
        let refresh = &pair.refresh.as_ref().unwrap().hash;
        let refresh = store.refresh_token(refresh, at(3)).await.unwrap();
        (token.is_some(), refresh.unwrap().standing)
    };
    let epoch = store.auth_epoch().await.unwrap();
    let id = &world.client.id;
    assert!(
        store
            .block_oauth_client(&world.acme, id, at(2))
            .await
            .unwrap()
    );
    assert!(
        store
            .is_oauth_client_blocked(&world.acme, id)
            .await
            .unwrap()
    );
    assert_eq!(works().await, (false, false));
    assert!(store.auth_epoch().await.unwrap() > epoch);
    assert!(store.unblock_oauth_client(&world.acme, id).await.unwrap());
    assert!(!store.unblock_oauth_client(&world.acme, id).await.unwrap());
    assert_eq!(works().await, (true, true));
}

#[tokio::test]
async fn a_shared_client_is_deleted_for_one_organization_and_goes_on_for_the_other() {
    let world = world().await;
    let store = world.store();
    let (_, mine) = world.granted(0).await;
    let (other, stranger) = tenant(store, "other").await;
    let mut grant = world.grant(0);
    grant.organization = other.clone();
    grant.owner = keyway_core::Actor::User(stranger.id.clone());
    let theirs = tokens(0);
    store.create_oauth_grant(&grant, &theirs).await.unwrap();

    let id = &world.client.id;
    assert!(store.delete_oauth_client(&world.acme, id).await.unwrap());
    let token = async |hash| store.access_token(hash, at(1)).await.unwrap();
    assert_eq!(token(&mine.access.hash).await, None);
    assert!(token(&theirs.access.hash).await.is_some());
    assert!(store.delete_oauth_client(&other, id).await.unwrap());
    assert_eq!(store.oauth_client(id).await.unwrap(), None);
    let gone = store
        .revoke_oauth_grant(&other, &grant.id, RevokedFor::Admin, at(2))
        .await;
    assert!(!gone.unwrap());
}

#[tokio::test]
async fn an_assertion_works_once() {
    let world = world().await;
    let store = world.store();
    let id = &world.client.id;
    assert!(store.use_oauth_assertion(id, "one", at(60)).await.unwrap());
    assert!(!store.use_oauth_assertion(id, "one", at(60)).await.unwrap());
    assert!(store.use_oauth_assertion(id, "two", at(60)).await.unwrap());
}
