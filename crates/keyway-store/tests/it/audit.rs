use keyway_core::OrgId;
use keyway_store::{
    AuditFilter, Durability, GENESIS, Limits, NewAuditEvent, Purpose, Reason, Store, event_hash,
};

use crate::support::{at, fresh, id};

fn event(organization: &OrgId, number: i64) -> NewAuditEvent {
    NewAuditEvent {
        organization: organization.clone(),
        at: at(number),
        record: format!(
            r#"{{"id":"evt_{number}","kind":"call","actor":{{"id":"user_1"}},"tool":"t{}"}}"#,
            number % 2
        ),
    }
}

#[tokio::test]
async fn each_organization_has_a_chain_of_its_own() {
    let fresh = fresh().await;
    let (one, other): (OrgId, OrgId) = (id("org"), id("org"));
    for durability in [Durability::Process, Durability::Power] {
        let log = fresh.store.audit_log(durability);
        let both: Vec<_> = (0..600)
            .map(|number| event(if number % 3 == 0 { &other } else { &one }, number))
            .collect();
        log.append(&both).await.unwrap();
        log.close().await;
    }
    let all = AuditFilter::default();
    for (organization, count) in [(&one, 800), (&other, 400)] {
        let rows = fresh
            .store
            .audit_after(organization, &all, 0, 5_000)
            .await
            .unwrap();
        assert_eq!(rows.len(), count);
        let mut previous = GENESIS;
        for (seq, row) in (1..).zip(&rows) {
            assert_eq!((row.seq, &row.previous[..]), (seq, &previous[..]));
            previous = event_hash(organization.as_str(), seq, row.at, &previous, &row.record);
            assert_eq!(row.hash, previous);
        }
        let head = fresh.store.audit_head(organization).await.unwrap();
        assert_eq!(
            (head.seq, head.hash),
            (i64::try_from(count).unwrap(), previous)
        );
    }
    let mut organizations = fresh.store.audited_organizations().await.unwrap();
    organizations.sort();
    assert_eq!(organizations, [one, other]);
}

#[tokio::test]
async fn two_who_append_in_turn_make_one_chain() {
    let fresh = fresh().await;
    let (shared, own): (OrgId, OrgId) = (id("org"), id("org"));
    let logs = [Durability::Process, Durability::Power].map(|how| fresh.store.audit_log(how));
    for number in 0..20 {
        let log = &logs[usize::from(number % 3 == 0)];
        // What is refused for its place takes nothing else of the batch with it.
        let events = [event(&own, number), event(&shared, number)];
        let heads = log.append(&events).await.unwrap();
        assert_eq!(heads[&shared].seq, number + 1);
        assert_eq!(
            heads[&shared],
            fresh.store.audit_head(&shared).await.unwrap()
        );
    }
    for organization in [&shared, &own] {
        let all = AuditFilter::default();
        let rows = fresh.store.audit_after(organization, &all, 0, 100);
        let mut previous = GENESIS.to_vec();
        for (number, row) in (0..).zip(rows.await.unwrap()) {
            assert_eq!((row.seq, &row.previous), (number + 1, &previous));
            assert_eq!(row.record, event(organization, number).record);
            previous = row.hash;
        }
    }
}

#[tokio::test]
async fn events_are_found_by_what_their_records_say() {
    let fresh = fresh().await;
    let (one, other): (OrgId, OrgId) = (id("org"), id("org"));
    let log = fresh.store.audit_log(Durability::Process);
    let events: Vec<_> = (0..10).map(|number| event(&one, number)).collect();
    log.append(&events).await.unwrap();
    let tool = AuditFilter {
        tool: Some("t1".to_owned()),
        since: Some(at(3)),
        until: Some(at(9)),
        ..AuditFilter::default()
    };
    let seqs = |rows: Vec<keyway_store::AuditRow>| -> Vec<i64> {
        rows.iter().map(|row| row.seq).collect()
    };
    let found = fresh
        .store
        .audit_before(&one, &tool, None, 2)
        .await
        .unwrap();
    assert_eq!(seqs(found), [8, 6]);
    let found = fresh
        .store
        .audit_before(&one, &tool, Some(6), 2)
        .await
        .unwrap();
    assert_eq!(seqs(found), [4]);
    let found = fresh
        .store
        .audit_before(&other, &tool, None, 9)
        .await
        .unwrap();
    assert_eq!(seqs(found), [] as [i64; 0], "another organization's");
}

#[tokio::test]
async fn a_full_disk_refuses_events_and_keeps_the_chain() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyway.db");
    let limits = Limits {
        file_bytes: Some(600 << 10),
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
