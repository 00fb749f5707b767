use std::fmt::Write as _;

use keyway_core::OrgId;
use keyway_store::{AuditFilter, Durability, GENESIS, Limits, Purpose, Reason, Store, event_hash};

use crate::audit::event;
use crate::support::id;

/// Logs of before stood one event a row.
#[tokio::test]
async fn a_log_of_before_is_taken_over_with_its_hashes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyway.db");
    Store::open(&path, Purpose::Command)
        .await
        .unwrap()
        .close()
        .await;
    let old = include_str!("../../migrations/sqlite/0004_audit.sql");
    let (events, _) = old.split_once("-- Signed words").unwrap();
    let (organization, record) = (id::<OrgId>("org"), event(&id("org"), 7).record);
    let hash = event_hash(organization.as_str(), 1, 1_234_567, &GENESIS, &record);
    let hex = hash.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let back = format!(
        "DROP TABLE audit_blocks; DROP TABLE audit_marks; \
         DELETE FROM _sqlx_migrations WHERE version = 10; {events}; \
         INSERT INTO audit_events (organization_id, seq, at, record, previous, hash) \
         VALUES ('{organization}', 1, 1234567, '{record}', zeroblob(32), x'{hex}')"
    );
    keyway_testkit::sql::run(&path, &back).await;
    let store = Store::open(&path, Purpose::Command).await.unwrap();
    let filter = AuditFilter {
        tool: Some("t1".to_owned()),
        actor: Some("user_1".to_owned()),
        ..AuditFilter::default()
    };
    let rows = store.audit_after(&organization, &filter, 0, 9).await;
    let [row] = &rows.unwrap()[..] else {
        panic!("one event")
    };
    assert_eq!((row.seq, row.at, &row.record), (1, 1_234_567, &record));
    assert_eq!(
        (&row.previous[..], &row.hash[..]),
        (&GENESIS[..], &hash[..])
    );
    let head = store.audit_head(&organization).await.unwrap();
    assert_eq!((head.seq, head.hash), (1, hash));
}

#[tokio::test]
async fn a_full_disk_refuses_events_and_keeps_the_chain() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyway.db");
    let limits = Limits {
        file_bytes: Some(1_400 << 10),
    };
    let store = Store::open_within(&path, Purpose::Command, limits)
        .await
        .unwrap();
    let (log, organization) = (store.audit_log(Durability::Process), id("org"));
    let batch: Vec<_> = (0..100)
        .map(|number| event(&organization, number))
        .collect();
    let mut written = 0;
    let refused = loop {
        match log.append(&batch).await {
            Ok(heads) => written = heads[&organization].seq,
            Err(error) => break error,
        }
    };
    assert_eq!(*refused.reason(), Reason::Full);
    let head = store.audit_head(&organization).await.unwrap();
    assert_eq!(
        head.seq, written,
        "a batch is written as a whole or not at all"
    );
}
