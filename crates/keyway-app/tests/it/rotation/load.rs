#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may fail the test"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyway_app::credentials::Place;
use keyway_core::ports::Random as _;
use keyway_vault::random::SystemRandom;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::world::{Gateway, STORED, place};
use crate::credentials::world::{World, instance};

/// How many instances calls use.
const USED: usize = 8;

/// How often the key is changed: twice, and more often where much is asked of tests.
fn rotations() -> usize {
    let cases = proptest::test_runner::Config::default().cases as usize;
    (cases / 128).max(2)
}

/// A number below `end` that nobody chose.
fn some(end: u16) -> u16 {
    let mut bytes = [0; 2];
    SystemRandom.fill(&mut bytes);
    u16::from_be_bytes(bytes) % end
}

/// Rotates, and is killed wherever it is after some time.
async fn killed_in_time(gateway: &Gateway) {
    let command = gateway.command().await;
    let attempt = async {
        let begun = command.begin().await.unwrap();
        command.reseal(&begun, |_| {}).await.unwrap();
    };
    let time = Duration::from_micros(some(30_000).into());
    let _ = tokio::time::timeout(time, attempt).await;
}

/// Rotates, and is killed in the middle of one of the next batches. Answers whether it got to its end
/// before that.
async fn killed_in_a_batch(gateway: &Gateway) -> bool {
    let command = gateway.command().await;
    let begun = command.begin().await.unwrap();
    let killed = CancellationToken::new();
    let (mut batches, last) = (0, some(4));
    let resealing = command.reseal(&begun, |_| {
        batches += 1;
        if batches > last {
            killed.cancel();
        }
    });
    killed.run_until_cancelled(resealing).await.is_some()
}

/// Calls that use keys, and people who set them, until told to stop. Answers how much was done.
async fn load(world: Arc<Gateway>, stop: Arc<AtomicBool>, worker: usize) -> usize {
    let world: &World = &world.world;
    let operator = world.operator();
    let mut done = 0;
    while !stop.load(Ordering::Relaxed) {
        let name = format!("used {}", (worker + done) % USED);
        if done % 5 == worker {
            let key = format!("{name}, by {worker}");
            let set = world
                .set(&operator, &Place::Organization, &name, &key)
                .await;
            set.expect("setting works meanwhile");
        }
        let got = world.call(&operator, "whose", instance(&name)).await;
        let got = got.expect("no call fails meanwhile");
        assert!(got.starts_with(&name), "{got} for {name}");
        done += 1;
    }
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_change_while_calls_run_and_rotations_are_killed() {
    let gateway = Arc::new(Gateway::start().await);
    let operator = gateway.world.operator();
    for number in 0..USED {
        let name = format!("used {number}");
        let set = gateway
            .world
            .set(&operator, &Place::Organization, &name, &name)
            .await;
        set.unwrap();
    }
    let stored = gateway.fill(400).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut workers = JoinSet::new();
    for worker in 0..3 {
        workers.spawn(load(Arc::clone(&gateway), Arc::clone(&stop), worker));
    }
    let mut halves = 0;
    for _ in 0..rotations() {
        let before = gateway.keys();
        for _ in 0..3 {
            killed_in_time(&gateway).await;
        }
        for _ in 0..6 {
            if killed_in_a_batch(&gateway).await {
                break;
            }
            let checked = gateway.verify().await;
            halves += usize::from(checked.older > 0 && checked.current > 0);
        }
        let last = gateway.command().await;
        let begun = last.begin().await.unwrap();
        last.reseal(&begun, |_| {}).await.unwrap();
        drop(begun);
        let after = gateway.keys();
        assert_eq!(
            after.get(1..),
            Some(&before[..]),
            "one new key, however often it is begun"
        );
        let checked = last.verify(|_| {}).await.unwrap();
        assert!(checked.is_well(), "{checked:?}");
        assert_eq!(gateway.retire().await.unwrap(), 1);
        assert_eq!(gateway.keys(), after[..1]);
    }
    stop.store(true, Ordering::Relaxed);
    let mut calls = 0;
    while let Some(done) = workers.join_next().await {
        calls += done.expect("no call failed");
    }
    assert!(calls > 100, "there were calls meanwhile: {calls}");
    assert!(halves > 0, "rotations were killed half-way");

    // With nothing but the key that is in the file, everything opens.
    let vault = gateway.file_vault();
    assert_eq!(vault.key_ids().len(), 1);
    let organization = operator.organization();
    for id in &stored {
        let store = &gateway.world.process.store;
        let (sealed, revision) = store
            .sealed_credential(organization, id)
            .await
            .unwrap()
            .unwrap();
        let opened = vault
            .open(&place(organization.as_str(), id), &sealed)
            .unwrap();
        assert_eq!((opened.expose().as_slice(), revision), (STORED, 1));
    }
    let gateway = Arc::into_inner(gateway).unwrap().restart().await;
    let got = gateway
        .world
        .call(&operator, "whose", instance("used 0"))
        .await;
    assert!(got.unwrap().starts_with("used 0"));
    assert!(gateway.verify().await.is_well());
}
