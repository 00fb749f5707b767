use keyway_core::{Error, Kind, Secret};
use keyway_store::{Reason, ServerLimits, Store, StoreError};
use keyway_testkit::postgres;

use crate::engine::{fresh, open};
use crate::support::{member, organization, tenant};

async fn connect(url: &str) -> Result<Store, StoreError> {
    Store::connect(&Secret::new(url.to_owned()), ServerLimits::default()).await
}

#[tokio::test]
async fn many_may_open_a_new_database_at_once() {
    let database = postgres::fresh().await;
    let url = Secret::new(database.url());
    let pending = Store::pending_changes(&url).await.unwrap();
    assert!(pending.len() >= 25, "{pending:?}");
    let mut opening = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = database.url();
        opening.spawn(async move { connect(&url).await });
    }
    for opened in opening.join_all().await {
        let store = opened.expect("it opens");
        assert!(store.is_shared());
        store.ping().await.unwrap();
    }
    assert!(Store::pending_changes(&url).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_written_is_there_for_others_at_once() {
    let fresh = fresh().await;
    let (acme, owner) = tenant(&fresh.store, "acme").await;
    let beside = fresh.beside().await;
    assert_eq!(beside.members(&acme).await.unwrap(), [owner]);
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let fresh = fresh().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'from the future', TRUE, '\\x00', 0)";
    fresh.database.run(newer).await;
    let url = fresh.database.url();
    let error = connect(&url).await.unwrap_err();
    assert_eq!(*error.reason(), Reason::Newer);
    assert!(error.to_string().contains("newer version of Keyway"));
    let error = Store::pending_changes(&Secret::new(url)).await.unwrap_err();
    assert_eq!(*error.reason(), Reason::Newer);
}

#[tokio::test]
async fn a_migration_that_was_killed_half_way_never_was() {
    let database = postgres::fresh().await;
    // The second one fails at its last statement, as if it had been killed there.
    database
        .run("CREATE TABLE service_accounts (id BIGINT)")
        .await;
    connect(&database.url()).await.unwrap_err();
    let url = Secret::new(database.url());
    let pending = Store::pending_changes(&url).await.unwrap();
    assert_eq!(pending.first(), Some(&2), "the first one is there");
    database.run("DROP TABLE service_accounts").await;
    open(&database.url()).await.ping().await.unwrap();
}

#[tokio::test]
async fn attack_the_password_is_told_to_nobody() {
    let password = "swordfish-in-the-url";
    let server = postgres::url();
    let place = server.rsplit('@').next().unwrap();
    let urls = [
        format!("postgres://keyway:{password}@{place}/postgres"),
        format!("postgres://keyway:{password}@127.0.0.1:1/postgres"),
        format!("postgres://keyway:{password}@{place}/postgres?sslmode=nonsense"),
        format!("postgres://keyway:{password}@[::1/x"),
        format!("mysql://keyway:{password}@{place}/postgres"),
        format!("keyway:{password}"),
    ];
    for url in urls {
        let error = connect(&url).await.unwrap_err();
        let told = format!("{error} {error:?}");
        let told = format!("{told} {:?}", Error::from(error));
        assert!(!told.contains(password), "{told}");
    }
    let fresh = fresh().await;
    let url = fresh.database.url();
    let secret = url.split([':', '@']).nth(2).unwrap();
    assert!(!format!("{:?}", fresh.store).contains(secret));
}

#[tokio::test]
async fn what_keeps_a_server_from_being_used_is_told() {
    let server = postgres::url();
    let (_, place) = server.rsplit_once('@').unwrap();
    let nobody = format!("postgres://keyway:wrong@{place}/postgres");
    let nowhere = format!("{server}/there_is_no_such_database");
    for (url, reason) in [
        (nobody.as_str(), Reason::Refused),
        (nowhere.as_str(), Reason::Refused),
        ("postgres://keyway@127.0.0.1:1/x", Reason::Away),
        ("postgres//keyway", Reason::Address),
    ] {
        let error = connect(url).await.unwrap_err();
        assert_eq!(*error.reason(), reason, "{url}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_goes_away_is_said_to_be_unavailable_and_found_again() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    fresh.database.run(end).await;
    let mut failed = 0;
    // Each connection that was lost fails once at most.
    for number in 0..8 {
        let new = organization(&format!("acme-{number}"));
        if let Err(error) = store.create_organization(&new).await {
            assert_eq!(Error::from(error).kind(), Kind::Unavailable);
            failed += 1;
        }
    }
    assert!(failed <= 6, "{failed}");
    let new = organization("globex");
    store.create_organization(&new).await.unwrap();
    let owner = member(keyway_store::Role::Owner);
    store.create_member(&new.id, &owner).await.unwrap();
}
