use keyway_core::provider::Granularity;
use keyway_store::{PublicationChange, PublicationFilter, PublicationMost};

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
        limits: r#"{"turnsPerDay":1}"#.to_owned(),
        schedule: Some(r#"{"cron":"0 9 * * *","message":"a"}"#.to_owned()),
        next_run_at: Some(at(9)),
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

#[tokio::test]
async fn a_publication_is_due_until_it_is_said_that_it_ran() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let one = published(store, &acme).await;
    let change = PublicationChange {
        name: one.name.clone(),
        agent: one.agent.clone(),
        granularity: one.granularity,
        settings: one.settings.clone(),
        triggers: one.triggers.clone(),
        scopes: one.scopes.clone(),
        limits: one.limits.clone(),
        schedule: Some("{}".to_owned()),
        next_run_at: Some(at(5)),
        paused_at: None,
        at: at(2),
        by: "ada".to_owned(),
    };
    assert!(store.change_publication(&one, &change).await.unwrap());
    assert!(store.publications_due(at(4)).await.unwrap().is_empty());
    let due = store.publications_due(at(5)).await.unwrap();
    let [due] = due.as_slice() else {
        panic!("{due:?}");
    };
    assert_eq!((&due.id, due.next_run_at), (&one.id, Some(at(5))));
    assert!(store.publication_ran(due, Some(at(60))).await.unwrap());
    // Of two that ran it, one says so.
    assert!(!store.publication_ran(due, Some(at(70))).await.unwrap());
    assert!(store.publications_due(at(59)).await.unwrap().is_empty());
    let again = store.publication(&acme, &one.id).await.unwrap().unwrap();
    assert_eq!(again.revision, 2, "running is no change");
    let paused = PublicationChange {
        next_run_at: Some(at(60)),
        paused_at: Some(at(6)),
        ..change
    };
    assert!(store.change_publication(&again, &paused).await.unwrap());
    assert!(store.publications_due(at(99)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_day_takes_what_it_may_and_no_more() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let one = published(store, &acme).await;
    let most = PublicationMost {
        turns: Some(3),
        tokens: Some(100),
        cost_micros: None,
    };
    let begin = |day| store.begin_publication_turn(&one, day, most);
    let first = begin(7).await.unwrap().unwrap();
    assert_eq!((first.turns, first.tokens), (1, 0));
    store.end_publication_turn(&one, 7, 60, 5).await.unwrap();
    let second = begin(7).await.unwrap().unwrap();
    assert_eq!((second.tokens, second.cost_micros), (60, 5));
    store.end_publication_turn(&one, 7, 60, 5).await.unwrap();
    assert_eq!(begin(7).await.unwrap(), None, "its tokens are used up");
    let unbounded = PublicationMost::default();
    let third = store.begin_publication_turn(&one, 7, unbounded).await;
    assert_eq!(third.unwrap().unwrap().turns, 3);
    let next = begin(8).await.unwrap().unwrap();
    assert_eq!((next.turns, next.tokens), (1, 0));
    let days = store.publication_days(&acme, &one.id, 10).await.unwrap();
    let days: Vec<_> = days.iter().map(|day| (day.day, day.turns)).collect();
    assert_eq!(days, [(8, 1), (7, 3)]);
    let foreign = store.publication_days(&other, &one.id, 10).await.unwrap();
    assert!(foreign.is_empty());
}

#[tokio::test]
async fn what_a_publication_took_is_taken_back_gone_on_with_and_forgotten_by_the_day() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let one = published(store, &acme).await;
    let most = PublicationMost {
        turns: Some(1),
        ..PublicationMost::default()
    };
    let begin = async |day| {
        let begun = store.begin_publication_turn(&one, day, most);
        begun.await.unwrap().is_some()
    };
    assert!(begin(10).await && !begin(10).await);
    // It never began.
    store.uncount_publication_turn(&one, 10).await.unwrap();
    store.uncount_publication_turn(&one, 10).await.unwrap();
    assert_eq!(store.publication_day(&one, 10).await.unwrap().turns, 0);
    assert!(begin(10).await);
    // It goes on behind midnight: what it takes is of that day, and it is no turn of it.
    store.end_publication_turn(&one, 11, 30, 5).await.unwrap();
    store.end_publication_turn(&one, 11, 30, 5).await.unwrap();
    let next = store.publication_day(&one, 11).await.unwrap();
    assert_eq!((next.turns, next.tokens, next.cost_micros), (0, 60, 10));
    let other = published(store, &acme).await;
    let theirs = store.begin_publication_turn(&other, 12, most);
    assert!(theirs.await.unwrap().is_some());
    assert_eq!(store.purge_publication_days(10, 9).await.unwrap(), 0);
    assert_eq!(store.purge_publication_days(12, 1).await.unwrap(), 1);
    assert_eq!(store.purge_publication_days(12, 9).await.unwrap(), 1);
    let days = async |id| store.publication_days(&acme, id, 9).await.unwrap().len();
    assert_eq!((days(&one.id).await, days(&other.id).await), (0, 1));
}
