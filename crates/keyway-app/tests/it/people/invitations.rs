use std::time::Duration;

use keyway_app::people::{Accept, InvitationState, Signup};
use keyway_core::{Kind, Role};

use super::world::{World, browser};

#[tokio::test]
async fn an_invitation_makes_a_member_once() {
    let (world, owner) = World::start().await;
    let people = world.people();
    let who = &owner.visitor.principal;
    let made = people
        .invite(who, "Grace@Example.com", Role::Admin)
        .await
        .unwrap();
    assert!(made.path().expose().starts_with("/invitations/kwi_"));
    let look = people
        .look_at_invitation(made.token.expose())
        .await
        .unwrap();
    assert_eq!(
        (look.email.as_str(), look.role, look.has_account),
        ("grace@example.com", Role::Admin, false)
    );
    assert_eq!(look.invited_by.as_deref(), Some("Ada Lovelace"));
    let grace = world.accept(made.token.expose(), "Grace").await.unwrap();
    assert_eq!(grace.visitor.principal.role(), Role::Admin);
    assert!(
        !grace.visitor.user.email_verified,
        "whoever had the link came in"
    );
    let again = world.accept(made.token.expose(), "Eve").await.unwrap_err();
    assert_eq!(
        (again.kind(), again.code()),
        (Kind::NotFound, "invitation_not_valid")
    );
    let listed = people.invitations(who).await.unwrap();
    assert_eq!(listed[0].state, InvitationState::Accepted);
    let late = people
        .revoke_invitation(who, &listed[0].id)
        .await
        .unwrap_err();
    assert_eq!(late.code(), "invitation_accepted");
    let member = people
        .invite(who, "grace@example.com", Role::Member)
        .await
        .unwrap_err();
    assert_eq!(member.code(), "already_member");
    world.stop().await;
}

#[tokio::test]
async fn an_invitation_that_expired_or_was_taken_back_lets_nobody_in() {
    let (world, _) = World::start().await;
    let (people, local) = (world.people(), world.local());
    let made = people
        .invite(&local, "grace@example.com", Role::Member)
        .await
        .unwrap();
    world.process.clock.advance(Duration::from_hours(24 * 7));
    let late = world
        .accept(made.token.expose(), "Grace")
        .await
        .unwrap_err();
    assert_eq!(late.code(), "invitation_not_valid");
    let state = people.invitations(&local).await.unwrap()[0].state;
    assert_eq!(state, InvitationState::Expired);

    let made = people
        .invite(&local, "grace@example.com", Role::Member)
        .await
        .unwrap();
    people
        .revoke_invitation(&local, &made.view.id)
        .await
        .unwrap();
    let revoked = world
        .accept(made.token.expose(), "Grace")
        .await
        .unwrap_err();
    assert_eq!(revoked.code(), "invitation_not_valid");
    let forged = "kwi_0000000000000000000000000000000000000";
    let error = people.look_at_invitation(forged).await.unwrap_err();
    assert_eq!(
        error.to_json(),
        revoked.to_json(),
        "one that never was looks the same"
    );
    assert_eq!(people.members(&local).await.unwrap().len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn an_invitation_for_another_address_is_refused() {
    let (world, owner) = World::start().await;
    let (people, local) = (world.people(), world.local());
    let acme = people
        .create_organization(&local, "acme", "Acme")
        .await
        .unwrap();
    let there = people.operator_of(&local, "acme").await.unwrap();
    let for_grace = people
        .invite(&there, "grace@example.com", Role::Owner)
        .await
        .unwrap();
    let accept = Accept::Visitor(&owner.visitor, browser(1));
    let error = people
        .accept_invitation(for_grace.token.expose(), accept)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "invitation_for_another")
    );
    people
        .look_at_invitation(for_grace.token.expose())
        .await
        .unwrap();

    // An account of that address whose person nobody has verified does not do either.
    let grace = world.joined("grace@example.com", Role::Member).await;
    let accept = Accept::Visitor(&grace.visitor, browser(1));
    let error = people
        .accept_invitation(for_grace.token.expose(), accept)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "email_not_verified");
    // Nor does it get another password that way.
    let error = world
        .accept(for_grace.token.expose(), "Eve")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Conflict, "email_taken")
    );

    people
        .verify_email(&local, "grace@example.com")
        .await
        .unwrap();
    let verified = people
        .web_session(grace.cookie.expose())
        .await
        .unwrap()
        .unwrap();
    let accept = Accept::Visitor(&verified, browser(1));
    let done = people
        .accept_invitation(for_grace.token.expose(), accept)
        .await
        .unwrap();
    assert_eq!(done.visitor.principal.organization(), &acme.id);
    assert_eq!(done.visitor.principal.role(), Role::Owner);
    assert!(
        people
            .web_session(grace.cookie.expose())
            .await
            .unwrap()
            .is_none(),
        "a new web session"
    );
    world.stop().await;
}

