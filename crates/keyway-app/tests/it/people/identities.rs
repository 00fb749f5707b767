use keyway_app::people::{People, Signup};
use keyway_core::{Kind, Role};

use super::world::{GOOD, World, identity};

#[tokio::test]
async fn an_issuer_s_word_makes_a_member_once_and_finds_them_again() {
    let (world, _) = World::start().await;
    let people = world.people();
    let coming = || identity("7", Some("grace@example.com"), Some(Role::Member));
    let first = people.sign_in_identity(coming()).await.unwrap();
    let second = people.sign_in_identity(coming()).await.unwrap();
    assert_eq!(first.visitor.user.id, second.visitor.user.id);
    assert_ne!(first.visitor.session, second.visitor.session);
    let user = &second.visitor.user;
    assert!(user.email_verified && !user.has_password);
    // The issuer's word is followed, up to admins.
    let role = async |given| {
        let coming = identity("7", None, given);
        let signed_in = people.sign_in_identity(coming).await.unwrap();
        signed_in.visitor.principal.role()
    };
    assert_eq!(role(Some(Role::Admin)).await, Role::Admin);
    assert_eq!(role(Some(Role::Owner)).await, Role::Admin);
    assert_eq!(role(None).await, Role::Admin);
    assert_eq!(role(Some(Role::Member)).await, Role::Member);
    world.stop().await;
}

#[tokio::test]
async fn nobody_is_linked_by_an_address_that_nobody_has_verified() {
    let (world, owner) = World::start().await;
    let people = world.people();
    // What the issuer has not verified is as if it had not said it.
    let mut unverified = identity("1", Some("ada@example.com"), Some(Role::Member));
    unverified.profile.email_verified = false;
    let other = people.sign_in_identity(unverified).await.unwrap();
    assert_ne!(other.visitor.user.id, owner.visitor.user.id);
    assert_eq!(other.visitor.user.email, None);

    // An account that took someone's address before them does not get their identity.
    world.joined("grace@example.com", Role::Member).await;
    let coming = || identity("2", Some("grace@example.com"), Some(Role::Member));
    let error = people.sign_in_identity(coming()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Conflict, "email_taken")
    );
    assert!(!error.to_json().to_string().contains("grace@"));

    // Verified on both sides is one person.
    let coming = identity("3", Some("ADA@example.com"), None);
    let linked = people.sign_in_identity(coming).await.unwrap();
    assert_eq!(linked.visitor.user.id, owner.visitor.user.id);
    assert_eq!(linked.visitor.principal.role(), Role::Owner);
    world.stop().await;
}

#[tokio::test]
async fn whom_nothing_lets_in_stays_out() {
    for (policy, email, expected) in [
        (Signup::Closed, "grace@example.com", false),
        (Signup::Invited, "grace@example.com", false),
        (
            Signup::Domains(vec!["example.com".into()]),
            "grace@Example.com",
            true,
        ),
        (
            Signup::Domains(vec!["example.com".into()]),
            "grace@sub.example.com",
            false,
        ),
        (
            Signup::Domains(vec!["example.com".into()]),
            "grace@notexample.com",
            false,
        ),
        (Signup::Open, "grace@example.org", true),
    ] {
        let (world, _) = World::signup(policy.clone()).await;
        let coming = identity("7", Some(email), None);
        let came = world.people().sign_in_identity(coming).await;
        assert_eq!(came.is_ok(), expected, "{policy:?} {email}");
        if let Err(error) = came {
            assert_eq!(
                (error.kind(), error.code()),
                (Kind::Forbidden, "signup_closed")
            );
        }
        let members = world.people().members(&world.local()).await.unwrap();
        assert_eq!(members.len(), 1 + usize::from(expected));
        world.stop().await;
    }
    let (world, _) = World::signup(Signup::Domains(vec!["example.com".into()])).await;
    let mut unverified = identity("7", Some("grace@example.com"), None);
    unverified.profile.email_verified = false;
    let error = world
        .people()
        .sign_in_identity(unverified)
        .await
        .unwrap_err();
    assert_eq!(
        error.code(),
        "signup_closed",
        "an unverified address proves no domain"
    );
    world.stop().await;
}

#[tokio::test]
async fn a_verified_address_accepts_its_invitations() {
    let (world, _) = World::start().await;
    let (people, local) = (world.people(), world.local());
    people
        .invite(&local, "grace@example.com", Role::Admin)
        .await
        .unwrap();
    let mut unverified = identity("1", Some("grace@example.com"), None);
    unverified.profile.email_verified = false;
    let error = people.sign_in_identity(unverified).await.unwrap_err();
    assert_eq!(error.code(), "signup_closed");
    let coming = identity("2", Some("grace@example.com"), None);
    let grace = people.sign_in_identity(coming).await.unwrap();
    assert_eq!(grace.visitor.principal.role(), Role::Admin);
    people
        .create_organization(&local, "acme", "Acme")
        .await
        .unwrap();
    let there = people.operator_of(&local, "acme").await.unwrap();
    people
        .invite(&there, "grace@example.com", Role::Member)
        .await
        .unwrap();
    let coming = identity("2", Some("grace@example.com"), None);
    let grace = people.sign_in_identity(coming).await.unwrap();
    assert_eq!(grace.visitor.memberships.len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn many_first_sign_ins_at_once_are_one_person() {
    let (world, _) = World::start().await;
    let people = world.people();
    let all = (0..6).map(|_| {
        let coming = identity("7", Some("grace@example.com"), Some(Role::Member));
        people.sign_in_identity(coming)
    });
    let done = futures_util::future::join_all(all).await;
    let ids: std::collections::BTreeSet<_> = done
        .into_iter()
        .map(|one| one.unwrap().visitor.user.id)
        .collect();
    assert_eq!(ids.len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn who_is_disabled_does_not_come_in_through_an_issuer() {
    let (world, _) = World::start().await;
    let (people, local) = (world.people(), world.local());
    let mut coming = identity("7", None, Some(Role::Member));
    coming.issuer = People::ACTION_ISSUER.to_owned();
    let first = people.sign_in_identity(coming).await.unwrap();
    people
        .disable_user(&local, &first.visitor.user.id)
        .await
        .unwrap();
    let mut coming = identity("7", None, Some(Role::Member));
    coming.issuer = People::ACTION_ISSUER.to_owned();
    let error = people.sign_in_identity(coming).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "account_disabled")
    );
    world.sign_in("ada@example.com", GOOD).await.unwrap();
    world.stop().await;
}
