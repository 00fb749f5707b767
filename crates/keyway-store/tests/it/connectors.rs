use keyway_store::{ConnectorChange, ConnectorReach, NewConnector};

use crate::support::{at, fresh, id, tenant};

fn change(url: &str, sealed: Option<&[u8]>) -> ConnectorChange {
    ConnectorChange {
        name: "Mill".into(),
        url: url.into(),
        reach: ConnectorReach::Organization,
        enabled: true,
        settings: "{}".into(),
        sealed: sealed.map(Into::into),
        at: at(1),
        by: "operator".into(),
    }
}

#[tokio::test]
async fn attack_secrets_for_another_host_than_the_one_that_was_read_are_not_read() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let new = NewConnector {
        id: id("conn"),
        slug: "mill".into(),
        with: change("https://one.example/mcp", Some(b"for one")),
    };
    let one = store.create_connector(&acme, &new).await.unwrap();
    let sealed = store.sealed_connector(&one).await.unwrap();
    assert_eq!(sealed.as_deref(), Some(&b"for one"[..]));
    let other = change("https://other.example/mcp", Some(b"for the other"));
    let other = store.change_connector(&acme, &one.id, one.revision, &other);
    let other = other.await.unwrap().unwrap();
    assert_eq!(store.sealed_connector(&one).await.unwrap(), None);
    let sealed = store.sealed_connector(&other).await.unwrap();
    assert_eq!(sealed.as_deref(), Some(&b"for the other"[..]));
    let none = change("https://other.example/mcp", None);
    let none = store.change_connector(&acme, &one.id, other.revision, &none);
    let none = none.await.unwrap().unwrap();
    let sealed = store.sealed_connector(&none).await.unwrap();
    assert_eq!(sealed.as_deref(), Some(&b""[..]));
    assert!(
        store
            .remove_connector(&acme, &one.id, at(2), "operator")
            .await
            .unwrap()
    );
    assert_eq!(store.sealed_connector(&none).await.unwrap(), None);
}
