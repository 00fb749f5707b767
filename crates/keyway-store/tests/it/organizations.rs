use keyway_store::{Reason, Role};

use crate::support::{fresh, member, organization, tenant};

#[tokio::test]
async fn an_organization_is_found_by_its_slug_and_only_once_there() {
    let fresh = fresh().await;
    let store = &fresh.store;
    assert_eq!(store.organization("acme").await.unwrap(), None);
    let acme = organization("acme");
    store.create_organization(&acme).await.unwrap();
    assert_eq!(store.organization("acme").await.unwrap(), Some(acme));

    let error = store.create_organization(&organization("acme")).await;
    let error = error.unwrap_err();
    assert_eq!(*error.reason(), Reason::Conflict);
    assert_eq!(
        error.to_string(),
        "cannot make an organization: it is there already"
    );
}

#[tokio::test]
async fn members_and_roles_belong_to_one_organization() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let (other, stranger) = tenant(store, "other").await;
    let helper = member(Role::Member);
    store.create_member(&acme, &helper).await.unwrap();

    let members = store.members(&acme).await.unwrap();
    assert_eq!(members, [owner.clone(), helper.clone()]);
    let role = async |organization, user| store.role(organization, user).await.unwrap();
    assert_eq!(role(&acme, &owner.id).await, Some(Role::Owner));
    assert_eq!(role(&acme, &helper.id).await, Some(Role::Member));
    assert_eq!(role(&acme, &stranger.id).await, None);
    assert_eq!(role(&other, &owner.id).await, None);
}

#[tokio::test]
async fn a_member_of_nothing_is_not_made() {
    let fresh = fresh().await;
    let nowhere = organization("nowhere").id;
    let new = member(Role::Admin);
    let error = fresh.store.create_member(&nowhere, &new).await.unwrap_err();
    assert_eq!(*error.reason(), Reason::Missing);
    // The whole of it failed: the same person can be made elsewhere.
    let (acme, _) = tenant(&fresh.store, "acme").await;
    fresh.store.create_member(&acme, &new).await.unwrap();
}
