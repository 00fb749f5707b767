use keyway_store::Reason;
use keyway_store::oauth::NewDeviceCode;

use super::world::{RESOURCE, World, mcp, tokens, unique, world};
use crate::support::at;

fn code(world: &World) -> NewDeviceCode {
    NewDeviceCode {
        hash: format!("device {}", unique()),
        user_code_hash: format!("person {}", unique()),
        client: world.client.id.clone(),
        scopes: mcp(),
        resource: RESOURCE.to_owned(),
        created_at: at(0),
        expires_at: at(600),
        interval_ms: 5_000,
    }
}

#[tokio::test]
async fn an_approved_device_gets_tokens_once() {
    let world = world().await;
    let store = world.store();
    let code = code(&world);
    store.create_device_code(&code).await.unwrap();
    let taken = store
        .create_device_code(&NewDeviceCode {
            hash: "another".to_owned(),
            ..code.clone()
        })
        .await;
    assert_eq!(*taken.unwrap_err().reason(), Reason::Conflict);
    let typed = store.device_code_of_person(&code.user_code_hash).await;
    assert_eq!(typed.unwrap().unwrap().code, code);

    let redeem = async || {
        let made = store
            .redeem_device_code(&code.hash, &world.grant(5), &tokens(5), at(5))
            .await;
        made.unwrap()
    };
    assert!(!redeem().await, "nobody said yes");
    let (acme, owner) = (&world.acme, &world.owner.id);
    let approve = async || {
        let done = store
            .approve_device_code(acme, owner, &code.hash, &mcp(), at(4))
            .await;
        done.unwrap()
    };
    assert!(approve().await);
    assert!(!approve().await, "one answer is enough");
    assert!(!store.deny_device_code(&code.hash, at(4)).await.unwrap());
    let seen = store.device_code(&code.hash).await.unwrap().unwrap();
    assert_eq!(seen.approved, Some((acme.clone(), owner.clone())));
    assert!(redeem().await);
    assert!(!redeem().await);
}

#[tokio::test]
async fn questions_are_counted_one_by_one() {
    let world = world().await;
    let store = world.store();
    let code = code(&world);
    store.create_device_code(&code).await.unwrap();
    let seen = store.device_code(&code.hash).await.unwrap().unwrap();
    assert!(store.poll_device_code(&seen, 5_000, at(1)).await.unwrap());
    assert!(!store.poll_device_code(&seen, 5_000, at(1)).await.unwrap());
    let seen = store.device_code(&code.hash).await.unwrap().unwrap();
    assert_eq!(seen.polled_at, Some(at(1)));
    assert!(store.poll_device_code(&seen, 10_000, at(2)).await.unwrap());
    let seen = store.device_code(&code.hash).await.unwrap().unwrap();
    assert_eq!(seen.code.interval_ms, 10_000);
}

#[tokio::test]
async fn a_code_that_is_over_or_denied_cannot_be_approved() {
    let world = world().await;
    let store = world.store();
    let (late, denied) = (code(&world), code(&world));
    for code in [&late, &denied] {
        store.create_device_code(code).await.unwrap();
    }
    assert!(store.deny_device_code(&denied.hash, at(1)).await.unwrap());
    for (code, second) in [(&late, 600), (&denied, 2)] {
        let done = store
            .approve_device_code(&world.acme, &world.owner.id, &code.hash, &mcp(), at(second))
            .await;
        assert!(!done.unwrap());
    }
}
