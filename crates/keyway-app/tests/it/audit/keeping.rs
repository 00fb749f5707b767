//! How events get into the file, and out again.

use std::sync::Arc;
use std::time::Duration;

use keyway_app::audit::{Audit, AuditFilter, AuditSettings, Chain, Line, Who};
use keyway_app::{Event, EventKind};
use keyway_core::{Kind, Principal, Role, Scopes, Subject};
use keyway_store::{Purpose, Store};
use keyway_testkit::sql;

use super::world::World;
use crate::support::{random, stranger, until};

#[tokio::test]
async fn what_was_recorded_is_there_and_what_was_noted_comes() {
    let world = World::start(Vec::new()).await;
    let app = &world.process.app;
    let event = |kind| Event::new(kind, &app.local()).detail("token", "canary");
    app.audit().record(event(EventKind::SignIn)).await.unwrap();
    assert_eq!(world.events().await.len(), 1);
    app.audit().note(event(EventKind::SignOut));
    let records = world.records(2).await;
    assert_eq!(records[0]["kind"], "sign_in");
    assert_eq!(records[0]["actor"]["type"], "operator");
    assert_eq!(records[1]["kind"], "sign_out");
    assert!(!format!("{records:?}").contains("canary"));
    world.process.stop().await;
}

#[tokio::test]
async fn the_end_writes_what_is_left_and_signs_it() {
    let slow = AuditSettings {
        commit_interval: Duration::from_secs(1_000),
        ..AuditSettings::default()
    };
    let world = World::with(Vec::new(), slow).await;
    let app = world.process.app.clone();
    for _ in 0..100 {
        app.audit().note(Event::new(EventKind::Call, &app.local()));
    }
    let (home, path) = (world.home(), world.database());
    world.process.stop().await;
    let store = Store::open(&path, Purpose::Command).await.unwrap();
    assert_eq!(store.audit_head(&home).await.unwrap().seq, 100);
    let signed = store.audit_checkpoints(&home, 0).await.unwrap();
    assert_eq!(signed.last().map(|last| last.seq), Some(100));
    let late = Event::new(EventKind::SignIn, &app.local());
    let refused = app.audit().record(late).await.unwrap_err();
    assert_eq!(refused.code(), "audit_unavailable");
}

#[tokio::test]
async fn a_checkpoint_comes_after_so_many_events() {
    let often = AuditSettings {
        checkpoint_events: 5,
        ..AuditSettings::default()
    };
    let world = World::with(Vec::new(), often).await;
    world.fill(7).await;
    let store = &world.process.store;
    until(|| async {
        !store
            .audit_checkpoints(&world.home(), 0)
            .await
            .unwrap()
            .is_empty()
    })
    .await;
    world.process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_append_and_the_chain_stays_whole() {
    let world = World::start(Vec::new()).await;
    let clock = Arc::clone(&world.process.clock);
    let home = world.home();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let store = Store::open(&world.database(), Purpose::Command)
            .await
            .unwrap();
        let audit = Audit::direct(&store, Arc::clone(&clock) as _, random());
        let home = home.clone();
        writers.spawn(async move {
            for _ in 0..40 {
                let event = Event::new(EventKind::ApiKeyMade, Who::operator(&home));
                audit.record(event).await.unwrap();
            }
        });
    }
    world.fill(40).await;
    for _ in 0..40 {
        let app = &world.process.app;
        app.audit().note(Event::new(EventKind::Call, &app.local()));
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    world.records(200).await;
    world.process.app.audit().sign_checkpoints().await;
    let chain = world
        .process
        .app
        .audit()
        .verify(&home, |_| {})
        .await
        .unwrap();
    assert_eq!(chain.broken(), []);
    assert_eq!((chain.events(), chain.signed()), (200, Some(200)));
    world.process.stop().await;
}

#[tokio::test]
async fn keys_are_in_the_log_and_their_texts_are_not() {
    let world = World::start(Vec::new()).await;
    let (keys, who) = (world.process.app.api_keys(), world.process.app.local());
    let made = keys.create(&who, "ci", None).await.unwrap();
    let new = keys
        .rotate(&who, &made.view.id, Duration::ZERO)
        .await
        .unwrap();
    keys.revoke(&who, &new.view.id).await.unwrap();
    let unknown = "key_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    keys.revoke(&who, &unknown).await.unwrap_err();
    let records = world.records(8).await;
    let told: Vec<_> = records
        .iter()
        .map(|record| {
            let text = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {}",
                text("kind"),
                text("phase"),
                text("outcome"),
                text("code")
            )
        })
        .collect();
    for expected in [
        "api_key_made intent - -",
        "api_key_made outcome ok -",
        "api_key_rotated outcome ok -",
        "api_key_revoked outcome ok -",
        "api_key_revoked outcome refused api_key_not_found",
    ] {
        assert!(
            told.iter().any(|told| told == expected),
            "{expected}: {told:?}"
        );
    }
    let all = format!("{records:?}");
    for key in [&made, &new] {
        assert!(
            !all.contains(&key.secret.expose()[3..]),
            "the key itself is in the log"
        );
    }
    world.process.stop().await;
}

