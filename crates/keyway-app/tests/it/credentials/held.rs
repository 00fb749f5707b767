use keyway_app::credentials::Place;
use keyway_testkit::sql;

use super::world::{World, any};
use crate::support::until;

#[tokio::test]
async fn what_another_process_changes_counts_here_soon() {
    let world = World::start().await;
    let who = world.operator();
    let own = world.set(&who, &Place::Organization, "live", "first").await;
    let own = own.unwrap();
    assert_eq!(world.call(&who, "whose", any()).await.unwrap(), "first");
    // As a command next to the gateway does.
    let store = &world.process.store;
    store
        .delete_credential(who.organization(), &own.id)
        .await
        .unwrap();
    until(|| async { world.call(&who, "whose", any()).await.is_err() }).await;
}

#[tokio::test]
async fn attack_what_was_altered_or_moved_opens_nowhere() {
    let world = World::start().await;
    let who = world.operator();
    let ours = world.set(&who, &Place::Organization, "live", "ours").await;
    let other = world.set(&who, &Place::Organization, "test", "other").await;
    let (ours, other) = (ours.unwrap().id, other.unwrap().id);
    for change in [
        format!("sealed = (SELECT sealed FROM credentials WHERE id = '{other}')"),
        "sealed = substr(sealed, 1, length(sealed) - 1)".to_owned(),
        "sealed = x''".to_owned(),
        "sealed = zeroblob(length(sealed))".to_owned(),
    ] {
        world
            .set(&who, &Place::Organization, "live", "ours")
            .await
            .unwrap();
        assert_eq!(world.call(&who, "whose", any()).await.unwrap(), "ours");
        let statement = format!("UPDATE credentials SET {change} WHERE id = '{ours}'");
        sql::run(&world.directory.path().join("keyway.db"), &statement).await;
        until(|| async {
            let refused = world.call(&who, "whose", any()).await;
            refused.is_err_and(|error| error.code() == "credential_unreadable")
        })
        .await;
    }
}
