//! Every way to alter a log behind our back, done with raw SQL, is found and named.

use std::fmt::Write as _;

use keyway_app::audit::{Broken, Fault};
use keyway_store::event_hash;
use keyway_testkit::sql;

use super::world::World;

/// A log of ten events, signed after the fourth, the seventh and the last one.
async fn signed() -> World {
    let world = World::start(Vec::new()).await;
    for count in [4, 3, 3] {
        world.fill(count).await;
        world.process.app.audit().sign_checkpoints().await;
    }
    world
}

/// What is found after some SQL. The triggers that refuse changes are gone.
async fn after(world: &World, statements: &str) -> Vec<Broken> {
    let triggers = "DROP TRIGGER audit_blocks_stay; DROP TRIGGER audit_blocks_are_kept; \
                    DROP TRIGGER audit_checkpoints_stay; DROP TRIGGER audit_checkpoints_are_kept;";
    sql::run(&world.database(), &format!("{triggers}{statements}")).await;
    let audit = world.process.app.audit();
    let chain = audit.verify(&world.home(), |_| {}).await.unwrap();
    chain.broken().to_vec()
}

fn at(seq: i64, fault: Fault) -> Vec<Broken> {
    vec![Broken { seq, fault }]
}

/// SQL that makes the log from an event on anew, with right hashes, as who knows how it is done can.
async fn remade(world: &World, from: i64, record: &str) -> String {
    let events = world.events().await;
    let mut previous = keyway_store::GENESIS;
    let mut statements = String::new();
    for event in events {
        let row = event.row().unwrap();
        let organization = row.organization.as_str();
        let record = if row.seq == from { record } else { &row.record };
        let hash = event_hash(organization, row.seq, row.at, &previous, record);
        if row.seq >= from {
            let hex = |bytes: &[u8]| -> String {
                bytes
                    .iter()
                    .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
            };
            let _ = write!(
                statements,
                "UPDATE audit_blocks SET records = '{record}', previous = x'{}', hashes = x'{}' \
                 WHERE first = {};",
                hex(&previous),
                hex(&hash),
                row.seq
            );
        }
        previous = hash;
    }
    statements
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole() {
    let world = signed().await;
    world.fill(2).await;
    let audit = world.process.app.audit();
    let chain = audit.verify(&world.home(), |_| {}).await.unwrap();
    assert_eq!(chain.broken(), []);
    assert_eq!((chain.events(), chain.signed()), (12, Some(10)));
    world.process.stop().await;
}

#[tokio::test]
async fn the_database_refuses_changes_by_itself() {
    let world = signed().await;
    for statement in [
        "UPDATE audit_blocks SET moments = x''",
        "DELETE FROM audit_blocks WHERE first = 10",
        "UPDATE audit_checkpoints SET at = 0",
        "DELETE FROM audit_checkpoints",
        "INSERT INTO audit_blocks SELECT * FROM audit_blocks",
    ] {
        let error = sql::fails(&world.database(), statement).await;
        let told = error.contains("only ever appended to") || error.contains("UNIQUE");
        assert!(told, "{error}");
    }
}

#[tokio::test]
async fn an_edit_is_found() {
    for change in [
        "records = replace(records, 'operator', 'somebody')",
        "records = records || ' '",
        "moments = zeroblob(8)",
        "moments = x''",
        "hashes = zeroblob(32)",
        "hashes = x''",
        "previous = zeroblob(32)",
    ] {
        let world = signed().await;
        let found = after(
            &world,
            &format!("UPDATE audit_blocks SET {change} WHERE first = 5"),
        )
        .await;
        assert!(
            found.contains(&at(5, Fault::Edited)[0]),
            "{change}: {found:?}"
        );
        assert!(
            found.iter().all(|found| (5..=6).contains(&found.seq)),
            "{found:?}"
        );
    }
}

/// Events that were appended at once stand in one row.
#[tokio::test]
async fn an_edit_in_the_middle_of_a_block_is_found_where_it_is() {
    let edited = [Fault::Edited];
    let cut = [Fault::Edited, Fault::Unlinked, Fault::Gap { missing: 9 }];
    let line = "instr(records, '\"number\":4')";
    for (change, faults) in [
        (
            "records = replace(records, '\"number\":4', '\"number\":7')".to_owned(),
            &edited[..],
        ),
        (
            format!("records = substr(records, 1, {line} - 1) || substr(records, {line} + 12)"),
            &edited[..],
        ),
        (
            "records = substr(records, instr(records, char(10)) + 1)".to_owned(),
            &cut[..],
        ),
        ("hashes = substr(hashes, 33)".to_owned(), &cut[..]),
    ] {
        let world = World::start(Vec::new()).await;
        world.fill(1).await;
        world.note(8).await;
        world.fill(2).await;
        let rows = "SELECT count(*) FROM audit_blocks WHERE last = first + 7";
        assert_eq!(sql::number(&world.database(), rows).await, 1);
        let change = format!("UPDATE audit_blocks SET {change} WHERE first = 2");
        let found = after(&world, &change).await;
        assert!(!found.is_empty(), "{change}");
        for found in found {
            assert!(faults.contains(&found.fault), "{change}: {found:?}");
            assert!((2..=10).contains(&found.seq), "{change}: {found:?}");
            if faults == edited {
                assert_eq!(found.seq, 6, "{change}");
            }
        }
        world.process.stop().await;
    }
}

#[tokio::test]
async fn a_gap_is_found() {
    let world = signed().await;
    let found = after(&world, "DELETE FROM audit_blocks WHERE first IN (5, 6)").await;
    assert_eq!(found, at(7, Fault::Gap { missing: 5 }));
    assert_eq!(found[0].to_string(), "events 5 to 6 are not there");
    let world = signed().await;
    let found = after(&world, "DELETE FROM audit_blocks WHERE first < 3").await;
    assert_eq!(found, at(3, Fault::Gap { missing: 1 }));
}

#[tokio::test]
async fn a_gap_that_was_closed_is_found() {
    let world = signed().await;
    let close = "DELETE FROM audit_blocks WHERE first = 5; \
                 UPDATE audit_blocks SET first = first - 1, last = last - 1 WHERE first = 6; \
                 UPDATE audit_blocks SET first = first - 1, last = last - 1 WHERE first = 7;";
    let found = after(&world, close).await;
    assert_eq!(found[0], at(5, Fault::Unlinked)[0], "{found:?}");
}

#[tokio::test]
async fn swapped_events_are_found() {
    let world = signed().await;
    let swap = "UPDATE audit_blocks SET first = 100, last = 100 WHERE first = 5; \
                UPDATE audit_blocks SET first = 5, last = 5 WHERE first = 6; \
                UPDATE audit_blocks SET first = 6, last = 6 WHERE first = 100;";
    let found = after(&world, swap).await;
    for seq in [5, 6] {
        assert!(found.contains(&at(seq, Fault::Edited)[0]), "{found:?}");
        assert!(found.contains(&at(seq, Fault::Unlinked)[0]), "{found:?}");
    }
}

#[tokio::test]
async fn a_log_cut_off_before_a_checkpoint_is_found() {
    for last in [0, 3, 9] {
        let world = signed().await;
        let cut = format!("DELETE FROM audit_blocks WHERE first > {last}");
        let found = after(&world, &cut).await;
        let told = Fault::Truncated { ends: last };
        assert!(found.contains(&at(10, told)[0]), "{found:?}");
    }
}

/// Who was there before the cut goes on where it was: what was cut off is missing.
#[tokio::test]
async fn what_is_appended_after_a_cut_is_found() {
    let world = signed().await;
    let found = after(&world, "DELETE FROM audit_blocks WHERE first > 8").await;
    assert_eq!(found, at(10, Fault::Truncated { ends: 8 }));
    world.fill(3).await;
    let found = after_again(&world).await;
    assert_eq!(found, at(11, Fault::Gap { missing: 9 }));
}

/// Who comes after the cut takes what is left for all there is.
#[tokio::test]
async fn what_the_next_process_appends_after_a_cut_is_found() {
    let world = signed().await;
    after(&world, "DELETE FROM audit_blocks WHERE first > 8").await;
    let world = world.restart().await;
    world.fill(3).await;
    let found = after_again(&world).await;
    assert_eq!(found, at(10, Fault::Replaced));
}

async fn after_again(world: &World) -> Vec<Broken> {
    let audit = world.process.app.audit();
    let chain = audit.verify(&world.home(), |_| {}).await.unwrap();
    chain.broken().to_vec()
}

#[tokio::test]
async fn a_log_made_anew_with_right_hashes_is_found() {
    let world = signed().await;
    let record = r#"{"id":"evt_x","kind":"sign_in","actor":{"type":"user","id":"nobody"}}"#;
    let statements = remade(&world, 6, record).await;
    let found = after(&world, &statements).await;
    assert_eq!(
        found,
        [at(7, Fault::Replaced), at(10, Fault::Replaced)].concat()
    );
}

#[tokio::test]
async fn a_forged_checkpoint_is_found() {
    for change in [
        "signature = zeroblob(64)",
        "signature = x''",
        "at = at + 1",
        "hash = zeroblob(32)",
    ] {
        let world = signed().await;
        let change = format!("UPDATE audit_checkpoints SET {change} WHERE seq = 7");
        assert_eq!(
            after(&world, &change).await,
            at(7, Fault::Forged),
            "{change}"
        );
    }
    let world = signed().await;
    let change = "UPDATE audit_checkpoints SET key_id = '0123456789abcdef' WHERE seq = 7";
    assert_eq!(after(&world, change).await, at(7, Fault::UnknownKey));
    // A right signature of another place is none of this one.
    let world = signed().await;
    let change = "UPDATE audit_checkpoints SET seq = 6 WHERE seq = 7";
    assert_eq!(after(&world, change).await, at(6, Fault::Forged));
}

#[tokio::test]
async fn what_was_altered_is_not_signed() {
    let world = signed().await;
    world.fill(3).await;
    after(
        &world,
        "UPDATE audit_blocks SET moments = zeroblob(8) WHERE first = 12",
    )
    .await;
    world.process.app.audit().sign_checkpoints().await;
    let audit = world.process.app.audit();
    let chain = audit.verify(&world.home(), |_| {}).await.unwrap();
    assert_eq!(chain.signed(), Some(10));
    let text = world.process.app.metrics().render();
    assert!(text.contains("keyway_audit_broken_total 1\n"), "{text}");
}

/// Who makes the end anew while we run is found too: we know where we left it.
#[tokio::test]
async fn what_was_made_anew_is_not_signed() {
    let world = signed().await;
    world.fill(3).await;
    let record = r#"{"id":"evt_x","kind":"sign_in","actor":{"type":"user","id":"nobody"}}"#;
    let statements = remade(&world, 12, record).await;
    assert_eq!(after(&world, &statements).await, []);
    world.process.app.audit().sign_checkpoints().await;
    let audit = world.process.app.audit();
    let chain = audit.verify(&world.home(), |_| {}).await.unwrap();
    assert_eq!(chain.signed(), Some(10));
}
