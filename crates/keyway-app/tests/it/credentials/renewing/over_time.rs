use std::time::Duration;

use keyway_app::audit::AuditFilter;
use keyway_app::rotation::Rotation;
use keyway_core::ports::Clock as _;
use keyway_store::{Announced, Purpose, Store};
use keyway_testkit::authorization::{Endpoint, Misbehaviour};

use crate::support::{key_file, random, ready, until};

use super::world::{World, call};

#[tokio::test]
async fn a_token_is_renewed_before_it_expires_and_the_refresh_token_is_replaced() {
    let world = World::start().await;
    world.connect().await;
    let first = world.call().await.unwrap();
    assert_eq!(world.call().await.unwrap(), first);
    assert_eq!(world.server.refreshes(), 0);
    let connected = world.view().await;
    // An hour it holds; a minute ahead it is renewed.
    world.advance(58);
    assert_eq!(world.call().await.unwrap(), first);
    world.advance(1);
    let second = world.call().await.unwrap();
    assert_ne!(second, first);
    world.advance(60);
    assert_ne!(world.call().await.unwrap(), second);
    assert_eq!(world.server.refreshes(), 2);
    // Each refresh token was used once.
    assert!(
        world.server.violations().is_empty(),
        "{:?}",
        world.server.violations()
    );
    let renewed = world.view().await;
    assert!(renewed.last_refreshed_at > connected.last_refreshed_at);
    assert!(renewed.expires_at > connected.expires_at);
    assert_eq!(
        (renewed.last_error, renewed.needs_reconnecting),
        (None, false)
    );
}

