use keyway_core::OrgId;
use keyway_store::{AuditFilter, Durability, GENESIS, NewAuditEvent, event_hash};

use crate::support::{at, fresh, id};

pub(crate) fn event(organization: &OrgId, number: i64) -> NewAuditEvent {
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
async fn events_are_found_across_blocks_from_either_end() {
    let fresh = fresh().await;
    let (one, log) = (id("org"), fresh.store.audit_log(Durability::Process));
    // Blocks of many sizes, from one event to more than fit into one.
    for (from, to) in [(0, 1), (1, 300), (300, 302), (302, 700), (700, 701)] {
        let events: Vec<_> = (from..to).map(|number| event(&one, number)).collect();
        log.append(&events).await.unwrap();
    }
    for step in [1, 7, 129, 1_000] {
        for (tool, odd) in [(None, false), (Some("t1".to_owned()), true)] {
            let filter = AuditFilter {
                tool,
                ..AuditFilter::default()
            };
            let expected: Vec<i64> = (1..=701).filter(|seq| !odd || seq % 2 == 0).collect();
            let (mut up, mut after) = (Vec::new(), 0);
            loop {
                let store = &fresh.store;
                let rows = store.audit_after(&one, &filter, after, step).await.unwrap();
                assert!(rows.len() <= step as usize);
                let Some(last) = rows.last() else { break };
                after = last.seq;
                up.extend(rows.iter().map(|row| row.seq));
            }
            assert_eq!(up, expected);
            let (mut down, mut before) = (Vec::new(), None);
            loop {
                let store = &fresh.store;
                let rows = store
                    .audit_before(&one, &filter, before, step)
                    .await
                    .unwrap();
                let Some(last) = rows.last() else { break };
                before = Some(last.seq);
                down.extend(rows.iter().map(|row| row.seq));
            }
            down.reverse();
            assert_eq!(down, expected);
        }
    }
}

#[tokio::test]
async fn a_search_looks_only_near_the_moments_it_is_given_and_stops_in_time() {
    let fresh = fresh().await;
    let (one, log) = (id("org"), fresh.store.audit_log(Durability::Process));
    let store = &fresh.store;
    for from in (0..3_000).step_by(10) {
        let events: Vec<_> = (from..from + 10)
            .map(|number| event(&one, number))
            .collect();
        log.append(&events).await.unwrap();
    }
    let seqs = |found: &keyway_store::AuditFound| -> Vec<i64> {
        found.rows.iter().map(|row| row.seq).collect()
    };
    let all = AuditFilter::default();
    let found = store.search_audit(&one, &all, None, 3, 99).await.unwrap();
    assert_eq!(
        (seqs(&found), found.before),
        (vec![3_000, 2_999, 2_998], Some(2_998))
    );
    let found = store
        .search_audit(&one, &all, Some(3), 9, 99)
        .await
        .unwrap();
    assert_eq!((seqs(&found), found.before), (vec![2, 1], None));
    // One event a second: a window in the middle is found without a walk to it.
    let window = |since, until| AuditFilter {
        since: Some(at(since)),
        until: Some(at(until)),
        ..AuditFilter::default()
    };
    for (since, until) in [(0, 1), (5, 17), (1_500, 1_504), (2_990, 9_000), (-50, 3)] {
        let found = store
            .search_audit(&one, &window(since, until), None, 50, 9_999)
            .await
            .unwrap();
        let first = since.max(0) + 1;
        let mut expected: Vec<i64> = (first..=until.min(3_000)).collect();
        expected.reverse();
        assert_eq!(seqs(&found), expected, "{since} to {until}");
        assert!(
            found.looked_at <= 500,
            "{since} to {until}: {}",
            found.looked_at
        );
    }
    for (since, until) in [(-90, -80), (9_000, 9_001)] {
        let found = store
            .search_audit(&one, &window(since, until), None, 50, 9_999)
            .await
            .unwrap();
        assert_eq!(seqs(&found), [] as [i64; 0]);
    }
    // What no mark narrows down is looked for event by event, and not for ever.
    let server = AuditFilter {
        server: Some("nothing".to_owned()),
        ..AuditFilter::default()
    };
    let (mut before, mut looked_at, mut steps) = (None, 0, 0);
    loop {
        let found = store
            .search_audit(&one, &server, before, 50, 1_000)
            .await
            .unwrap();
        assert_eq!(seqs(&found), [] as [i64; 0]);
        assert!(found.looked_at < 2_000, "{}", found.looked_at);
        (looked_at, steps) = (looked_at + found.looked_at, steps + 1);
        before = found.before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(looked_at, 3_000);
    assert!(steps > 1);
    let nobody: OrgId = id("org");
    let found = store
        .search_audit(&nobody, &window(0, 9), None, 50, 99)
        .await
        .unwrap();
    assert_eq!((seqs(&found), found.before), (vec![], None));
}
