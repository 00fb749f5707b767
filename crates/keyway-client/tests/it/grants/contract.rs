//! What holds for grants wherever they are kept.

use futures_util::{FutureExt as _, poll};
use keyway_client::grants::Keep;
use keyway_core::Secret;
use keyway_oauth::Safe as _;
use keyway_testkit::session_bus::SessionBus;

use super::world::{World, secret, text};
use crate::wait::soon;

#[tokio::test]
async fn sealed_files_keep_the_contract() {
    contract(|| World::new(Keep::File, None)).await;
}

#[tokio::test]
async fn the_keyring_keeps_the_contract() {
    let bus = SessionBus::with_keyring().await;
    contract(|| World::new(Keep::Keyring, Some(bus.address()))).await;
}

async fn contract(world: impl Fn() -> World) {
    nothing_is_there_at_first(&world()).await;
    what_was_written_is_read(&world()).await;
    names_are_kept_as_they_are(&world()).await;
    bad_names_are_refused(&world()).await;
    two_folders_share_nothing(&world(), &world()).await;
    changes_are_told(&world()).await;
    a_lock_keeps_others_out(&world()).await;
    writers_at_once_leave_one_whole_value(&world()).await;
}

async fn nothing_is_there_at_first(world: &World) {
    let grants = world.grants();
    assert!(grants.read("mcp:a").await.unwrap().is_none());
    assert!(!grants.remove("mcp:a").await.unwrap());
    assert!(grants.names().await.unwrap().is_empty());
    assert!(!world.folder().exists(), "looking made something");
}

async fn what_was_written_is_read(world: &World) {
    let grants = world.grants();
    grants.write("mcp:a", secret("one")).await.unwrap();
    assert_eq!(text(&grants, "mcp:a").await.as_deref(), Some("one"));
    let bytes: Vec<u8> = (0..=255).cycle().take(64 * 1024).collect();
    for value in [Vec::new(), bytes, vec![0]] {
        let secret = Secret::new(value.clone());
        grants.write("mcp:a", secret).await.unwrap();
        let read = world.grants().read("mcp:a").await.unwrap().unwrap();
        assert!(*read.expose() == value, "{} bytes", value.len());
    }
    assert!(world.grants().remove("mcp:a").await.unwrap());
    assert!(grants.read("mcp:a").await.unwrap().is_none());
    assert!(!grants.remove("mcp:a").await.unwrap());
}

async fn names_are_kept_as_they_are(world: &World) {
    let grants = world.grants();
    let long = format!("mcp:{}@{}", "x".repeat(128), "f".repeat(64));
    let names = ["mcp:GitHub", "mcp:github", "mcp:a b/../ä", &long];
    for name in names {
        grants.write(name, secret(name)).await.unwrap();
    }
    for name in names {
        assert_eq!(text(&world.grants(), name).await.as_deref(), Some(name));
    }
    let mut sorted: Vec<_> = names.map(str::to_owned).into();
    sorted.sort();
    assert_eq!(world.grants().names().await.unwrap(), sorted);
    grants.remove("mcp:github").await.unwrap();
    assert_eq!(
        text(&grants, "mcp:GitHub").await.as_deref(),
        Some("mcp:GitHub")
    );
}

async fn bad_names_are_refused(world: &World) {
    for name in ["", "a\nb", &"x".repeat(513)] {
        assert!(world.grants().write(name, secret("x")).await.is_err());
        assert!(world.grants().read(name).await.is_err());
    }
}

async fn two_folders_share_nothing(one: &World, other: &World) {
    one.grants().write("mcp:a", secret("one")).await.unwrap();
    other.grants().write("mcp:b", secret("two")).await.unwrap();
    assert_eq!(one.grants().names().await.unwrap(), ["mcp:a"]);
    assert!(text(&other.grants(), "mcp:a").await.is_none());
}

async fn changes_are_told(world: &World) {
    let (here, elsewhere) = (world.grants(), world.grants());
    let mut change = here.changed();
    assert!(poll!(&mut change).is_pending(), "nothing happened yet");
    elsewhere.write("mcp:a", secret("one")).await.unwrap();
    soon("word of the first grant", change).await;
    let change = here.changed();
    elsewhere.remove("mcp:a").await.unwrap();
    soon("word of another process's removal", change).await;
    let change = here.changed();
    here.write("mcp:a", secret("two")).await.unwrap();
    soon("word of our own", change).await;
    assert!(here.changed().now_or_never().is_none());
}

async fn a_lock_keeps_others_out(world: &World) {
    let (here, elsewhere) = (world.grants(), world.grants());
    let held = here.lock("mcp:a").await.unwrap();
    assert!(elsewhere.lock("mcp:a").now_or_never().is_none());
    assert!(here.lock("mcp:a").now_or_never().is_none());
    drop(elsewhere.lock("mcp:b").await.unwrap());
    // Whoever stops waiting takes nothing along.
    let mut waiting = elsewhere.lock("mcp:a");
    assert!(poll!(&mut waiting).is_pending());
    drop(waiting);
    // Reading and writing do not need it.
    elsewhere.write("mcp:a", secret("one")).await.unwrap();
    let next = elsewhere.lock("mcp:a");
    drop(held);
    drop(soon("the lock", next).await.unwrap());
}

async fn writers_at_once_leave_one_whole_value(world: &World) {
    let values: Vec<String> = (0..8).map(|n| n.to_string().repeat(10_000 + n)).collect();
    let writing = values.iter().map(|value| async {
        let grants = world.grants();
        grants.write("mcp:a", secret(value)).await.unwrap();
    });
    futures_util::future::join_all(writing).await;
    let last = text(&world.grants(), "mcp:a").await.unwrap();
    assert!(values.contains(&last), "{} bytes of several", last.len());
    assert_eq!(world.grants().names().await.unwrap(), ["mcp:a"]);
}
