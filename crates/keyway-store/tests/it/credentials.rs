#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use keyway_core::{CredentialId, OrgId, ProjectId};
use keyway_store::{
    Changed, CredentialPlace, NewStoredCredential, Project, Reason, Role, Store, StoredCredential,
};

use crate::support::{at, fresh, id, member, tenant};

fn new(key: &str, place: &CredentialPlace, name: &str, second: i64) -> NewStoredCredential {
    NewStoredCredential {
        id: id("cred"),
        key: key.to_owned(),
        place: place.clone(),
        name: name.to_owned(),
        sealed: format!("sealed {name}").into_bytes(),
        at: at(second),
    }
}

async fn project(store: &Store, organization: &OrgId) -> ProjectId {
    let project = Project {
        id: id("proj"),
        slug: "web".to_owned(),
        name: "Web".to_owned(),
        created_at: at(0),
        revision: 1,
    };
    store.create_project(organization, &project).await.unwrap();
    project.id
}

async fn defaults(store: &Store, organization: &OrgId) -> Vec<String> {
    let all = store
        .credentials_of(organization, Some("acme"))
        .await
        .unwrap();
    let defaults = all.into_iter().filter(|one| one.is_default);
    defaults.map(|one| one.name).collect()
}

#[tokio::test]
async fn each_place_has_names_and_a_default_of_its_own() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let web = CredentialPlace::Project(project(store, &acme).await);
    let ada = CredentialPlace::User(owner.id.clone());
    let mut made: Vec<StoredCredential> = Vec::new();
    for (second, place) in (1..).zip([&CredentialPlace::Organization, &web, &ada]) {
        for name in ["one", "two"] {
            let new = new("acme", place, name, second);
            made.push(store.create_credential(&acme, &new).await.unwrap());
        }
    }
    let is_default: Vec<_> = made.iter().map(|one| one.is_default).collect();
    assert_eq!(is_default, [true, false, true, false, true, false]);
    assert_eq!(
        store.credentials_of(&acme, Some("acme")).await.unwrap(),
        made
    );
    assert_eq!(store.credentials_of(&acme, None).await.unwrap(), made);
    assert_eq!(store.credentials_of(&other, None).await.unwrap(), []);

    let taken = store
        .create_credential(&acme, &new("acme", &web, "one", 9))
        .await;
    assert_eq!(*taken.unwrap_err().reason(), Reason::Conflict);
    let another_key = new("other", &web, "one", 9);
    store.create_credential(&acme, &another_key).await.unwrap();

    assert!(
        store
            .make_credential_default(&acme, &made[3].id)
            .await
            .unwrap()
    );
    assert_eq!(defaults(store, &acme).await, ["one", "two", "one"]);
    let renamed = store
        .rename_credential(&acme, &made[3].id, None, "one")
        .await;
    assert_eq!(*renamed.unwrap_err().reason(), Reason::Conflict);
    for (seen, name, became) in [
        (Some("another"), "four", Changed::Stale),
        (Some("two"), "three", Changed::Done),
        (None, "three", Changed::Done),
    ] {
        let renamed = store
            .rename_credential(&acme, &made[3].id, seen, name)
            .await;
        assert_eq!(renamed.unwrap(), became, "{seen:?}");
    }
    assert_eq!(defaults(store, &acme).await, ["one", "three", "one"]);
}

#[tokio::test]
async fn another_organizations_instance_is_not_there() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, stranger) = tenant(store, "other").await;
    let new_one = new("acme", &CredentialPlace::Organization, "one", 1);
    let own = store.create_credential(&acme, &new_one).await.unwrap().id;
    assert!(
        store
            .stored_credential(&other, &own)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .sealed_credential(&other, &own)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        !store
            .replace_credential(&other, &own, b"x", at(2))
            .await
            .unwrap()
    );
    let renamed = store.rename_credential(&other, &own, None, "x").await;
    assert_eq!(renamed.unwrap(), Changed::Missing);
    assert!(!store.make_credential_default(&other, &own).await.unwrap());
    assert!(!store.delete_credential(&other, &own).await.unwrap());
    let kept = store.stored_credential(&acme, &own).await.unwrap().unwrap();
    assert_eq!(
        (kept.name.as_str(), kept.is_default, kept.revision),
        ("one", true, 1)
    );

    let foreign = CredentialPlace::Project(project(store, &acme).await);
    let refused = store
        .create_credential(&other, &new("acme", &foreign, "one", 1))
        .await;
    assert_eq!(*refused.unwrap_err().reason(), Reason::Missing);
    let foreign = CredentialPlace::User(stranger.id);
    let refused = store
        .create_credential(&acme, &new("acme", &foreign, "one", 1))
        .await;
    assert_eq!(*refused.unwrap_err().reason(), Reason::Missing);
}

#[tokio::test]
async fn what_changes_is_counted_and_what_is_used_is_not() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let grace = member(Role::Member);
    store.create_member(&acme, &grace).await.unwrap();
    let place = CredentialPlace::User(grace.id.clone());
    let mut before = store.credential_epoch().await.unwrap();
    let mut grew = async |what: &str, grows: bool| {
        let now = store.credential_epoch().await.unwrap();
        assert_eq!(now > before, grows, "{what}");
        before = now;
    };
    let new_one = new("acme", &place, "one", 1);
    let own: CredentialId = store.create_credential(&acme, &new_one).await.unwrap().id;
    grew("made", true).await;
    let used = [(own.clone(), at(5), Some("upstream_unauthorized".to_owned()))];
    store.record_credential_uses(&used).await.unwrap();
    grew("used", false).await;
    let found = store.stored_credential(&acme, &own).await.unwrap().unwrap();
    assert_eq!(found.last_used_at, Some(at(5)));
    assert_eq!(
        found.last_error,
        Some(("upstream_unauthorized".to_owned(), at(5)))
    );
    assert!(
        store
            .replace_credential(&acme, &own, b"new", at(6))
            .await
            .unwrap()
    );
    grew("replaced", true).await;
    let found = store.stored_credential(&acme, &own).await.unwrap().unwrap();
    assert_eq!(
        (found.revision, found.changed_at, found.last_error),
        (2, at(6), None)
    );
    let sealed = store.sealed_credential(&acme, &own).await.unwrap();
    assert_eq!(sealed, Some((b"new".to_vec(), 2)));
    store
        .rename_credential(&acme, &own, None, "two")
        .await
        .unwrap();
    grew("renamed", true).await;
    // Who leaves takes their credentials along.
    store.remove_member(&acme, &grace.id, at(7)).await.unwrap();
    assert_eq!(store.credentials_of(&acme, None).await.unwrap(), []);
    grew("its owner left", true).await;
}
