use keyway_core::{Actor, Role, Secret};
use keyway_store::{Changed, Identity, NewPerson, Project, Reason, ServiceAccount};

use crate::support::{at, fresh, id, key_of, member, tenant};

fn person(email: Option<&str>) -> NewPerson {
    NewPerson {
        id: id("user"),
        name: "Grace".to_owned(),
        email: email.map(str::to_owned),
        email_verified_at: None,
        password_hash: None,
        created_at: at(1),
    }
}

fn identity(subject: &str) -> Identity {
    Identity {
        issuer: "https://id.example".to_owned(),
        subject: subject.to_owned(),
    }
}

#[tokio::test]
async fn a_person_is_found_by_address_and_identity_and_belongs_where_they_were_made() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let new = person(Some("grace@example.com"));
    let seven = identity("7");
    let made = store.create_person(&acme, Role::Member, &new, Some(&seven));
    made.await.unwrap();
    let by_email = store.person_by_email("grace@example.com").await.unwrap();
    assert_eq!(by_email.unwrap().id, new.id);
    let by_identity = store.person_by_identity(&identity("7")).await.unwrap();
    assert_eq!(by_identity.unwrap().id, new.id);
    assert!(
        store
            .person_by_identity(&identity("8"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.member(&other, &new.id).await.unwrap().is_none());
    let places = store.memberships(&new.id).await.unwrap();
    assert_eq!(places.len(), 1);
    assert_eq!(
        (&places[0].organization.id, places[0].role),
        (&acme, Role::Member)
    );

    store
        .join(&other, &new.id, Role::Admin, at(2))
        .await
        .unwrap();
    store
        .join(&other, &new.id, Role::Member, at(3))
        .await
        .unwrap();
    let role = store.role(&other, &new.id).await.unwrap();
    assert_eq!(
        role,
        Some(Role::Admin),
        "who is a member stays what they are"
    );
}

#[tokio::test]
async fn a_taken_address_or_identity_makes_nobody() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let first = person(Some("grace@example.com"));
    let seven = identity("7");
    let made = store.create_person(&acme, Role::Member, &first, Some(&seven));
    made.await.unwrap();
    let same_email = person(Some("grace@example.com"));
    let same_identity = person(Some("other@example.com"));
    for (new, who) in [(&same_email, "8"), (&same_identity, "7")] {
        let error = store
            .create_person(&acme, Role::Member, new, Some(&identity(who)))
            .await
            .unwrap_err();
        assert_eq!(*error.reason(), Reason::Conflict);
        assert!(
            store.person(&new.id).await.unwrap().is_none(),
            "nothing is half-made"
        );
    }
    let error = store.link_identity(&first.id, &identity("7"), at(2)).await;
    assert_eq!(*error.unwrap_err().reason(), Reason::Conflict);
}

#[tokio::test]
async fn the_last_owner_who_can_come_in_stays() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let role = async |user| store.role(&acme, user).await.unwrap();
    let demote = store.set_role(&acme, &owner.id, Role::Member, at(9)).await;
    assert_eq!(demote.unwrap(), Changed::LastOwner);
    let remove = store.remove_member(&acme, &owner.id, at(9)).await;
    assert_eq!(remove.unwrap(), Changed::LastOwner);
    let disable = store.disable_user(&acme, &owner.id, Some(at(1))).await;
    assert_eq!(disable.unwrap(), Changed::LastOwner);
    assert_eq!(role(&owner.id).await, Some(Role::Owner));

    let second = member(Role::Owner);
    store.create_member(&acme, &second).await.unwrap();
    let disable = store.disable_user(&acme, &second.id, Some(at(1))).await;
    assert_eq!(disable.unwrap(), Changed::Done);
    assert_eq!(role(&second.id).await, None, "who is disabled has no role");
    let demote = store.set_role(&acme, &owner.id, Role::Admin, at(9)).await;
    assert_eq!(
        demote.unwrap(),
        Changed::LastOwner,
        "the other cannot come in"
    );
    store.disable_user(&acme, &second.id, None).await.unwrap();
    let demote = store.set_role(&acme, &owner.id, Role::Admin, at(9)).await;
    assert_eq!(demote.unwrap(), Changed::Done);
}