#[tokio::test]
async fn only_administrators_read_and_only_their_own() {
    let world = World::start(Vec::new()).await;
    let app = &world.process.app;
    world.fill(5).await;
    let all = AuditFilter::default();
    let page = app
        .audit_events(&app.local(), &all, None, Some(2))
        .await
        .unwrap();
    let seqs = |page: &keyway_app::audit::AuditPage| {
        page.events
            .iter()
            .map(|event| event.seq)
            .collect::<Vec<_>>()
    };
    assert_eq!(seqs(&page), [5, 4]);
    let cursor = page.next_cursor.as_deref();
    let page = app
        .audit_events(&app.local(), &all, cursor, Some(3))
        .await
        .unwrap();
    assert_eq!((seqs(&page), page.next_cursor), (vec![3, 2, 1], None));
    let of = |kind: &str| AuditFilter {
        kind: Some(kind.to_owned()),
        ..AuditFilter::default()
    };
    let page = app
        .audit_events(&app.local(), &of("call"), None, None)
        .await
        .unwrap();
    assert!(page.events.is_empty());
    for (filter, cursor, limit) in [
        (&of("nothing"), None, None),
        (&all, Some("x"), None),
        (&all, Some("-1"), None),
        (&all, None, Some(0)),
        (&all, None, Some(501)),
    ] {
        let refused = app.audit_events(&app.local(), filter, cursor, limit).await;
        assert_eq!(refused.unwrap_err().kind(), Kind::Invalid);
    }

    let other = app
        .audit_events(&stranger(), &all, None, None)
        .await
        .unwrap();
    assert!(other.events.is_empty(), "another organization's log");
    let key = world.process.key.as_deref().unwrap();
    let owner = app.authenticate(key).await.unwrap();
    app.audit_events(&owner, &all, None, None).await.unwrap();
    let member = Principal::new(world.home(), Subject::Anonymous).with_role(Role::Owner);
    let scoped = owner.with_scopes(Scopes::none());
    for who in [member, scoped] {
        let refused = app.audit_events(&who, &all, None, None).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Forbidden);
    }
    world.process.stop().await;
}

#[tokio::test]
async fn an_export_can_be_checked_elsewhere() {
    let world = World::start(Vec::new()).await;
    let audit = world.process.app.audit();
    for _ in 0..3 {
        world.fill(4).await;
        audit.sign_checkpoints().await;
        world.process.clock.advance(Duration::from_mins(1));
    }
    let lines = |since, until| async move {
        let mut lines = Vec::new();
        let home = world_home(audit).await;
        let keep = |line: &Line| {
            lines.push(line.to_text());
            Ok(())
        };
        audit.export(&home, since, until, keep).await.unwrap();
        lines
    };
    let check = |lines: &[String]| {
        let mut chain = Chain::part(audit.verifying_keys());
        for line in lines {
            match Line::parse(line).unwrap() {
                Line::Event(event) => chain.event(&event.row().unwrap()),
                Line::Checkpoint(signed) => chain.checkpoint(&signed.row().unwrap()),
            }
        }
        chain
    };
    let whole = lines(None, None).await;
    let chain = check(&whole);
    assert_eq!(
        (whole.len(), chain.events(), chain.signed()),
        (15, 12, Some(12))
    );
    assert_eq!(chain.broken(), []);
    // The second minute, to the checkpoint after it.
    let start = world.events().await[4].at;
    let part = lines(Some(start), Some(start + Duration::from_millis(1))).await;
    let chain = check(&part);
    assert_eq!(
        (chain.events(), chain.signed(), chain.broken().len()),
        (4, Some(8), 0)
    );
    for (index, line) in whole.iter().enumerate() {
        let mut altered = whole.clone();
        altered[index] = line
            .replace("operator", "nobody")
            .replace("\"hash\":\"", "\"hash\":\"00");
        let hash = Line::parse(&altered[index]).is_ok() && !check(&altered).broken().is_empty();
        assert!(hash, "{line}");
    }
    world.process.stop().await;
}

async fn world_home(audit: &Audit) -> keyway_core::OrgId {
    audit.organizations().await.unwrap().remove(0)
}

#[tokio::test]
async fn a_log_outlives_its_organization() {
    let world = World::start(Vec::new()).await;
    world.fill(1).await;
    sql::run(&world.database(), "DELETE FROM organizations").await;
    let logs = world.process.app.audit().organizations().await.unwrap();
    assert_eq!(logs, [world.home()]);
    assert_eq!(world.events().await.len(), 1);
}