#[tokio::test]
async fn of_many_tasks_and_processes_one_renews() {
    let world = World::start().await;
    world.connect().await;
    let first = world.call().await.unwrap();
    let other = world.other().await;
    assert_eq!(call(&other, "token").await.unwrap(), first);
    world.server.delay_tokens(Duration::from_millis(300));
    for round in 1..=3 {
        for clock in [&world.process.clock, &other.clock] {
            clock.advance(Duration::from_hours(1));
        }
        let calls = (0..20).map(|number| {
            let process = if number % 2 == 0 {
                &world.process
            } else {
                &other
            };
            call(process, "token")
        });
        let tokens = futures_util::future::join_all(calls).await;
        let tokens: std::collections::BTreeSet<_> =
            tokens.into_iter().map(Result::unwrap).collect();
        assert_eq!(tokens.len(), 1, "{tokens:?}");
        assert_eq!(world.server.refreshes(), round);
    }
    assert!(
        world.server.violations().is_empty(),
        "{:?}",
        world.server.violations()
    );
    other.stop().await;
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_lose_the_new_refresh_token() {
    let world = World::start().await;
    world.connect().await;
    world.advance(60);
    world.server.delay_tokens(Duration::from_millis(200));
    let gone = tokio::time::timeout(Duration::from_millis(50), world.call()).await;
    assert!(gone.is_err());
    let next = world.call().await.unwrap();
    assert!(!next.is_empty());
    assert_eq!(world.server.refreshes(), 1);
    assert!(world.server.violations().is_empty());
}

#[tokio::test]
async fn attack_what_is_revoked_while_it_is_renewed_leaves_no_token_behind() {
    let world = World::start().await;
    world.connect().await;
    let id = world.view().await.id;
    world.advance(60);
    world.server.delay_tokens(Duration::from_millis(500));
    let (all, who) = (world.process.app.credentials(), world.person().await);
    let revoke = async {
        until(async || world.server.refreshes() == 1).await;
        all.revoke(&who, &id, true).await
    };
    let (called, revoked) = tokio::join!(world.call(), revoke);
    revoked.unwrap();
    // It is the new ones that are taken back, not those that they replaced.
    let newest = called.unwrap();
    let taken = world.server.visits_to(Endpoint::Revoke);
    assert!(taken.iter().any(|visit| visit.param("token") == newest));
    assert!(!world.server.has_grants());
    let kept = world.process.store.sealed_grant(who.organization(), &id);
    assert_eq!(kept.await.unwrap(), None);
    assert!(
        world.server.violations().is_empty(),
        "{:?}",
        world.server.violations()
    );
}

#[tokio::test]
async fn a_server_that_is_down_costs_nothing_while_the_token_holds() {
    let world = World::start().await;
    world.connect().await;
    let first = world.call().await.unwrap();
    world.server.misbehave(Misbehaviour::RefreshFails);
    world.advance(59);
    assert_eq!(world.call().await.unwrap(), first);
    let view = world.view().await;
    assert_eq!(
        view.last_error.as_deref(),
        Some("authorization_server_unreachable")
    );
    assert!(!view.needs_reconnecting);
    // It is over, and no other one is to be had: that is no reason to connect it again.
    world.advance(2);
    assert_eq!(
        world.call().await.unwrap_err().code(),
        "credential_not_renewed"
    );
    world.server.behave();
    assert_ne!(world.call().await.unwrap(), first);
    assert_eq!(world.view().await.last_error, None);
}

#[tokio::test]
async fn a_refused_renewal_says_where_a_person_connects_it_again() {
    let world = World::start().await;
    world.connect().await;
    world.server.revoke_grants();
    world.advance(61);
    for _ in 0..3 {
        let refused = world.call().await.unwrap_err();
        assert_eq!(refused.code(), "credential_needs_reconnecting");
        let hint = refused.hint().unwrap();
        assert!(
            hint.contains("/connect/acme") && hint.contains("keyway connect acme"),
            "{hint}"
        );
    }
    // The dead refresh token is sent once.
    assert_eq!(world.server.refreshes(), 1);
    let view = world.view().await;
    assert_eq!(view.last_error.as_deref(), Some("token_refused"));
    assert!(view.needs_reconnecting);
    let filter = AuditFilter {
        kind: Some("credential_refresh_failed".into()),
        ..AuditFilter::default()
    };
    let (app, who) = (&world.process.app, world.process.app.local());
    let told = async || {
        app.audit_events(&who, &filter, None, None)
            .await
            .unwrap()
            .events
    };
    until(async || !told().await.is_empty()).await;
    assert_eq!(told().await.len(), 1);
    // A restart knows it as well; connecting it again ends it.
    world.connect().await;
    assert!(!world.call().await.unwrap().is_empty());
    assert!(!world.view().await.needs_reconnecting);
    assert_eq!(world.view().await.last_error, None);
}

#[tokio::test]
async fn a_token_without_a_way_to_renew_it_ends_with_its_time() {
    let world = World::start().await;
    world.server.misbehave(Misbehaviour::NoRefreshToken);
    world.connect().await;
    let first = world.call().await.unwrap();
    world.advance(59);
    assert_eq!(world.call().await.unwrap(), first);
    world.advance(2);
    assert_eq!(
        world.call().await.unwrap_err().code(),
        "credential_needs_reconnecting"
    );
    assert!(world.view().await.needs_reconnecting);
    assert_eq!(world.server.refreshes(), 0);
}

#[tokio::test]
async fn a_token_that_the_service_refuses_is_renewed_and_what_may_be_repeated_is() {
    let world = World::start().await;
    world.connect().await;
    let first = world.call().await.unwrap();
    world.refused.lock().push(first.clone());
    // Reading again is the same: the call never knew.
    let second = world.call().await.unwrap();
    assert_ne!(second, first);
    assert_eq!(world.server.refreshes(), 1);
    // What is not the same twice is not done twice; the next one has the new token.
    world.refused.lock().push(second.clone());
    let refused = call(&world.process, "write").await.unwrap_err();
    assert_eq!(refused.code(), "upstream_unauthorized");
    assert_eq!(world.server.refreshes(), 1);
    let third = call(&world.process, "write").await.unwrap();
    assert_ne!(third, second);
    assert_eq!(world.server.refreshes(), 2);
    // A server that gives no other one any more, and a service that takes none.
    world.refused.lock().push(third);
    world.server.misbehave(Misbehaviour::RefreshInvalidGrant);
    assert_eq!(
        world.call().await.unwrap_err().code(),
        "credential_needs_reconnecting"
    );
}

#[tokio::test]
async fn a_process_that_died_while_it_renewed_holds_nobody_up_for_long() {
    let world = World::start().await;
    world.connect().await;
    let first = world.call().await.unwrap();
    let organization = world.process.app.local().organization().clone();
    let id = world.view().await.id;
    world.advance(60);
    // As the dead one left it.
    let now = world.process.clock.now();
    let until = now.checked_add(Duration::from_secs(30)).unwrap();
    let store = &world.process.store;
    let fence = store
        .hold_grant(&organization, &id, now, until)
        .await
        .unwrap();
    assert!(fence.is_some());
    let waits = tokio::time::timeout(Duration::from_millis(200), world.call()).await;
    assert!(waits.is_err(), "somebody else holds it");
    world.process.clock.advance(Duration::from_secs(31));
    assert_ne!(world.call().await.unwrap(), first);
    // What the dead one had still to write is not written.
    let late = keyway_store::NewGrant {
        sealed: vec![1],
        expires_at: None,
        renewable: true,
        refused: false,
    };
    let written = store.replace_grant(&organization, &id, fence.unwrap(), &late, now);
    assert!(!written.await.unwrap());
}

#[tokio::test]
async fn a_rotated_master_key_takes_grants_and_sign_ins_along() {
    let world = World::start().await;
    world.connect().await;
    let first = world.call().await.unwrap();
    let columns = keyway_store::SECRET_COLUMNS;
    for table in ["credential_grants", "credential_sign_ins"] {
        assert!(columns.iter().any(|of| of.table == table), "{table}");
    }
    let organization = world.process.app.local().organization().clone();
    let id = world.view().await.id;
    let before = world
        .process
        .store
        .sealed_grant(&organization, &id)
        .await
        .unwrap();
    let database = world.directory.path().join("keyway.db");
    let _announced = Announced::announce(&database, "http://127.0.0.1:1").unwrap();
    let store = Store::open(&database, Purpose::Command).await.unwrap();
    let source = key_file(world.directory.path());
    let rotation = Rotation {
        vault: ready(&store, world.directory.path()).await.vault,
        store,
        database,
        source,
        random: random(),
        columns: Rotation::COLUMNS,
    };
    let begun = rotation.begin().await.unwrap();
    rotation.reseal(&begun, |_| {}).await.unwrap();
    let after = world
        .process
        .store
        .sealed_grant(&organization, &id)
        .await
        .unwrap();
    assert_ne!(before, after);
    assert_eq!(world.call().await.unwrap(), first);
    world.advance(60);
    assert_ne!(world.call().await.unwrap(), first);
}
