use std::collections::HashMap;

use crate::support::{at, fresh, tenant};

#[tokio::test]
async fn messages_are_numbered_by_organization_and_read_in_order() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    for (second, topic) in [(1, "orders"), (2, "news"), (3, "orders")] {
        let payload = format!("{{\"n\":{second}}}");
        let id = store
            .append_outbox(&acme, topic, &payload, at(second))
            .await;
        assert_eq!(id.unwrap(), second);
    }
    assert_eq!(
        store
            .append_outbox(&other, "orders", "1", at(4))
            .await
            .unwrap(),
        1
    );
    let read = async |topic, after, limit| -> Vec<i64> {
        let rows = store
            .outbox_after(&acme, topic, after, limit)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.id).collect()
    };
    assert_eq!(read(None, 0, 9).await, [1, 2, 3]);
    assert_eq!(read(None, 1, 1).await, [2]);
    assert_eq!(read(Some("orders"), 1, 9).await, [3]);
    let last = store.outbox_last(&acme, "orders", 1).await.unwrap();
    assert_eq!((last[0].id, last[0].payload.as_str()), (3, r#"{"n":3}"#));
    assert_eq!(last[0].created_at, at(3));
    let ends: HashMap<_, _> = store.outbox_ends().await.unwrap().into_iter().collect();
    assert_eq!(ends, HashMap::from([(acme, 3), (other, 1)]));
}

#[tokio::test]
async fn numbers_go_on_after_messages_were_forgotten() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    assert_eq!(store.outbox_forgotten(&acme).await.unwrap(), 0);
    for second in 1..=3 {
        store
            .append_outbox(&acme, "orders", "1", at(second))
            .await
            .unwrap();
    }
    assert_eq!(store.outbox_forgotten(&acme).await.unwrap(), 0);
    assert_eq!(store.purge_outbox(at(9), 2).await.unwrap(), 2);
    assert_eq!(store.outbox_forgotten(&acme).await.unwrap(), 2);
    assert_eq!(store.purge_outbox(at(9), 2).await.unwrap(), 1);
    assert_eq!(store.outbox_forgotten(&acme).await.unwrap(), 3);
    assert_eq!(
        store
            .append_outbox(&acme, "orders", "1", at(9))
            .await
            .unwrap(),
        4
    );
}

#[tokio::test]
async fn numbers_grow_however_many_write() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let all = (0..40).map(|_| store.append_outbox(&acme, "orders", "1", at(1)));
    let ids = futures_util::future::join_all(all).await;
    let mut ids: Vec<_> = ids.into_iter().map(|id| id.unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=40).collect::<Vec<i64>>());
}
