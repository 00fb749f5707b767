use std::sync::Arc;
use std::time::Duration;

use keyway_client::skills::Scope;
use keyway_core::ports::{Change, ChangeKind, UpstreamState};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{READ, WRITE, enter, skills};
use crate::calls::world::World;

async fn wait(what: &str, mut found: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if found() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}

#[tokio::test]
async fn folders_follow_what_is_connected_and_listed() {
    let world = World::new();
    let files = world.fake("files", &[READ]);
    let skills = skills(&world);
    let (changes, heard) = broadcast::channel(16);
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let fleet = Arc::clone(&world.fleet);
    let following = Arc::clone(&skills).follow(
        fleet,
        Arc::new(|| Some(Scope::default())),
        heard,
        stop.clone(),
    );
    tasks.spawn(following);
    let change = |kind: ChangeKind| {
        let server = "files".to_owned();
        changes.send(Change { server, kind }).unwrap();
    };
    let read = |file: &str| std::fs::read_to_string(skills.path().join(file)).unwrap_or_default();

    wait("the first page", || {
        read("files/SKILL.md").contains("read_file")
    })
    .await;
    files.define(&[READ, WRITE]);
    change(ChangeKind::Lists);
    wait("the new tool", || {
        read("files/SKILL.md").contains("write_file")
    })
    .await;
    enter(&files, UpstreamState::Disconnected);
    change(ChangeKind::State);
    wait("the mark", || {
        read("files/SKILL.md").contains("Status: disconnected;")
    })
    .await;
    enter(&files, UpstreamState::Connected);
    change(ChangeKind::State);
    wait("the page anew", || {
        read("files/SKILL.md").contains("Status: connected")
    })
    .await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}
