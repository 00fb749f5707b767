use std::time::Duration;

use keyway_app::KeyRequest;
use keyway_core::{Actor, Kind, Principal, Role, Subject};
use keyway_store::Purpose;

use super::world::{GOOD, World};
use crate::support::Process;

#[tokio::test]
async fn the_last_owner_is_neither_removed_nor_demoted_nor_disabled() {
    let (world, owner) = World::start().await;
    let (people, who) = (world.people(), &owner.visitor.principal);
    let user = &owner.visitor.user.id;
    let errors = [
        people.set_role(who, user, Role::Admin).await.unwrap_err(),
        people.remove_member(who, user).await.unwrap_err(),
        people.disable_user(who, user).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.code()), (Kind::Conflict, "last_owner"));
    }
    assert!(
        people
            .web_session(owner.cookie.expose())
            .await
            .unwrap()
            .is_some()
    );
    let second = world.joined("grace@example.com", Role::Owner).await;
    people
        .set_role(&second.visitor.principal, user, Role::Member)
        .await
        .unwrap();
    let error = people.members(who).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden, "the role is read anew");
    world.stop().await;
}

#[tokio::test]
async fn owners_are_changed_by_owners() {
    let (world, owner) = World::start().await;
    let people = world.people();
    let admin = world.joined("admin@example.com", Role::Admin).await;
    let member = world.joined("member@example.com", Role::Member).await;
    let (who, boss) = (&admin.visitor.principal, &owner.visitor.user.id);
    let errors = [
        people.set_role(who, boss, Role::Member).await.unwrap_err(),
        people.remove_member(who, boss).await.unwrap_err(),
        people.disable_user(who, boss).await.unwrap_err(),
        people
            .set_role(who, &member.visitor.user.id, Role::Owner)
            .await
            .unwrap_err(),
        people
            .set_role(who, &admin.visitor.user.id, Role::Owner)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Forbidden, "owners_only")
        );
    }
    let view = people
        .set_role(who, &member.visitor.user.id, Role::Admin)
        .await
        .unwrap();
    assert_eq!(view.role, Role::Admin);
    world.stop().await;
}

