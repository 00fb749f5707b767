//! Parts of lists, and changes that name what they were made of.

use keyway_core::{Actor, Role};
use keyway_store::oauth::ClientKind;
use keyway_store::{Changed, Project, Seen, ServiceAccount, Slice};

use crate::oauth::world::client;
use crate::support::{at, fresh, id, key_of, member, tenant};

fn slice<'a>(after: Option<(i64, &'a str)>, search: Option<&'a str>) -> Slice<'a> {
    Slice {
        after,
        search,
        limit: 2,
    }
}

#[tokio::test]
async fn members_follow_who_came_first_and_rows_of_one_moment_are_not_lost() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let mut all = vec![owner.id.clone()];
    for name in ["Bob_1", "BOB%2", "Eve"] {
        let mut one = member(Role::Member);
        name.clone_into(&mut one.name);
        one.email = Some(format!("{}@example.com", name.to_lowercase()));
        store.create_member(&acme, &one).await.unwrap();
        all.push(one.id);
    }
    let first = store
        .members_slice(&acme, &slice(None, None))
        .await
        .unwrap();
    let last = first.last().unwrap();
    let after = (last.created_at.as_millisecond(), last.id.as_str());
    let part = slice(Some(after), None);
    let second = store.members_slice(&acme, &part).await.unwrap();
    let ids: Vec<_> = first
        .iter()
        .chain(&second)
        .map(|one| one.id.clone())
        .collect();
    assert_eq!(ids, all);
    for (search, found) in [("bob", 2), ("BOB%", 1), ("b_1", 1), ("eve@", 1), ("zoe", 0)] {
        let part = slice(None, Some(search));
        let rows = store.members_slice(&acme, &part).await.unwrap();
        assert_eq!(rows.len(), found, "{search}");
    }
    let part = slice(None, Some("bob"));
    let theirs = store.members_slice(&other, &part).await.unwrap();
    assert!(theirs.is_empty());
    assert!(store.has_member(&acme, "eve@example.com").await.unwrap());
    assert!(!store.has_member(&other, "eve@example.com").await.unwrap());
}

#[tokio::test]
async fn keys_come_newest_first_and_by_whose_they_are() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let other = member(Role::Member);
    store.create_member(&acme, &other).await.unwrap();
    for (second, whose) in [(1, &owner), (2, &owner), (3, &other)] {
        let key = key_of(whose, second);
        store.create_api_key(&acme, &key).await.unwrap();
    }
    let newest = store
        .api_keys_slice(&acme, None, &slice(None, None))
        .await
        .unwrap();
    let names: Vec<_> = newest.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["key 3", "key 2"]);
    assert_eq!(newest[0].owner_name, "Ada");
    let last = &newest[1];
    let after = (last.created_at.as_millisecond(), last.id.as_str());
    let part = slice(Some(after), None);
    let rest = store.api_keys_slice(&acme, None, &part).await.unwrap();
    assert_eq!(rest.len(), 1);
    let actor = Actor::User(other.id.clone());
    let part = slice(None, None);
    let theirs = store
        .api_keys_slice(&acme, Some(&actor), &part)
        .await
        .unwrap();
    assert_eq!(theirs.len(), 1);
}

#[tokio::test]
async fn a_change_of_an_old_reading_changes_nothing() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, owner) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let bob = member(Role::Member);
    store.create_member(&acme, &bob).await.unwrap();
    let project = Project {
        id: id("proj"),
        slug: "web".to_owned(),
        name: "Web".to_owned(),
        created_at: at(0),
        revision: 1,
    };
    store.create_project(&acme, &project).await.unwrap();
    let bot = ServiceAccount {
        id: id("svc"),
        name: "bot".to_owned(),
        role: Role::Member,
        created_at: at(0),
        disabled_at: None,
        revision: 1,
    };
    store.create_service_account(&acme, &bot).await.unwrap();
    let key = key_of(&owner, 1);
    store.create_api_key(&acme, &key).await.unwrap();
    let app = client(ClientKind::Configured, Some(&acme));
    store.put_oauth_client(&app).await.unwrap();
    for (revision, becomes) in [
        (Some(1), Changed::Done),
        (Some(1), Changed::Stale),
        (None, Changed::Done),
        (Some(3), Changed::Done),
    ] {
        let role = store.set_role(&acme, Seen::at(&bob.id, revision), Role::Admin, at(1));
        assert_eq!(role.await.unwrap(), becomes);
        let name = store.rename_organization(Seen::at(&acme, revision), "Acme");
        assert_eq!(name.await.unwrap(), becomes);
        let name = store.rename_project(&acme, Seen::at(&project.id, revision), "Site");
        assert_eq!(name.await.unwrap(), becomes);
        let seen = Seen::at(&bot.id, revision);
        let account = store.change_service_account(&acme, seen, "bot", Role::Admin);
        assert_eq!(account.await.unwrap(), becomes);
        let name = store.rename_api_key(&acme, Seen::at(&key.id, revision), "key");
        assert_eq!(name.await.unwrap(), becomes);
        let seen = Seen::at(&app.id, revision);
        let changed = store.change_oauth_client(&acme, seen, "App", "{}");
        assert_eq!(changed.await.unwrap(), becomes);
    }
    let away = store.set_role(&other, &bob.id, Role::Admin, at(1)).await;
    assert_eq!(away.unwrap(), Changed::Missing);
    let away = store.rename_api_key(&other, &key.id, "x").await;
    assert_eq!(away.unwrap(), Changed::Missing);
    let away = store.change_oauth_client(&other, &app.id, "x", "{}").await;
    assert_eq!(away.unwrap(), Changed::Missing);
    let away = store.change_service_account(&other, &bot.id, "x", Role::Admin);
    assert_eq!(away.await.unwrap(), Changed::Missing);
}
