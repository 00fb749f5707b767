use std::fs;

use keyway_app::rotation::{Progress, RotationError};
use keyway_app::setup::MasterKeySource;
use keyway_core::Secret;
use keyway_testkit::sql;
use keyway_vault::{MasterKey, VaultError, random::SystemRandom};

use super::world::Gateway;

/// Changes what is sealed of an instance behind everybody's back.
async fn alter(gateway: &Gateway, id: &str, expression: &str) {
    let database = gateway.path().join("keyway.db");
    let statement = format!("UPDATE credentials SET sealed = {expression} WHERE id = '{id}'");
    sql::run(&database, &statement).await;
}

#[tokio::test]
async fn what_was_swapped_cut_or_changed_is_told_and_left_as_it_is() {
    let gateway = Gateway::start().await;
    let ids = gateway.fill(9).await;
    let [swapped, other, cut, changed, emptied, text, ..] = &ids[..] else {
        panic!()
    };
    let sealed = |id: &str| format!("(SELECT sealed FROM credentials WHERE id = '{id}')");
    alter(&gateway, swapped.as_str(), &sealed(other.as_str())).await;
    alter(
        &gateway,
        cut.as_str(),
        "substr(sealed, 1, length(sealed) - 3)",
    )
    .await;
    let flipped = "CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)";
    alter(&gateway, changed.as_str(), flipped).await;
    alter(&gateway, emptied.as_str(), "x''").await;
    alter(&gateway, text.as_str(), "'no bytes'").await;
    let broken = |checked: &[keyway_app::rotation::Broken]| {
        let mut found: Vec<_> = checked
            .iter()
            .map(|one| (one.row.clone(), one.fault))
            .collect();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        found
    };
    let mut expected = vec![
        (swapped.to_string(), VaultError::OtherPlace),
        (cut.to_string(), VaultError::Truncated),
        (changed.to_string(), VaultError::Tampered),
        (emptied.to_string(), VaultError::Truncated),
        (text.to_string(), VaultError::UnknownFormat),
    ];
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(broken(&gateway.verify().await.broken), expected);

    let (_, resealed) = gateway.rotate().await;
    assert_eq!(
        (resealed.resealed, broken(&resealed.broken)),
        (4, expected.clone())
    );
    let checked = gateway.verify().await;
    assert_eq!((checked.older, broken(&checked.broken)), (0, expected));
    assert!(!format!("{checked:?}").contains("canary"));

    // The older key may be what they need: it is not taken away.
    let refused = gateway.retire().await.unwrap_err();
    assert!(
        matches!(refused, RotationError::Broken { broken: 5 }),
        "{refused}"
    );
    assert_eq!(gateway.keys().len(), 2);
    let all: Vec<_> = [swapped, cut, changed, emptied, text]
        .map(|id| format!("'{id}'"))
        .into();
    let drop = format!("DELETE FROM credentials WHERE id IN ({})", all.join(", "));
    sql::run(&gateway.path().join("keyway.db"), &drop).await;
    assert_eq!(gateway.retire().await.unwrap(), 1);
}

#[tokio::test]
async fn what_was_sealed_with_the_older_key_meanwhile_keeps_it() {
    let gateway = Gateway::start().await;
    gateway.fill(3).await;
    gateway.rotate().await;
    // A process that began before and still has the older key only.
    let late = MasterKey::parse(gateway.keys()[1].as_bytes()).unwrap();
    gateway
        .world
        .process
        .keys
        .vault
        .replace_keys(keyway_vault::KeyRing::new(late));
    gateway.fill(1).await.clear();
    let checked = gateway.verify().await;
    assert_eq!((checked.older, checked.broken.len()), (1, 0));
    let refused = gateway.retire().await.unwrap_err();
    assert!(
        matches!(refused, RotationError::StillNeeded { older: 1 }),
        "{refused}"
    );
    let (begun, resealed) = gateway.rotate().await;
    assert_eq!((begun.made, resealed.resealed), (false, 1));
    drop(begun);
    assert_eq!(gateway.retire().await.unwrap(), 1);
    assert_eq!(gateway.retire().await.unwrap(), 0, "there is one key");
}

