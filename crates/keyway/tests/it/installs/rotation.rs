//! The master key is changed while a browser is at a third party.

use std::sync::Arc;

use keyway_app::rotation::Rotation;
use keyway_app::setup::{MasterKeySource, first_start};
use keyway_app::system::SystemClock;
use keyway_core::ports::Random;
use keyway_store::{Purpose, Store};
use keyway_testkit::sql;
use keyway_vault::random::SystemRandom;

use super::world::World;

#[tokio::test]
async fn a_browser_that_comes_back_after_the_master_key_was_changed_installs() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    let used = world.publish("tracker").await;
    let leave = world.set_out(&used.page).await;
    let back = world.tracker.agree(&leave, "T2");
    assert_eq!(world.owner.get(&back).await.status(), 200);
    let leave = world.set_out(&published.page).await;
    let back = world.tracker.agree(&leave, "T1");

    let directory = world.app.data_dir();
    let database = directory.join("keyway.db");
    let sealed = "SELECT count(*) FROM install_attempts WHERE sealed IS NOT NULL";
    assert_eq!(
        sql::number(&database, sealed).await,
        1,
        "what was used is gone"
    );
    let source = MasterKeySource {
        value: None,
        command: Vec::new(),
        file: directory.join("master.key"),
    };
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let store = Store::open(&database, Purpose::Command).await.unwrap();
    let ready = first_start(&store, &SystemClock, &random, &source).await;
    let rotation = Rotation {
        store,
        database: database.clone(),
        vault: ready.unwrap().vault,
        source,
        random,
        columns: Rotation::COLUMNS,
    };
    let begun = rotation.begin().await.unwrap();
    rotation.reseal(&begun, |_| {}).await.unwrap();
    drop(begun);
    let checked = rotation.verify(|_| {}).await.unwrap();
    assert!(checked.is_well() && checked.older == 0, "{checked:?}");
    assert_eq!(rotation.retire(|_| {}).await.unwrap().len(), 1);
    let old = "SELECT count(*) FROM install_attempts a JOIN retired_keys k \
         ON k.key_id = lower(hex(substr(a.sealed, 2, 8)))";
    assert_eq!(sql::number(&database, old).await, 0);
    assert_eq!(sql::number(&database, sealed).await, 1);

    let done = world.owner.get(&back).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    assert_eq!(world.shown(&published).await["state"], "installed");
}
