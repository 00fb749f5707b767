use std::collections::HashMap;
use std::fs;

use keyway_client::grants::{Keep, Place};
use keyway_oauth::{Safe as _, SafeError};
use keyway_testkit::session_bus::SessionBus;
use secret_service::{EncryptionType, SecretService};

use super::world::{World, grants, secret, text};

/// The keyring as another program sees it.
async fn seen(bus: &SessionBus) -> SecretService<'static> {
    let address = bus.address();
    let builder = zbus::connection::Builder::address(address.as_str()).unwrap();
    let connection = builder.build().await.unwrap();
    SecretService::connect_with_existing(EncryptionType::Plain, connection)
        .await
        .unwrap()
}

async fn lock(bus: &SessionBus) {
    let service = seen(bus).await;
    let collection = service.get_default_collection().await.unwrap();
    collection.lock().await.unwrap();
}

#[tokio::test]
async fn an_unlocked_keyring_is_used_without_being_asked_for() {
    let bus = SessionBus::with_keyring().await;
    let world = World::new(Keep::Auto, Some(bus.address()));
    assert_eq!(world.grants().place().unwrap(), Place::Nowhere);
    world
        .grants()
        .write("mcp:a", secret("canary-one"))
        .await
        .unwrap();
    assert_eq!(world.grants().place().unwrap(), Place::Keyring);
    // Nothing of it is on our disk, not even sealed, and no key is needed.
    assert!(!world.folder().join("grants.key").exists());
    for entry in fs::read_dir(world.folder().join("grants")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".sealed"), "{name}");
    }
    // A person finds it in the keyring's own program, under a name that says whose it is.
    let service = seen(&bus).await;
    let ours = HashMap::from([("application", "keyway"), ("record", "mcp:a")]);
    let found = service.search_items(ours).await.unwrap();
    let label = found.unlocked[0].get_label().await.unwrap();
    assert_eq!(label, "Keyway: mcp:a");
}

#[tokio::test]
async fn grants_outlive_the_keyring_s_process() {
    let mut bus = SessionBus::with_keyring().await;
    let world = World::new(Keep::Auto, Some(bus.address()));
    let grants = world.grants();
    grants.write("mcp:a", secret("one")).await.unwrap();
    bus.stop_keyring().await;
    let told = grants.read("mcp:a").await.unwrap_err();
    assert!(matches!(&told, SafeError::Unavailable(_)), "{told}");
    bus.start_keyring().await;
    assert_eq!(text(&grants, "mcp:a").await.as_deref(), Some("one"));
    assert_eq!(text(&world.grants(), "mcp:a").await.as_deref(), Some("one"));
}

#[tokio::test]
async fn without_a_keyring_sealed_files_are_used_and_the_reason_is_told() {
    let bare = SessionBus::start().await;
    let locked = SessionBus::with_keyring().await;
    lock(&locked).await;
    for (address, why) in [
        (None, "no D-Bus session"),
        (
            Some("unix:path=/nonexistent/bus".to_owned()),
            "no keyring answers",
        ),
        (Some("not an address".to_owned()), "no keyring answers"),
        (Some(bare.address()), "no keyring answers"),
        (Some(locked.address()), "locked"),
    ] {
        let world = World::new(Keep::Auto, address);
        let grants = world.grants();
        grants.write("mcp:a", secret("one")).await.unwrap();
        assert_eq!(text(&world.grants(), "mcp:a").await.as_deref(), Some("one"));
        let place = grants.place().unwrap().to_string();
        assert!(place.contains("sealed files"), "{place}");
        assert!(place.contains(why), "{place} without {why}");
    }
}

#[tokio::test]
async fn a_keyring_asked_for_by_name_is_used_or_nothing_is() {
    let bus = SessionBus::with_keyring().await;
    lock(&bus).await;
    for address in [None, Some(bus.address())] {
        let world = World::new(Keep::Keyring, address);
        let told = world
            .grants()
            .write("mcp:a", secret("one"))
            .await
            .unwrap_err();
        assert!(matches!(&told, SafeError::Unavailable(_)), "{told}");
        assert!(told.to_string().contains("KEYWAY_GRANTS=file"), "{told}");
        assert_eq!(world.grants().place().unwrap(), Place::Nowhere);
        assert!(!world.folder().join("grants.key").exists());
    }
}

#[tokio::test]
async fn grants_are_never_spread_over_two_places() {
    let mut bus = SessionBus::with_keyring().await;
    let world = World::new(Keep::Auto, Some(bus.address()));
    world.grants().write("mcp:a", secret("one")).await.unwrap();
    // The keyring goes away, or another way in has none (ssh): nothing moves by itself.
    let elsewhere = grants(&world.folder(), Keep::Auto, None);
    let told = elsewhere
        .write("mcp:a", secret("two"))
        .await
        .unwrap_err()
        .to_string();
    assert!(told.contains("kept in the system's keyring"), "{told}");
    assert!(told.contains("KEYWAY_GRANTS=file"), "{told}");
    assert!(elsewhere.read("mcp:a").await.is_err());
    bus.stop_keyring().await;
    assert!(world.grants().write("mcp:a", secret("two")).await.is_err());
    bus.start_keyring().await;
    assert_eq!(text(&world.grants(), "mcp:a").await.as_deref(), Some("one"));

    // Asked for, the place changes for all.
    let files = grants(&world.folder(), Keep::File, None);
    assert!(text(&files, "mcp:a").await.is_none());
    files.write("mcp:a", secret("three")).await.unwrap();
    assert_eq!(
        text(&world.grants(), "mcp:a").await.as_deref(),
        Some("three")
    );
    assert_eq!(text(&elsewhere, "mcp:a").await.as_deref(), Some("three"));

    // And files stay files when there is a keyring later.
    let later = World::new(Keep::Auto, None);
    later.grants().write("mcp:a", secret("one")).await.unwrap();
    let with_keyring = grants(&later.folder(), Keep::Auto, Some(bus.address()));
    with_keyring.write("mcp:b", secret("two")).await.unwrap();
    assert!(matches!(with_keyring.place().unwrap(), Place::Files { .. }));
    assert_eq!(text(&later.grants(), "mcp:b").await.as_deref(), Some("two"));
}
