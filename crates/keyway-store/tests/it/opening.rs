use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use keyway_core::{Error, Kind};
use keyway_store::{Limits, Purpose, Reason, Store, StoreError};

use crate::support::{fresh, key_of, tenant};

async fn serve(path: &Path) -> Result<(), StoreError> {
    Store::open(path, Purpose::Serve).await.map(drop)
}

#[tokio::test]
async fn files_are_for_their_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/deep/keyway.db");
    let store = Store::open(&path, Purpose::Serve).await.unwrap();
    store.ping().await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for file in fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn only_one_serves_and_commands_may_come_beside_it() {
    let fresh = fresh().await;
    let path = fresh.directory.path().join("keyway.db");
    let serving = Store::open(&path, Purpose::Serve).await.unwrap();
    let error = serve(&path).await.unwrap_err();
    assert_eq!(*error.reason(), Reason::InUse(Some(std::process::id())));
    assert!(error.to_string().contains("another `keyway serve`"));

    let command = Store::open(&path, Purpose::Command).await.unwrap();
    let (acme, owner) = tenant(&command, "acme").await;
    let key = key_of(&owner, 1);
    command.create_api_key(&acme, &key).await.unwrap();
    assert!(serving.credential(&key.hash).await.unwrap().is_some());

    serving.close().await;
    drop(serving);
    Store::open(&path, Purpose::Serve)
        .await
        .expect("the lock ends with the one who had it");
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let fresh = fresh().await;
    let (acme, owner) = tenant(&fresh.store, "acme").await;
    let path = fresh.directory.path().join("keyway.db");
    fresh.store.close().await;
    let again = Store::open(&path, Purpose::Serve).await.unwrap();
    assert_eq!(again.members(&acme).await.unwrap(), [owner]);
}

#[tokio::test]
async fn many_may_open_a_new_file_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyway.db");
    let mut opening = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let path = path.clone();
        opening.spawn(async move { Store::open(&path, Purpose::Command).await });
    }
    for opened in opening.join_all().await {
        opened.expect("it opens");
    }
}

#[tokio::test]
async fn a_path_that_cannot_be_used_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "text").unwrap();
    let error = serve(&file.join("keyway.db")).await.unwrap_err();
    assert_eq!(*error.reason(), Reason::Unreachable);
    assert!(error.to_string().starts_with("cannot make the directory "));

    let error = serve(directory.path()).await.unwrap_err();
    assert_eq!(*error.reason(), Reason::Unreachable);

    let text = directory.path().join("text.db");
    fs::write(&text, "this is not a database".repeat(100)).unwrap();
    assert_eq!(*serve(&text).await.unwrap_err().reason(), Reason::Damaged);
    let kept = fs::read_to_string(&text).unwrap();
    assert!(kept.starts_with("this is not"), "it is left as it was");
}

#[tokio::test]
async fn a_read_only_directory_is_told() {
    let fresh = fresh().await;
    fresh.store.close().await;
    let directory = fresh.directory.path();
    fs::set_permissions(directory, fs::Permissions::from_mode(0o500)).unwrap();
    // The superuser may write all the same, and then there is nothing to tell.
    let enforced = fs::write(directory.join("probe"), "").is_err();
    if enforced {
        for purpose in [Purpose::Serve, Purpose::Command] {
            let opened = Store::open(&directory.join("keyway.db"), purpose).await;
            let error = opened.unwrap_err();
            assert_eq!(*error.reason(), Reason::ReadOnly);
            assert!(error.to_string().contains("cannot be written to"));
        }
    }
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).unwrap();
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let fresh = fresh().await;
    let path = fresh.directory.path().join("keyway.db");
    fresh.store.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', 1, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    let error = serve(&path).await.unwrap_err();
    assert_eq!(*error.reason(), Reason::Newer);
    assert!(error.to_string().contains("newer version of Keyway"));
}

#[tokio::test]
async fn a_full_disk_fails_the_write_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyway.db");
    let limits = Limits {
        file_bytes: Some(1_400 * 1024),
    };
    let store = Store::open_within(&path, Purpose::Serve, limits)
        .await
        .unwrap();
    let large = vec![7u8; 60 * 1024];
    let mut error = None;
    for number in 0..20 {
        if let Err(full) = store.record_fact(&format!("fact {number}"), &large).await {
            error = Some(full);
            break;
        }
    }
    let error = error.expect("the file is full at some point");
    assert_eq!(*error.reason(), Reason::Full);
    assert_eq!(Error::from(error).kind(), Kind::Unavailable);
    let kept = store.fact("fact 0").await.unwrap();
    assert_eq!(kept, Some(large), "reading still works");
}