#[tokio::test]
async fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, one) = tenant(store, "acme").await;
    let two = member(Role::Owner);
    store.create_member(&acme, &two).await.unwrap();
    let (first, second) = tokio::join!(
        store.remove_member(&acme, &one.id, at(9)),
        store.remove_member(&acme, &two.id, at(9))
    );
    let mut done = [first.unwrap(), second.unwrap()];
    done.sort_by_key(|changed| *changed == Changed::LastOwner);
    assert_eq!(done, [Changed::Done, Changed::LastOwner]);
}

#[tokio::test]
async fn another_organization_changes_no_member() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let helper = member(Role::Member);
    store.create_member(&acme, &helper).await.unwrap();
    let changes = [
        store
            .set_role(&other, &helper.id, Role::Owner, at(9))
            .await
            .unwrap(),
        store
            .remove_member(&other, &helper.id, at(9))
            .await
            .unwrap(),
        store
            .disable_user(&other, &helper.id, Some(at(1)))
            .await
            .unwrap(),
    ];
    assert_eq!(changes, [Changed::Missing; 3]);
    assert_eq!(
        store.role(&acme, &helper.id).await.unwrap(),
        Some(Role::Member)
    );
}

#[tokio::test]
async fn every_change_of_who_may_come_in_counts() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let helper = member(Role::Member);
    store.create_member(&acme, &helper).await.unwrap();
    let key = key_of(&helper, 1);
    store.create_api_key(&acme, &key).await.unwrap();
    let mut seen = vec![store.auth_epoch().await.unwrap()];
    let mut counted = async || {
        let epoch = store.auth_epoch().await.unwrap();
        assert!(epoch > *seen.last().unwrap());
        seen.push(epoch);
    };
    store
        .set_role(&acme, &helper.id, Role::Admin, at(9))
        .await
        .unwrap();
    counted().await;
    store
        .disable_user(&acme, &helper.id, Some(at(1)))
        .await
        .unwrap();
    counted().await;
    assert!(store.credential(&key.hash).await.unwrap().is_none());
    store.disable_user(&acme, &helper.id, None).await.unwrap();
    counted().await;
    assert!(store.credential(&key.hash).await.unwrap().is_some());
    store.remove_member(&acme, &helper.id, at(9)).await.unwrap();
    counted().await;
    assert!(store.credential(&key.hash).await.unwrap().is_none());
    let new = person(None);
    store
        .create_person(&acme, Role::Member, &new, None)
        .await
        .unwrap();
    counted().await;
    assert_eq!(
        store.role(&acme, &owner.id).await.unwrap(),
        Some(Role::Owner)
    );
}

#[tokio::test]
async fn an_owner_who_can_sign_in_has_a_password_or_an_identity() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    assert!(!store.owner_can_sign_in(&acme).await.unwrap());
    let mut new = person(None);
    new.password_hash = Some(Secret::new("hash".to_owned()));
    store
        .create_person(&acme, Role::Admin, &new, None)
        .await
        .unwrap();
    assert!(
        !store.owner_can_sign_in(&acme).await.unwrap(),
        "an admin is no owner"
    );
    store
        .link_identity(&owner.id, &identity("1"), at(1))
        .await
        .unwrap();
    assert!(store.owner_can_sign_in(&acme).await.unwrap());
}

#[tokio::test]
async fn a_password_is_replaced_only_where_it_is_still_the_old_one() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let hash = |text: &str| Secret::new(text.to_owned());
    let mut new = person(Some("grace@example.com"));
    new.password_hash = Some(hash("one"));
    store
        .create_person(&acme, Role::Member, &new, None)
        .await
        .unwrap();
    let kept = async || {
        let person = store.person(&new.id).await.unwrap().unwrap();
        person.password_hash.unwrap().expose().clone()
    };
    store
        .rehash_password(&new.id, &hash("zero"), &hash("two"))
        .await
        .unwrap();
    assert_eq!(kept().await, "one");
    store
        .rehash_password(&new.id, &hash("one"), &hash("two"))
        .await
        .unwrap();
    assert_eq!(kept().await, "two");
    store
        .set_password(&new.id, &hash("three"), at(3))
        .await
        .unwrap();
    assert_eq!(kept().await, "three");
    assert!(
        !store
            .verify_email("nobody@example.com", at(4))
            .await
            .unwrap()
    );
    assert!(
        store
            .verify_email("grace@example.com", at(4))
            .await
            .unwrap()
    );
    let person = store.person(&new.id).await.unwrap().unwrap();
    assert_eq!(person.email_verified_at, Some(at(4)));
}