#[tokio::test]
async fn attack_an_oauth_client_makes_nobody_who_outlives_its_grant() {
    let (world, owner) = World::start().await;
    let people = world.people();
    let subject = Subject::Token {
        grant: "grant_01890a5d-ac96-774b-bcce-000000000001"
            .parse()
            .unwrap(),
        client: "client_1".parse().unwrap(),
        owner: Actor::User(owner.visitor.user.id.clone()),
    };
    let organization = owner.visitor.principal.organization().clone();
    let who = Principal::new(organization, subject).with_scopes("admin".parse().unwrap());
    people.members(&who).await.unwrap();
    let invited = people.invite(&who, "eve@example.com", Role::Owner).await;
    let made = people.create_service_account(&who, "ci", Role::Admin).await;
    for error in [invited.unwrap_err(), made.unwrap_err()] {
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Forbidden, "not_through_a_client")
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn everything_of_a_removed_member_ends_at_once_in_every_process() {
    let (world, _) = World::start().await;
    let grace = world.joined("grace@example.com", Role::Member).await;
    let who = &grace.visitor.principal;
    let request = KeyRequest {
        name: "laptop".to_owned(),
        ..KeyRequest::default()
    };
    let key = world.app().api_keys().issue(who, request).await.unwrap();
    let with_key = world.app().authenticate(key.secret.expose()).await.unwrap();
    let stream = world.app().revoked(&with_key);

    let command = Process::start(world.directory.path(), Purpose::Command, Vec::new()).await;
    let people = command.app.people();
    people
        .remove_member(&command.app.local(), &grace.visitor.user.id)
        .await
        .unwrap();
    let found = world
        .people()
        .web_session(grace.cookie.expose())
        .await
        .unwrap();
    assert!(found.is_none(), "the web session is gone at once");
    tokio::time::timeout(Duration::from_secs(20), stream.cancelled())
        .await
        .unwrap();
    let error = world
        .app()
        .authenticate(key.secret.expose())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthenticated);
    let error = world.sign_in("grace@example.com", GOOD).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "no_membership")
    );
    command.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn who_is_disabled_is_out_until_enabled() {
    let (world, owner) = World::start().await;
    let people = world.people();
    let grace = world.joined("grace@example.com", Role::Member).await;
    let (who, user) = (&owner.visitor.principal, &grace.visitor.user.id);
    let key = world
        .app()
        .api_keys()
        .create(&grace.visitor.principal, "x", None)
        .await
        .unwrap();
    world.app().authenticate(key.secret.expose()).await.unwrap();
    let view = people.disable_user(who, user).await.unwrap();
    assert!(view.disabled_at.is_some());
    world
        .app()
        .authenticate(key.secret.expose())
        .await
        .unwrap_err();
    assert!(
        people
            .web_session(grace.cookie.expose())
            .await
            .unwrap()
            .is_none()
    );
    world.sign_in("grace@example.com", GOOD).await.unwrap_err();
    let view = people.enable_user(who, user).await.unwrap();
    assert!(view.disabled_at.is_none());
    world.app().authenticate(key.secret.expose()).await.unwrap();
    assert!(
        people
            .web_session(grace.cookie.expose())
            .await
            .unwrap()
            .is_none()
    );
    world.sign_in("grace@example.com", GOOD).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn who_belongs_elsewhere_too_is_disabled_by_the_operator_only() {
    let (world, owner) = World::start().await;
    let (people, local) = (world.people(), world.local());
    let grace = world.joined("grace@example.com", Role::Member).await;
    let acme = people
        .create_organization(&local, "acme", "Acme")
        .await
        .unwrap();
    let (store, user) = (&world.process.store, &grace.visitor.user.id);
    let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    store.join(&acme.id, user, Role::Member, now).await.unwrap();
    let error = people
        .disable_user(&owner.visitor.principal, user)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "operator_only")
    );
    people.disable_user(&local, user).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn another_organization_s_people_and_things_are_not_there() {
    let (world, owner) = World::start().await;
    let (people, local) = (world.people(), world.local());
    people
        .create_organization(&local, "acme", "Acme")
        .await
        .unwrap();
    let there = people.operator_of(&local, "acme").await.unwrap();
    let user = &owner.visitor.user.id;
    let bot = people
        .create_service_account(&local, "bot", Role::Member)
        .await
        .unwrap();
    let project = people.create_project(&local, "web", "Web").await.unwrap();
    let invited = people
        .invite(&local, "x@example.com", Role::Member)
        .await
        .unwrap();
    let errors = [
        people
            .set_role(&there, user, Role::Member)
            .await
            .unwrap_err(),
        people.remove_member(&there, user).await.unwrap_err(),
        people.disable_user(&there, user).await.unwrap_err(),
        people.service_account(&there, &bot.id).await.unwrap_err(),
        people
            .disable_service_account(&there, &bot.id)
            .await
            .unwrap_err(),
        people
            .delete_service_account(&there, &bot.id)
            .await
            .unwrap_err(),
        people
            .rename_project(&there, &project.id, "x")
            .await
            .unwrap_err(),
        people
            .delete_project(&there, &project.id)
            .await
            .unwrap_err(),
        people
            .revoke_invitation(&there, &invited.view.id)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), Kind::NotFound, "{}", error.code());
    }
    assert!(people.members(&there).await.unwrap().is_empty());
    assert!(people.projects(&there).await.unwrap().is_empty());
    assert!(people.service_accounts(&there).await.unwrap().is_empty());
    let unknown = people.operator_of(&local, "nowhere").await.unwrap_err();
    assert_eq!(unknown.code(), "organization_not_found");
    world.stop().await;
}
