use crate::support::fresh;

#[tokio::test]
async fn a_fact_is_recorded_once() {
    let fresh = fresh().await;
    let store = &fresh.store;
    assert_eq!(store.fact("color").await.unwrap(), None);
    assert_eq!(store.record_fact("color", b"red").await.unwrap(), b"red");
    assert_eq!(store.record_fact("color", b"blue").await.unwrap(), b"red");
    let found = store.fact("color").await.unwrap();
    assert_eq!(found.as_deref(), Some(&b"red"[..]));
}

#[tokio::test]
async fn of_two_who_record_at_once_both_get_the_same() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (one, other) = tokio::join!(
        store.record_fact("color", b"red"),
        store.record_fact("color", b"blue")
    );
    assert_eq!(one.unwrap(), other.unwrap());
}
