use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use keyway_app::setup::{MasterKeySource, SetupError, first_start, organization};
use keyway_core::Secret;
use keyway_store::{Purpose, Store};

use crate::support::{clock, key_file, random, ready};

#[tokio::test]
async fn the_first_start_makes_everything_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("keyway.db"), Purpose::Serve)
        .await
        .unwrap();
    assert!(organization(&store).await.unwrap().is_none());

    let first = ready(&store, directory.path()).await;
    let key = first.first_key.expect("the key is shown");
    assert!(keyway_app::SecretText::parse(keyway_app::TokenKind::ApiKey, key.expose()).is_ok());
    let mode = fs::metadata(directory.path().join("master.key")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);

    let again = ready(&store, directory.path()).await;
    assert_eq!(again.organization, first.organization);
    assert!(again.first_key.is_none(), "a key is shown once");
    let members = store.members(&first.organization).await.unwrap();
    assert_eq!(members.len(), 1);
    let keys = store.api_keys(&first.organization).await.unwrap();
    assert_eq!(keys.len(), 1);

    let database = fs::read(directory.path().join("keyway.db")).unwrap();
    let log = fs::read(directory.path().join("keyway.db-wal")).unwrap_or_default();
    let secret = key.expose().as_bytes();
    for bytes in [database, log] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn two_first_starts_at_once_agree() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyway.db");
    let (one, other) = tokio::join!(
        Store::open(&path, Purpose::Command),
        Store::open(&path, Purpose::Command)
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    let (one, other) = tokio::join!(
        ready(&one, directory.path()),
        ready(&other, directory.path())
    );
    assert_eq!(one.organization, other.organization);
    assert_ne!(one.first_key.is_some(), other.first_key.is_some());
}

#[tokio::test]
async fn a_master_key_that_does_not_belong_is_refused_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("master.key");
    let store = Store::open(&directory.path().join("keyway.db"), Purpose::Serve)
        .await
        .unwrap();
    ready(&store, directory.path()).await;
    let start = async |source: MasterKeySource| {
        first_start(&store, &*clock(), &random(), &source)
            .await
            .expect_err("it is refused")
    };
    let value = |text: &str| MasterKeySource {
        value: Some(Secret::new(text.to_owned())),
        ..key_file(directory.path())
    };
    let right = fs::read_to_string(&file).unwrap();

    let other = value("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    assert!(matches!(start(other).await, SetupError::KeyWrong));
    let error = start(value("hunter2")).await;
    assert!(matches!(error, SetupError::KeyMalformed { .. }));
    assert!(!format!("{error} {error:?}").contains("hunter2"));

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let error = start(key_file(directory.path())).await;
    assert!(matches!(error, SetupError::KeyReadable { mode: 0o644, .. }));

    fs::remove_file(&file).unwrap();
    let error = start(key_file(directory.path())).await;
    assert!(matches!(error, SetupError::KeyMissing { .. }));
    assert!(error.hint().is_some());
    assert!(!file.exists(), "no new key is made over old data");

    first_start(&store, &*clock(), &random(), &value(&right))
        .await
        .expect("the right key works from anywhere");
}

#[tokio::test]
async fn a_command_can_print_the_master_key() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("keyway.db"), Purpose::Serve)
        .await
        .unwrap();
    let command = |script: &str| MasterKeySource {
        command: ["sh", "-c", script].map(str::to_owned).into(),
        ..key_file(directory.path())
    };
    let printed = command("echo MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    first_start(&store, &*clock(), &random(), &printed)
        .await
        .unwrap();
    assert!(!directory.path().join("master.key").exists());

    let failing = command("echo s3cret; exit 3");
    let error = first_start(&store, &*clock(), &random(), &failing)
        .await
        .unwrap_err();
    assert!(matches!(error, SetupError::KeyCommand { .. }));
    assert!(!error.to_string().contains("s3cret"));
}