#[tokio::test]
async fn attack_a_command_that_began_before_stores_nothing_under_a_key_that_is_gone() {
    let gateway = Gateway::start().await;
    let ids = gateway.fill(2).await;
    let late = gateway.command().await;
    let organization = gateway.world.operator().organization().clone();
    let place = super::world::place(organization.as_str(), &ids[0]);
    let anew = late.vault.seal(&place, super::world::STORED).unwrap();
    gateway.rotate().await;
    assert_eq!(gateway.retire().await.unwrap(), 1);
    let at = jiff::Timestamp::UNIX_EPOCH;
    let refused = late
        .store
        .replace_credential(&organization, &ids[0], &anew, at)
        .await
        .unwrap_err();
    assert_eq!(*refused.reason(), keyway_store::Reason::KeyRetired);
    let told = keyway_core::Error::from(refused);
    assert_eq!(told.code(), "master_key_retired");
    let checked = gateway.verify().await;
    assert!(checked.is_well(), "{checked:?}");
    // What could not be retired goes on to seal.
    gateway.rotate().await;
    let database = gateway.path().join("keyway.db");
    sql::run(&database, "UPDATE credentials SET sealed = x'00'").await;
    assert!(gateway.retire().await.is_err());
    let left = "SELECT count(*) FROM retired_keys";
    assert_eq!(sql::number(&database, left).await, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_key_file_stays_one_and_drafts_of_the_killed_go() {
    let gateway = Gateway::start().await;
    let (link, file) = (
        gateway.path().join("master.key"),
        gateway.path().join("real"),
    );
    fs::rename(&link, &file).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let left = gateway.path().join("real.12345.tmp");
    fs::write(&left, "half a key").unwrap();
    gateway.rotate().await;
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(gateway.keys().len(), 2);
    assert!(!left.exists());
}

#[tokio::test]
async fn keys_that_are_kept_elsewhere_are_changed_by_who_keeps_them() {
    let gateway = Gateway::start().await;
    gateway.fill(3).await;
    let old = gateway.keys().remove(0);
    let elsewhere = |text: String| MasterKeySource {
        value: Some(Secret::new(text)),
        command: Vec::new(),
        file: gateway.path().join("nowhere.key"),
    };
    let mut command = gateway.command().await;
    command.source = elsewhere(old.clone());
    let refused = command.begin().await.unwrap_err();
    assert!(
        matches!(
            refused,
            RotationError::OneKey {
                origin: "KEYWAY_MASTER_KEY"
            }
        ),
        "{refused}"
    );
    assert!(refused.hint().unwrap().contains("openssl rand"));

    let new = MasterKey::generate(&SystemRandom)
        .to_text()
        .expose()
        .clone();
    command.source = elsewhere(format!("{new} {old}"));
    // As if it had been restarted with both.
    fs::write(gateway.path().join("master.key"), format!("{new}\n{old}\n")).unwrap();
    let begun = command.begin().await.unwrap();
    assert!(!begun.made);
    assert_eq!(command.reseal(&begun, |_| {}).await.unwrap().resealed, 3);
    drop(begun);
    let refused = command.retire(|_| {}).await.unwrap_err();
    assert!(
        matches!(refused, RotationError::NotOurs { .. }),
        "{refused}"
    );
    assert!(!gateway.path().join("nowhere.key").exists());
    command.source = elsewhere(new);
    assert_eq!(command.retire(|_| {}).await.unwrap(), []);
    assert!(command.verify(|_| {}).await.unwrap().is_well());
}

#[tokio::test]
async fn two_do_not_rotate_at_once() {
    let gateway = Gateway::start().await;
    gateway.fill(60).await;
    let (command, other) = (gateway.command().await, gateway.command().await);
    let begun = command.begin().await.unwrap();
    let refused = other.begin().await.unwrap_err();
    let hint = refused.hint().unwrap();
    assert!(hint.contains("another `keyway vault` runs"), "{refused}");
    assert!(other.retire(|_| {}).await.is_err());
    let mut told = Vec::new();
    let resealed = command.reseal(&begun, |progress| told.push(progress)).await;
    assert_eq!(resealed.unwrap().resealed, 60);
    let of = 60;
    assert_eq!(
        told[..2],
        [Progress { done: 50, of }, Progress { done: 60, of }]
    );
    drop(begun);
    assert!(other.begin().await.is_ok());
}
