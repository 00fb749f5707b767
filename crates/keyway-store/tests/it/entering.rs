//! Ways in that work once, and web sessions.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::{OrgId, Role, Secret, UserId};
use keyway_store::{
    Accepting, Alive, Credentials, Invitation, LinkPurpose, NewPerson, OneTimeLink, Reason, Store,
    WebSession,
};

use crate::support::{at, fresh, id, member, tenant};

pub(crate) fn invitation(organization: &OrgId, email: &str) -> Invitation {
    Invitation {
        id: id("inv"),
        organization: organization.clone(),
        email: email.to_owned(),
        role: Role::Admin,
        invited_by: None,
        created_at: at(0),
        expires_at: at(100),
        accepted_at: None,
        revoked_at: None,
    }
}

pub(crate) fn person(email: &str) -> NewPerson {
    NewPerson {
        id: id("user"),
        name: "Grace".to_owned(),
        email: Some(email.to_owned()),
        email_verified_at: None,
        password_hash: None,
        created_at: at(1),
    }
}

#[tokio::test]
async fn an_invitation_is_accepted_once() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let one = invitation(&acme, "grace@example.com");
    store.create_invitation(&one, "hash").await.unwrap();
    let found = store.open_invitation("hash", at(99)).await.unwrap();
    assert_eq!(found.as_ref(), Some(&one));
    assert_eq!(
        store.open_invitation("hash", at(100)).await.unwrap(),
        None,
        "expired"
    );
    assert_eq!(store.open_invitation("other", at(1)).await.unwrap(), None);

    let people: Vec<_> = (0..8)
        .map(|n| person(&format!("g{n}@example.com")))
        .collect();
    let all = people
        .iter()
        .map(|new| store.accept_invitation(&one, Accepting::New(new), at(50)));
    let done = futures_util::future::join_all(all).await;
    let accepted: Vec<_> = done.into_iter().map(Result::unwrap).collect();
    assert_eq!(accepted.iter().filter(|accepted| **accepted).count(), 1);
    let members = store.members(&acme).await.unwrap();
    assert_eq!(members.len(), 2, "whoever came too late was not made");
    assert_eq!(members[1].role, Role::Admin);
    assert_eq!(store.open_invitation("hash", at(51)).await.unwrap(), None);
    assert!(
        !store
            .revoke_invitation(&acme, &one.id, at(52))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_invitation_that_is_over_or_revoked_lets_nobody_in() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let one = invitation(&acme, "grace@example.com");
    store.create_invitation(&one, "hash").await.unwrap();
    let new = person("grace@example.com");
    let late = store
        .accept_invitation(&one, Accepting::New(&new), at(100))
        .await;
    assert!(!late.unwrap());
    assert!(store.person(&new.id).await.unwrap().is_none());

    assert!(
        !store
            .revoke_invitation(&other, &one.id, at(1))
            .await
            .unwrap()
    );
    assert_eq!(store.invitation(&other, &one.id).await.unwrap(), None);
    assert!(store.invitations(&other).await.unwrap().is_empty());
    assert!(
        store
            .revoke_invitation(&acme, &one.id, at(1))
            .await
            .unwrap()
    );
    let revoked = store
        .accept_invitation(&one, Accepting::New(&new), at(2))
        .await;
    assert!(!revoked.unwrap());

    // A new one of the same address ends the one before.
    let (two, three) = (
        invitation(&acme, "grace@example.com"),
        invitation(&acme, "grace@example.com"),
    );
    store.create_invitation(&two, "two").await.unwrap();
    store.create_invitation(&three, "three").await.unwrap();
    assert_eq!(store.open_invitation("two", at(3)).await.unwrap(), None);
    let open = store
        .invitations_for("grace@example.com", at(3))
        .await
        .unwrap();
    assert_eq!(open, [three]);
    assert_eq!(store.invitations(&acme).await.unwrap().len(), 3);
}

async fn link(
    store: &Store,
    organization: &OrgId,
    user: &UserId,
    purpose: LinkPurpose,
) -> OneTimeLink {
    let link = OneTimeLink {
        purpose,
        organization: organization.clone(),
        user: user.clone(),
        created_at: at(0),
        expires_at: at(100),
    };
    store.create_link(&link, "hash").await.unwrap();
    link
}

fn credentials(email: Option<&str>) -> Credentials {
    Credentials {
        name: None,
        email: email.map(str::to_owned),
        password_hash: Secret::new("hash of a password".to_owned()),
    }
}

#[tokio::test]
async fn a_link_works_once_and_ends_what_was_open() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let reset = link(store, &acme, &owner.id, LinkPurpose::Reset).await;
    session(store, &acme, &owner.id, "cookie").await;
    assert_eq!(
        store.link("hash", at(99)).await.unwrap().as_ref(),
        Some(&reset)
    );
    assert_eq!(store.link("hash", at(100)).await.unwrap(), None);
    let late = store
        .use_link(&reset, "hash", &credentials(None), at(100))
        .await;
    assert!(!late.unwrap());
    let none = credentials(None);
    let uses = (0..8).map(|_| store.use_link(&reset, "hash", &none, at(50)));
    let done = futures_util::future::join_all(uses).await;
    assert_eq!(
        done.into_iter()
            .filter(|done| *done.as_ref().unwrap())
            .count(),
        1
    );
    assert_eq!(store.link("hash", at(51)).await.unwrap(), None);
    assert!(
        store
            .web_session("cookie", alive(51))
            .await
            .unwrap()
            .is_none()
    );
    let person = store.person(&owner.id).await.unwrap().unwrap();
    assert!(person.password_hash.is_some() && person.email_verified_at.is_none());
}

