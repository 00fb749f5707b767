//! Invitations, and the power of whoever made them.

use keyway_core::Role;
use keyway_store::Accepting;

use crate::entering::{invitation, person};
use crate::support::{at, fresh, member, tenant};

#[tokio::test]
async fn attack_an_invitation_does_not_outlive_its_maker() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let made = async |role: Role, hash: &str| {
        let maker = member(Role::Owner);
        store.create_member(&acme, &maker).await.unwrap();
        let email = format!("{hash}@example.com");
        let mut one = invitation(&acme, &email);
        (one.role, one.invited_by) = (role, Some(maker.id.clone()));
        store.create_invitation(&one, hash).await.unwrap();
        (maker.id, one)
    };
    let (removed, one) = made(Role::Member, "removed").await;
    store.remove_member(&acme, &removed, at(1)).await.unwrap();
    let (demoted, two) = made(Role::Owner, "demoted").await;
    let demote = store.set_role(&acme, &demoted, Role::Admin, at(1)).await;
    demote.unwrap();
    let (disabled, three) = made(Role::Admin, "disabled").await;
    for at in [Some(at(1)), None] {
        store.disable_user(&acme, &disabled, at).await.unwrap();
    }
    for one in [one, two, three] {
        let hash = one.email.split('@').next().unwrap();
        assert_eq!(store.open_invitation(hash, at(2)).await.unwrap(), None);
        let new = person(&one.email);
        let accepted = store.accept_invitation(&one, Accepting::New(&new), at(2));
        assert!(!accepted.await.unwrap(), "{hash}");
        let kept = store.invitation(&acme, &one.id).await.unwrap().unwrap();
        assert_eq!(kept.revoked_at, Some(at(1)), "{hash}");
    }

    // What an admin may give stays, and so does what the operator gave.
    let (admin, four) = made(Role::Admin, "admin").await;
    let demote = store.set_role(&acme, &admin, Role::Admin, at(3)).await;
    demote.unwrap();
    let five = invitation(&acme, "operator@example.com");
    store.create_invitation(&five, "operator").await.unwrap();
    for one in [four, five] {
        let new = person(&one.email);
        let accepted = store.accept_invitation(&one, Accepting::New(&new), at(4));
        assert!(accepted.await.unwrap(), "{}", one.email);
    }

    // One that nobody took back, of someone who may not give what it gives, lets nobody in either.
    let mut more = invitation(&acme, "more@example.com");
    (more.role, more.invited_by) = (Role::Owner, Some(admin));
    store.create_invitation(&more, "more").await.unwrap();
    let new = person("more@example.com");
    let accepted = store.accept_invitation(&more, Accepting::New(&new), at(5));
    assert!(!accepted.await.unwrap());
    assert!(store.person(&new.id).await.unwrap().is_none());
}
