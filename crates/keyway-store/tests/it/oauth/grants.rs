use keyway_core::{Actor, GrantId, Role};
use keyway_store::oauth::{Agreed, GrantFilter, Purged, RevokedFor, Whose};

use super::world::{RESOURCE, client, mcp, tokens, world};
use crate::support::{at, member, tenant};

#[tokio::test]
async fn grants_are_listed_newest_first_page_by_page_and_only_to_their_organization() {
    let world = world().await;
    let store = world.store();
    let mut made = Vec::new();
    for second in 0..5 {
        made.push(world.granted(second).await.0.id);
    }
    let (other, _) = tenant(store, "other").await;
    let filter = GrantFilter::default();
    let mut seen = Vec::new();
    let mut after: Option<GrantId> = None;
    loop {
        let page = store
            .oauth_grants(&world.acme, &filter, after.as_ref(), 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.grant.id.clone());
        seen.extend(page.into_iter().map(|grant| grant.grant.id));
    }
    made.reverse();
    assert_eq!(seen, made);
    assert_eq!(
        store.oauth_grants(&other, &filter, None, 10).await.unwrap(),
        []
    );
    let id = made.first().unwrap();
    assert_eq!(store.oauth_grant(&other, id).await.unwrap(), None);
    let revoked = store
        .revoke_oauth_grant(&other, id, RevokedFor::Admin, at(9))
        .await;
    assert!(!revoked.unwrap());
    let all = store
        .revoke_oauth_grants(&other, Whose::All, RevokedFor::Admin, at(9))
        .await;
    assert_eq!(all.unwrap(), 0);
}

#[tokio::test]
async fn filters_pick_a_client_a_person_or_what_is_valid() {
    let world = world().await;
    let store = world.store();
    let (mine, _) = world.granted(0).await;
    let bob = member(Role::Member);
    store.create_member(&world.acme, &bob).await.unwrap();
    let app = client(keyway_store::oauth::ClientKind::Registered, None);
    store.put_oauth_client(&app).await.unwrap();
    let mut theirs = world.grant(1);
    theirs.owner = Actor::User(bob.id.clone());
    theirs.client = app.id.clone();
    store.create_oauth_grant(&theirs, &tokens(1)).await.unwrap();
    store
        .revoke_oauth_grant(&world.acme, &mine.id, RevokedFor::User, at(2))
        .await
        .unwrap();

    let pick = async |filter: GrantFilter| {
        let page = store.oauth_grants(&world.acme, &filter, None, 10).await;
        let ids = page.unwrap().into_iter().map(|grant| grant.grant.id);
        ids.collect::<Vec<_>>()
    };
    let theirs = vec![theirs.id];
    let of_client = GrantFilter {
        client: Some(app.id),
        ..GrantFilter::default()
    };
    assert_eq!(pick(of_client).await, theirs);
    let of_bob = GrantFilter {
        owner: Some(Actor::User(bob.id)),
        ..GrantFilter::default()
    };
    assert_eq!(pick(of_bob).await, theirs);
    let valid = GrantFilter {
        valid_at: Some(at(3)),
        ..GrantFilter::default()
    };
    assert_eq!(pick(valid).await, theirs);
}

#[tokio::test]
async fn who_takes_a_grant_back_is_asked_again() {
    let world = world().await;
    let store = world.store();
    let agree = async || {
        let made = store.create_oauth_code(&world.code(0), Agreed::Now).await;
        assert!(made.unwrap());
    };
    let remembered = async || {
        let found = store
            .oauth_consent(&world.acme, &world.owner.id, &world.client.id, RESOURCE)
            .await;
        found.unwrap()
    };
    for (reason, left) in [
        (RevokedFor::Replay, Some(mcp())),
        (RevokedFor::Client, None),
        (RevokedFor::User, None),
        (RevokedFor::Admin, None),
    ] {
        agree().await;
        let (grant, _) = world.granted(0).await;
        let revoked = store
            .revoke_oauth_grant(&world.acme, &grant.id, reason, at(1))
            .await;
        assert!(revoked.unwrap());
        assert_eq!(remembered().await, left, "{reason:?}");
    }
    agree().await;
    let (_, pair) = world.granted(0).await;
    let ended = store
        .revoke_oauth_grants(
            &world.acme,
            Whose::Client(&world.client.id),
            RevokedFor::Admin,
            at(1),
        )
        .await;
    assert_eq!(ended.unwrap(), 1);
    assert_eq!(remembered().await, None);
    let token = store.access_token(&pair.access.hash, at(2)).await;
    assert_eq!(token.unwrap(), None);
}

#[tokio::test]
async fn standing_is_told_for_many_grants_at_once() {
    let world = world().await;
    let store = world.store();
    let (kept, _) = world.granted(0).await;
    let (ended, _) = world.granted(0).await;
    store
        .revoke_oauth_grant(&world.acme, &ended.id, RevokedFor::Admin, at(1))
        .await
        .unwrap();
    let ids = [kept.id.clone(), ended.id];
    let standing = store.oauth_grants_standing(&ids, at(2)).await.unwrap();
    let [only] = standing.as_slice() else {
        panic!("{standing:?}")
    };
    assert_eq!((&only.grant, only.role), (&kept.id, Role::Owner));
    assert_eq!(only.epoch, store.auth_epoch().await.unwrap());
    let late = store.oauth_grants_standing(&ids, at(20_000)).await.unwrap();
    assert_eq!(late, []);
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_in_batches() {
    let world = world().await;
    let store = world.store();
    for _ in 0..5 {
        world.granted(0).await;
        store
            .create_oauth_code(&world.code(0), Agreed::Once)
            .await
            .unwrap();
    }
    let nothing = Purged {
        tokens_before: at(0),
        codes_before: at(0),
        grants_before: at(0),
        clients_before: at(0),
    };
    assert_eq!(store.purge_oauth(&nothing, 2).await.unwrap(), 0);
    let tokens_and_codes = Purged {
        tokens_before: at(1_000),
        codes_before: at(1_000),
        ..nothing
    };
    let mut gone = Vec::new();
    loop {
        match store.purge_oauth(&tokens_and_codes, 2).await.unwrap() {
            0 => break,
            some => gone.push(some),
        }
    }
    assert_eq!(gone, [4, 4, 2]);
    let clients = Purged {
        clients_before: at(1),
        ..nothing
    };
    assert_eq!(store.purge_oauth(&clients, 2).await.unwrap(), 1);
    assert_eq!(store.oauth_client(&world.client.id).await.unwrap(), None);
    let grants = store
        .oauth_grants(&world.acme, &GrantFilter::default(), None, 10)
        .await;
    assert_eq!(grants.unwrap(), [], "they went with their client");
}