#[tokio::test]
async fn a_set_up_happens_once_and_a_taken_address_does_not_use_up_its_link() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let helper = person("taken@example.com");
    store
        .create_person(&acme, Role::Member, &helper, None)
        .await
        .unwrap();
    let setup = link(store, &acme, &owner.id, LinkPurpose::Setup).await;
    let taken = credentials(Some("taken@example.com"));
    let error = store
        .use_link(&setup, "hash", &taken, at(1))
        .await
        .unwrap_err();
    assert_eq!(*error.reason(), Reason::Conflict);
    let free = credentials(Some("ada@example.com"));
    assert!(store.use_link(&setup, "hash", &free, at(2)).await.unwrap());
    let person = store.person(&owner.id).await.unwrap().unwrap();
    assert_eq!(
        person.email_verified_at,
        Some(at(2)),
        "the operator vouches"
    );

    let again = link(store, &acme, &owner.id, LinkPurpose::Setup).await;
    assert!(!store.use_link(&again, "hash", &free, at(3)).await.unwrap());
}

async fn session(store: &Store, organization: &OrgId, user: &UserId, hash: &str) -> WebSession {
    let session = WebSession {
        id: id("web"),
        organization: organization.clone(),
        user: user.clone(),
        method: "password".to_owned(),
        address: "192.0.2.1".to_owned(),
        user_agent: "Test".to_owned(),
        created_at: at(0),
        last_seen_at: at(0),
        expires_at: at(1_000),
    };
    store
        .create_web_session(&session, hash, at(-1_000))
        .await
        .unwrap();
    session
}

/// A hundred seconds without a request are too many.
fn alive(now: i64) -> Alive {
    Alive {
        now: at(now),
        seen_since: at(now - 100),
    }
}

#[tokio::test]
async fn a_web_session_ends_when_idle_when_old_and_when_told() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let one = session(store, &acme, &owner.id, "cookie").await;
    let lives = async |now| {
        store
            .web_session("cookie", alive(now))
            .await
            .unwrap()
            .is_some()
    };
    assert!(lives(100).await && !lives(101).await);
    store
        .see_web_session(&owner.id, &one.id, at(950))
        .await
        .unwrap();
    store
        .see_web_session(&owner.id, &one.id, at(940))
        .await
        .unwrap();
    assert!(lives(999).await && !lives(1_000).await);
    let stranger: UserId = id("user");
    assert!(
        !store
            .end_web_session(&stranger, &one.id, at(960))
            .await
            .unwrap()
    );
    assert!(
        store
            .end_web_session(&owner.id, &one.id, at(960))
            .await
            .unwrap()
    );
    assert!(
        !store
            .end_web_session(&owner.id, &one.id, at(961))
            .await
            .unwrap()
    );
    assert!(!lives(970).await);
    assert!(
        store
            .signed_in_from(&owner.id, "192.0.2.1", at(0))
            .await
            .unwrap()
    );
    assert!(
        !store
            .signed_in_from(&owner.id, "192.0.2.1", at(1))
            .await
            .unwrap()
    );
    assert!(
        !store
            .signed_in_from(&owner.id, "192.0.2.2", at(0))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_web_session_moves_with_its_person_and_ends_with_the_membership() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let helper = member(Role::Member);
    store.create_member(&acme, &helper).await.unwrap();
    let one = session(store, &acme, &helper.id, "one").await;
    assert!(
        !store
            .move_web_session(&helper.id, &one.id, &other)
            .await
            .unwrap()
    );
    store
        .join(&other, &helper.id, Role::Admin, at(1))
        .await
        .unwrap();
    assert!(
        store
            .move_web_session(&helper.id, &one.id, &other)
            .await
            .unwrap()
    );
    let (found, role) = store.web_session("one", alive(1)).await.unwrap().unwrap();
    assert_eq!((found.organization, role), (other.clone(), Role::Admin));

    let two = session(store, &acme, &helper.id, "two").await;
    assert_eq!(
        store
            .web_sessions(&helper.id, alive(1))
            .await
            .unwrap()
            .len(),
        2
    );
    store
        .remove_member(&other, &helper.id, at(9))
        .await
        .unwrap();
    let left = store.web_sessions(&helper.id, alive(1)).await.unwrap();
    assert_eq!(left, [two]);
    assert!(store.web_session("one", alive(1)).await.unwrap().is_none());
    store
        .disable_user(&acme, &helper.id, Some(at(2)))
        .await
        .unwrap();
    assert!(store.web_session("two", alive(2)).await.unwrap().is_none());
    store.disable_user(&acme, &helper.id, None).await.unwrap();
    assert!(
        store.web_session("two", alive(3)).await.unwrap().is_none(),
        "it stays ended"
    );
    assert_eq!(store.end_web_sessions(&helper.id, at(4)).await.unwrap(), 0);
}