#[tokio::test]
async fn owners_are_invited_by_owners_and_members_invite_nobody() {
    let (world, _) = World::start().await;
    let people = world.people();
    let admin = world
        .joined("admin@example.com", Role::Admin)
        .await
        .visitor
        .principal;
    let member = world
        .joined("member@example.com", Role::Member)
        .await
        .visitor
        .principal;
    let error = people
        .invite(&admin, "x@example.com", Role::Owner)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "owners_only")
    );
    people
        .invite(&admin, "x@example.com", Role::Admin)
        .await
        .unwrap();
    let error = people
        .invite(&member, "y@example.com", Role::Member)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "administrators_only")
    );
    let bare = admin.with_scopes("mcp".parse().unwrap());
    let error = people
        .invite(&bare, "y@example.com", Role::Member)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "insufficient_scope")
    );
    let owners = people
        .invite(&world.local(), "o@example.com", Role::Owner)
        .await
        .unwrap();
    let error = people
        .revoke_invitation(&admin, &owners.view.id)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "owners_only");
    for email in ["", "grace", "@example.com", "a@", "a@b@c", "a\n@b.c"] {
        let error = people
            .invite(&admin, email, Role::Member)
            .await
            .unwrap_err();
        assert_eq!(error.problems()[0].pointer, "/email");
    }
    world.stop().await;
}

#[tokio::test]
async fn attack_an_invitation_does_not_outlive_its_maker() {
    let (world, _) = World::start().await;
    let (people, local) = (world.people(), world.local());
    for (number, ending) in ["removed", "demoted", "disabled"].into_iter().enumerate() {
        let maker = world
            .joined(&format!("maker{number}@example.com"), Role::Owner)
            .await
            .visitor;
        let made = people
            .invite(&maker.principal, "again@example.com", Role::Owner)
            .await
            .unwrap();
        let user = &maker.user.id;
        match ending {
            "removed" => people.remove_member(&local, user).await.unwrap(),
            "demoted" => drop(people.set_role(&local, user, Role::Admin).await.unwrap()),
            _ => {
                people.disable_user(&local, user).await.unwrap();
                people.enable_user(&local, user).await.unwrap();
            }
        }
        let token = made.token.expose();
        let look = people.look_at_invitation(token).await.unwrap_err();
        assert_eq!(look.code(), "invitation_not_valid", "{ending}");
        let error = world.accept(token, "Eve").await.unwrap_err();
        assert_eq!(error.code(), "invitation_not_valid", "{ending}");
        let listed = people.invitations(&local).await.unwrap();
        let state = listed.iter().find(|one| one.id == made.view.id);
        assert_eq!(state.unwrap().state, InvitationState::Revoked, "{ending}");
    }
    world.stop().await;
}

#[tokio::test]
async fn where_sign_up_is_closed_an_invitation_makes_nobody_new() {
    let (world, _) = World::signup(Signup::Closed).await;
    let made = world
        .people()
        .invite(&world.local(), "grace@example.com", Role::Member)
        .await;
    let error = world
        .accept(made.unwrap().token.expose(), "Grace")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "signup_closed")
    );
    world.stop().await;
}