#[tokio::test]
async fn organizations_are_listed_and_renamed() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let renamed = store.rename_organization(&acme, "Acme Inc").await;
    assert_eq!(renamed.unwrap(), Changed::Done);
    let found = store.organization_by_id(&acme).await.unwrap().unwrap();
    assert_eq!(
        (found.slug.as_str(), found.name.as_str()),
        ("acme", "Acme Inc")
    );
    let all = store.organizations().await.unwrap();
    let ids: Vec<_> = all.iter().map(|one| &one.id).collect();
    assert_eq!(ids, [&acme, &other]);
    let absent: keyway_core::OrgId = id("org");
    let renamed = store.rename_organization(&absent, "x").await;
    assert_eq!(renamed.unwrap(), Changed::Missing);
}

#[tokio::test]
async fn projects_belong_to_one_organization() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let project = |slug: &str| Project {
        id: id("proj"),
        slug: slug.to_owned(),
        name: "Web".to_owned(),
        created_at: at(0),
        revision: 1,
    };
    let web = project("web");
    store.create_project(&acme, &web).await.unwrap();
    let taken = store.create_project(&acme, &project("web")).await;
    assert_eq!(*taken.unwrap_err().reason(), Reason::Conflict);
    store.create_project(&other, &project("web")).await.unwrap();
    assert_eq!(
        store.projects(&acme).await.unwrap().as_slice(),
        std::slice::from_ref(&web)
    );
    assert_eq!(store.project(&other, &web.id).await.unwrap(), None);
    let renamed = store.rename_project(&other, &web.id, "x").await;
    assert_eq!(renamed.unwrap(), Changed::Missing);
    assert!(!store.delete_project(&other, &web.id).await.unwrap());
    let renamed = store.rename_project(&acme, &web.id, "Site").await;
    assert_eq!(renamed.unwrap(), Changed::Done);
    assert_eq!(
        store.project(&acme, &web.id).await.unwrap().unwrap().name,
        "Site"
    );
    assert!(store.delete_project(&acme, &web.id).await.unwrap());
    assert_eq!(store.project(&acme, &web.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_service_account_that_is_disabled_or_gone_lets_no_key_in() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let bot = ServiceAccount {
        id: id("svc"),
        name: "bot".to_owned(),
        role: Role::Member,
        created_at: at(0),
        disabled_at: None,
        revision: 1,
    };
    store.create_service_account(&acme, &bot).await.unwrap();
    let taken = ServiceAccount {
        id: id("svc"),
        ..bot.clone()
    };
    let taken = store.create_service_account(&acme, &taken).await;
    assert_eq!(*taken.unwrap_err().reason(), Reason::Conflict);
    let mut key = key_of(&owner, 1);
    key.owner = Actor::ServiceAccount(bot.id.clone());
    store.create_api_key(&acme, &key).await.unwrap();
    let comes_in = async || store.credential(&key.hash).await.unwrap().is_some();
    assert!(comes_in().await);

    assert_eq!(store.service_account(&other, &bot.id).await.unwrap(), None);
    assert!(store.service_accounts(&other).await.unwrap().is_empty());
    assert!(
        !store
            .disable_service_account(&other, &bot.id, Some(at(1)))
            .await
            .unwrap()
    );
    assert!(!store.delete_service_account(&other, &bot.id).await.unwrap());
    assert!(comes_in().await);

    let mut seen = store.auth_epoch().await.unwrap();
    for (disabled, expected) in [(Some(at(1)), false), (None, true)] {
        assert!(
            store
                .disable_service_account(&acme, &bot.id, disabled)
                .await
                .unwrap()
        );
        assert_eq!(comes_in().await, expected);
        let epoch = store.auth_epoch().await.unwrap();
        assert!(epoch > seen);
        seen = epoch;
    }
    assert!(store.delete_service_account(&acme, &bot.id).await.unwrap());
    assert!(!comes_in().await);
    assert!(store.auth_epoch().await.unwrap() > seen);
}
