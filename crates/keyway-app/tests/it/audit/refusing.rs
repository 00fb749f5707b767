//! What is done, and what is not, while nothing can be written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyway_app::{Event, EventKind, Surface};
use keyway_core::action::Expose;
use keyway_core::{Action, Error, Kind, Role};
use keyway_testkit::sql;
use serde_json::{Value, json};

use super::world::World;
use crate::support::{Asking, until};

/// An action that counts how often it ran.
fn counting(slug: &str, ran: &Arc<AtomicUsize>) -> Action {
    let ran = Arc::clone(ran);
    Action::new(slug, move |_, _: Value| {
        let ran = Arc::clone(&ran);
        async move {
            ran.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Error>(json!({}))
        }
    })
    .expose(Expose::ALL)
}

#[tokio::test]
async fn while_nothing_can_be_written_down_only_reads_go_on() {
    let (wrote, read) = (Arc::default(), Arc::default());
    let actions = vec![
        counting("write", &wrote),
        counting("look", &read).read_only(),
    ];
    let world = World::start(actions).await;
    let app = &world.process.app;
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit_blocks \
                BEGIN SELECT RAISE(ABORT, 'full'); END";
    sql::run(&world.database(), full).await;

    let asking = Asking::new(app);
    let refused = asking.invoke(app, "write", json!({}), Surface::Http).await;
    let error = refused.err().unwrap();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Unavailable, "audit_unavailable")
    );
    assert_eq!(wrote.load(Ordering::Relaxed), 0, "it did not run");
    let error = app
        .api_keys()
        .create(&app.local(), "ci", None)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "audit_unavailable");
    let keys = app.api_keys().list(&app.local()).await.unwrap();
    assert_eq!(keys.len(), 1, "nothing is half made");

    let (people, local) = (app.people(), app.local());
    let owner = people.members(&local).await.unwrap().remove(0);
    let made = people.create_service_account(&local, "ci", Role::Admin);
    let made = made.await.map(drop);
    let invited = people.invite(&local, "eve@example.com", Role::Owner).await;
    for refused in [
        made,
        invited.map(drop),
        people.remove_member(&local, &owner.id).await,
    ] {
        assert_eq!(refused.unwrap_err().code(), "audit_unavailable");
    }
    assert_eq!(people.members(&local).await.unwrap().len(), 1);
    assert!(people.service_accounts(&local).await.unwrap().is_empty());
    assert!(people.invitations(&local).await.unwrap().is_empty());

    asking
        .invoke(app, "look", json!({}), Surface::Http)
        .await
        .unwrap();
    assert_eq!(read.load(Ordering::Relaxed), 1, "reads go on");
    let metrics = || app.metrics().render();
    until(|| async { metrics().contains("keyway_audit_writable 0\n") }).await;
    assert!(
        metrics().contains("keyway_audit_refusals_total 5\n"),
        "{}",
        metrics()
    );

    // Once it can be written again, what was read meanwhile is written too.
    sql::run(&world.database(), "DROP TRIGGER full").await;
    asking
        .invoke(app, "write", json!({}), Surface::Http)
        .await
        .unwrap();
    let records = world.records(3).await;
    assert_eq!(records[0]["target"]["id"], "look");
    assert_eq!(records[1]["phase"], "intent");
    assert!(
        metrics().contains("keyway_audit_writable 1\n"),
        "{}",
        metrics()
    );
    world.process.stop().await;
}

#[tokio::test]
async fn who_waits_too_long_is_refused_and_what_was_not_done_is_not_in_the_log() {
    let settings = keyway_app::audit::AuditSettings {
        patience: std::time::Duration::from_millis(100),
        ..Default::default()
    };
    let world = World::with(Vec::new(), settings).await;
    let audit = world.process.app.audit();
    let event = || Event::new(EventKind::GrantMade, &world.process.app.local());
    let holding = sql::hold(&world.database()).await;
    let (one, two) = tokio::join!(audit.record(event()), audit.record(event()));
    for refused in [one, two] {
        assert_eq!(refused.unwrap_err().code(), "audit_unavailable");
    }
    drop(holding);
    audit
        .record(event())
        .await
        .or_else(|_| Ok::<_, Error>(()))
        .unwrap();
    until(|| async { audit.record(event()).await.is_ok() }).await;
}

#[tokio::test]
async fn notes_that_find_no_room_are_counted_and_hold_nobody_up() {
    let settings = keyway_app::audit::AuditSettings {
        queue: 4,
        ..Default::default()
    };
    let world = World::with(Vec::new(), settings).await;
    let app = &world.process.app;
    for _ in 0..50 {
        app.audit().note(Event::new(EventKind::Call, &app.local()));
    }
    let text = app.metrics().render();
    assert!(text.contains("keyway_audit_lost_total 46\n"), "{text}");
    world.records(4).await;
    world.process.stop().await;
}
