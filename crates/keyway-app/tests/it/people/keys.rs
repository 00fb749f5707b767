#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::time::Duration;

use keyway_app::{DEFAULT_OVERLAP, KeyRequest};
use keyway_core::{Actor, Kind, Role, Scopes, Subject};

use super::world::World;

fn named(name: &str) -> KeyRequest {
    KeyRequest {
        name: name.to_owned(),
        ..KeyRequest::default()
    }
}

fn scopes(text: &str) -> Scopes {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_key_never_has_more_scopes_than_its_maker() {
    let (world, _) = World::start().await;
    let keys = world.app().api_keys();
    let request = KeyRequest {
        scopes: Some(scopes("mcp:tools admin")),
        ..named("narrow")
    };
    let narrow = keys.issue(&world.local(), request).await.unwrap();
    assert_eq!(narrow.view.scopes, "mcp:tools admin");
    let who = world
        .app()
        .authenticate(narrow.secret.expose())
        .await
        .unwrap();
    let same = keys.issue(&who, named("same")).await.unwrap();
    assert_eq!(same.view.scopes, "mcp:tools admin");
    for wide in ["mcp", "approvals", "mcp:prompts"] {
        let request = KeyRequest {
            scopes: Some(scopes(wide)),
            ..named("wide")
        };
        let error = keys.issue(&who, request).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Forbidden, "insufficient_scope")
        );
    }
    let none = KeyRequest {
        scopes: Some(Scopes::none()),
        ..named("none")
    };
    let error = keys.issue(&who, none).await.unwrap_err();
    assert_eq!(error.problems()[0].pointer, "/scopes");
    // A wide key is not replaced by a narrow one's holder either.
    let wide = keys.create(&world.local(), "wide", None).await.unwrap();
    let error = keys
        .rotate(&who, &wide.view.id, DEFAULT_OVERLAP)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "insufficient_scope");
    // Without the scope admin a key manages no keys: it could outlive itself.
    let request = KeyRequest {
        scopes: Some(scopes("mcp")),
        ..named("plain")
    };
    let plain = keys.issue(&world.local(), request).await.unwrap();
    let who = world
        .app()
        .authenticate(plain.secret.expose())
        .await
        .unwrap();
    let error = keys.issue(&who, named("x")).await.unwrap_err();
    assert_eq!(error.code(), "insufficient_scope");
    world.stop().await;
}

#[tokio::test]
async fn a_member_manages_their_own_keys_and_sees_no_others() {
    let (world, owner) = World::start().await;
    let keys = world.app().api_keys();
    let member = world.joined("grace@example.com", Role::Member).await;
    let who = &member.visitor.principal;
    let own = keys.issue(who, named("mine")).await.unwrap();
    let listed = keys.list(who).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|key| &key.id).collect();
    assert_eq!(ids, [&own.view.id]);
    assert_eq!(keys.list(&owner.visitor.principal).await.unwrap().len(), 2);
    let mut all = keys.list(&world.local()).await.unwrap();
    all.retain(|key| key.id != own.view.id);
    let first = all.remove(0);
    for error in [
        keys.get(who, &first.id).await.unwrap_err(),
        keys.rotate(who, &first.id, Duration::ZERO)
            .await
            .unwrap_err(),
        keys.revoke(who, &first.id).await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::NotFound, "api_key_not_found")
        );
    }
    let bot = world
        .people()
        .create_service_account(&world.local(), "bot", Role::Member)
        .await;
    let request = KeyRequest {
        service_account: Some(bot.unwrap().id),
        ..named("bot")
    };
    let error = keys.issue(who, request).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "administrators_only")
    );
    keys.rotate(who, &own.view.id, Duration::ZERO)
        .await
        .unwrap();
    keys.revoke(who, &own.view.id).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn another_person_s_key_is_ended_and_not_replaced() {
    let (world, owner) = World::start().await;
    let keys = world.app().api_keys();
    let admin = world.joined("admin@example.com", Role::Admin).await;
    let who = &admin.visitor.principal;
    let owners = keys
        .create(&owner.visitor.principal, "boss", None)
        .await
        .unwrap();
    let error = keys
        .rotate(who, &owners.view.id, Duration::ZERO)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "not_your_key")
    );
    keys.revoke(who, &owners.view.id).await.unwrap();
    world
        .app()
        .authenticate(owners.secret.expose())
        .await
        .unwrap_err();
    world.stop().await;
}

#[tokio::test]
async fn a_service_account_comes_in_with_its_key_until_disabled_or_deleted() {
    let (world, owner) = World::start().await;
    let (people, keys) = (world.people(), world.app().api_keys());
    let who = &owner.visitor.principal;
    let bot = people
        .create_service_account(who, "bot", Role::Admin)
        .await
        .unwrap();
    let request = KeyRequest {
        service_account: Some(bot.id.clone()),
        scopes: Some(scopes("mcp admin")),
        ..named("bot")
    };
    let key = keys.issue(who, request).await.unwrap();
    let machine = world.app().authenticate(key.secret.expose()).await.unwrap();
    assert_eq!(machine.role(), Role::Admin);
    let Subject::ApiKey { owner, .. } = machine.subject() else {
        panic!("it came in with a key");
    };
    assert_eq!(owner, &Actor::ServiceAccount(bot.id.clone()));
    people.members(&machine).await.unwrap();
    let stream = world.app().revoked(&machine);
    people.disable_service_account(who, &bot.id).await.unwrap();
    assert!(stream.is_cancelled());
    world
        .app()
        .authenticate(key.secret.expose())
        .await
        .unwrap_err();
    let error = people.members(&machine).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
    people.enable_service_account(who, &bot.id).await.unwrap();
    world.app().authenticate(key.secret.expose()).await.unwrap();
    people.delete_service_account(who, &bot.id).await.unwrap();
    world
        .app()
        .authenticate(key.secret.expose())
        .await
        .unwrap_err();

    let error = people
        .create_service_account(who, "x", Role::Owner)
        .await
        .unwrap_err();
    assert_eq!(error.problems()[0].pointer, "/role");
    people
        .create_service_account(who, "twin", Role::Member)
        .await
        .unwrap();
    let error = people
        .create_service_account(who, "twin", Role::Member)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Conflict, "name_taken"));
    world.stop().await;
}
