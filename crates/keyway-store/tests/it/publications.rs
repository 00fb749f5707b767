use keyway_core::provider::Granularity;
use keyway_store::{PublicationChange, PublicationFilter};

use crate::support::{at, fresh, published, tenant};

#[tokio::test]
async fn a_publication_is_its_organization_s_and_its_address_is_open_until_it_is_removed() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (globex, _) = tenant(store, "globex").await;
    let one = published(store, &acme).await;
    let two = published(store, &acme).await;
    let all = PublicationFilter::default();
    let listed = store.publications(&acme, all, 10).await.unwrap();
    assert_eq!(listed, [two.clone(), one.clone()]);
    let before = PublicationFilter {
        before: Some(two.seq),
        ..all
    };
    assert_eq!(
        store.publications(&acme, before, 10).await.unwrap(),
        std::slice::from_ref(&one)
    );
    assert!(
        store
            .publications(&globex, all, 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.publication(&globex, &one.id).await.unwrap(), None);
    assert!(
        !store
            .remove_publication(&globex, &one.id, at(2), "eve")
            .await
            .unwrap()
    );
    let counts = store.count_publications(&acme).await.unwrap();
    assert_eq!(counts, [("webhook".to_owned(), 2)]);

    let door = store.door("webhook", &one.id).await.unwrap().unwrap();
    assert_eq!(door.publication, one);
    assert_eq!(door.sealed, b"the secret, sealed");
    assert_eq!(store.door("github", &one.id).await.unwrap(), None);

    assert!(
        store
            .remove_publication(&acme, &one.id, at(2), "ada")
            .await
            .unwrap()
    );
    assert!(
        !store
            .remove_publication(&acme, &one.id, at(3), "ada")
            .await
            .unwrap()
    );
    assert_eq!(store.door("webhook", &one.id).await.unwrap(), None);
    let removed = store.publication(&acme, &one.id).await.unwrap().unwrap();
    assert_eq!(removed.removed_at, Some(at(2)));
    assert_eq!(store.publications(&acme, all, 10).await.unwrap(), [two]);
}

#[tokio::test]
async fn a_change_of_what_somebody_else_changed_since_is_none() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let one = published(store, &acme).await;
    let change = PublicationChange {
        name: "Alerts".to_owned(),
        agent: "other".to_owned(),
        granularity: Granularity::PerEvent,
        settings: r#"{"a":1}"#.to_owned(),
        triggers: r#"{"b":2}"#.to_owned(),
        scopes: r#"["issue.read"]"#.to_owned(),
        paused_at: Some(at(5)),
        at: at(5),
        by: "ada".to_owned(),
    };
    assert!(store.change_publication(&one, &change).await.unwrap());
    let changed = store.publication(&acme, &one.id).await.unwrap().unwrap();
    assert_eq!((changed.revision, changed.paused_at), (2, Some(at(5))));
    assert_eq!(changed.settings, r#"{"a":1}"#);
    let late = PublicationChange {
        settings: "{}".to_owned(),
        ..change
    };
    assert!(!store.change_publication(&one, &late).await.unwrap());
    let after = store.publication(&acme, &one.id).await.unwrap().unwrap();
    assert_eq!(after, changed);
}
