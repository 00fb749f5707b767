use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use keyway_client::grants::{Keep, Place};
use keyway_oauth::{Safe as _, SafeError};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::world::{World, grants, secret, text};
use crate::wait::soon;

/// Set in a process that is to hold a lock: the folder.
const HOLD: &str = "TEST_HOLD_LOCK_IN";

async fn kept() -> World {
    let world = World::new(Keep::Auto, None);
    let grants = world.grants();
    grants.write("mcp:a", secret("canary-one")).await.unwrap();
    grants.write("mcp:b", secret("canary-two")).await.unwrap();
    world
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Every file below, by its path.
fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        }
        found.push(path);
    }
    found
}

/// What reading says, and that the other grant is as it was.
async fn refusal(world: &World) -> SafeError {
    let error = world.grants().read("mcp:a").await.unwrap_err();
    assert_eq!(
        text(&world.grants(), "mcp:b").await.as_deref(),
        Some("canary-two")
    );
    assert!(
        world
            .grants()
            .names()
            .await
            .unwrap()
            .contains(&"mcp:b".to_owned())
    );
    assert!(!error.to_string().contains("canary"));
    error
}

#[tokio::test]
async fn only_the_owner_can_read_anything() {
    let world = kept().await;
    assert_eq!(mode(&world.folder()), 0o700);
    for path in files_below(&world.folder()) {
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), wanted, "{}", path.display());
        if path.is_file() {
            let content = fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&content);
            assert!(!text.contains("canary"), "{}", path.display());
        }
    }
    let Place::Files { because, .. } = world.grants().place().unwrap() else {
        panic!("no keyring is there");
    };
    assert_eq!(because, None, "another process does not know why");
}

#[tokio::test]
async fn a_damaged_file_says_what_to_do_and_takes_nothing_along() {
    let world = kept().await;
    let path = world.sealed("mcp-a");
    let whole = fs::read(&path).unwrap();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let last = whole.len() - 1;
    for damaged in [
        Vec::new(),
        whole[..last].to_vec(),
        flipped(0),
        flipped(last),
        b"keyway-grant 1 mcp:a\n".to_vec(),
        [whole.as_slice(), b"more"].concat(),
    ] {
        fs::write(&path, damaged).unwrap();
        let SafeError::Corrupt(told) = refusal(&world).await else {
            panic!("it is damaged");
        };
        assert!(told.contains("keyway mcp connect a"), "{told}");
    }
    // Signing in again mends it.
    world.grants().write("mcp:a", secret("new")).await.unwrap();
    assert_eq!(text(&world.grants(), "mcp:a").await.as_deref(), Some("new"));
}

#[tokio::test]
async fn a_grant_does_not_open_as_another() {
    let world = kept().await;
    let (a, b) = (world.sealed("mcp-a"), world.sealed("mcp-b"));
    fs::copy(&b, &a).unwrap();
    assert!(matches!(refusal(&world).await, SafeError::Corrupt(_)));
    // Nor under a forged name.
    let content = fs::read(&b).unwrap();
    let end = content.iter().position(|byte| *byte == b'\n').unwrap();
    fs::write(&a, [b"keyway-grant 1 mcp:a", &content[end..]].concat()).unwrap();
    assert!(matches!(refusal(&world).await, SafeError::Corrupt(_)));
}

#[tokio::test]
async fn what_others_can_read_is_refused_with_the_remedy() {
    let world = kept().await;
    for (path, good, bad) in [
        (world.folder().join("grants.key"), 0o600, 0o640),
        (world.folder().join("grants.key"), 0o600, 0o604),
        (world.folder().join("grants"), 0o700, 0o750),
        (world.folder().join("grants"), 0o700, 0o701),
    ] {
        chmod(&path, bad);
        let told = world.grants().read("mcp:a").await.unwrap_err().to_string();
        let remedy = format!("chmod {good:o} {}", path.display());
        assert!(told.contains(&remedy), "{told}");
        assert!(world.grants().write("mcp:a", secret("x")).await.is_err());
        chmod(&path, good);
    }
    assert_eq!(
        text(&world.grants(), "mcp:a").await.as_deref(),
        Some("canary-one")
    );
}

#[tokio::test]
async fn without_its_key_a_grant_is_signed_in_again() {
    let world = kept().await;
    let key = world.folder().join("grants.key");
    let text_of_key = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let told = world.grants().read("mcp:a").await.unwrap_err();
    assert!(
        matches!(&told, SafeError::Corrupt(why) if why.contains("grants.key")),
        "{told}"
    );
    // A new key opens what it sealed, and says of the rest whose fault it is.
    world
        .grants()
        .write("mcp:b", secret("canary-two"))
        .await
        .unwrap();
    let told = refusal(&world).await.to_string();
    assert!(told.contains("another key"), "{told}");
    assert_eq!(world.grants().names().await.unwrap(), ["mcp:a", "mcp:b"]);
    // The old key put back opens what it sealed.
    fs::write(&key, text_of_key).unwrap();
    assert_eq!(
        text(&world.grants(), "mcp:a").await.as_deref(),
        Some("canary-one")
    );
    fs::write(&key, "not a key").unwrap();
    let told = world.grants().read("mcp:a").await.unwrap_err();
    assert!(!told.to_string().contains("not a key"), "{told}");
}

#[tokio::test]
async fn a_draft_left_behind_does_no_harm() {
    let world = kept().await;
    let draft = world.folder().join("grants/drafts/draft");
    fs::write(&draft, "half of a grant that was never finis").unwrap();
    assert_eq!(world.grants().names().await.unwrap(), ["mcp:a", "mcp:b"]);
    world
        .grants()
        .write("mcp:a", secret("three"))
        .await
        .unwrap();
    assert_eq!(
        text(&world.grants(), "mcp:a").await.as_deref(),
        Some("three")
    );
    assert!(!draft.exists());
}

/// Runs itself again as the process that holds the lock, and kills that.
#[tokio::test]
async fn a_killed_process_lets_go_of_its_lock() {
    #[expect(clippy::disallowed_methods, reason = "how a test talks to itself")]
    if let Ok(folder) = std::env::var(HOLD) {
        let _lock = grants(folder.as_ref(), Keep::File, None)
            .lock("mcp:a")
            .await;
        println!("held");
        std::future::pending::<()>().await;
    }
    let world = kept().await;
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("grants::files::a_killed_process_lets_go_of_its_lock")
        .env(HOLD, world.folder())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let held = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("held") {
                return;
            }
        }
        panic!("the holder ended");
    };
    soon("the lock in the other process", held).await;
    let grants = world.grants();
    let mut waiting = grants.lock("mcp:a");
    assert!(futures_util::poll!(&mut waiting).is_pending());
    holder.kill().await.unwrap();
    soon("the lock", waiting).await.unwrap();
}
