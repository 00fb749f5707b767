use keyway_store::{CallCounts, CallsOf, NewCallStats, ServerStateRow, Span, Store, StoredState};

use crate::support::{at, fresh, id, tenant};

fn calls(count: u64, micros: u64) -> CallCounts {
    let mut counts = CallCounts {
        calls: count,
        errors: 1,
        ..CallCounts::default()
    };
    (0..count).for_each(|_| counts.took(micros));
    counts
}

fn row(organization: &keyway_core::OrgId, second: i64, tool: &str, count: u64) -> NewCallStats {
    NewCallStats {
        organization: organization.clone(),
        at: at(second),
        server: "docs".into(),
        tool: tool.into(),
        counts: calls(count, 1_500),
    }
}

#[tokio::test]
async fn calls_are_added_to_what_is_known_of_their_stretch_of_time() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let gone = id("org");
    let rows = [
        row(&acme, 0, "a", 2),
        row(&acme, 10, "b", 1),
        row(&acme, 400, "a", 4),
        row(&gone, 0, "a", 9),
    ];
    store.add_call_stats(&rows).await.unwrap();
    store
        .add_call_stats(&[row(&acme, 20, "a", 1)])
        .await
        .unwrap();
    let series = async |of, span| {
        let found = store.call_series(&acme, of, span, at(0)).await.unwrap();
        let calls = found.iter().map(|one| (one.at, one.counts.calls));
        calls.collect::<Vec<_>>()
    };
    assert_eq!(
        series(CallsOf::All, Span::Minutes).await,
        [(at(0), 4), (at(300), 4)]
    );
    assert_eq!(
        series(CallsOf::Server("docs"), Span::Hour).await,
        [(at(0), 8)]
    );
    assert_eq!(
        series(CallsOf::Tool("b"), Span::Minutes).await,
        [(at(0), 1)]
    );
    assert_eq!(series(CallsOf::Tool("c"), Span::Minutes).await, []);
    let tools = store.calls_by_tool(&acme, None, at(0), 9).await.unwrap();
    let names: Vec<_> = tools
        .iter()
        .map(|one| (one.tool.as_str(), one.counts.calls))
        .collect();
    assert_eq!(names, [("a", 7), ("b", 1)]);
    assert_eq!(tools[0].counts.errors, 3);
    assert_eq!(tools[0].counts.micros, 7 * 1_500);
    assert_eq!(tools[0].counts.took[3], 7, "more than 1 ms, at most 2");
    assert_eq!(
        store
            .calls_by_tool(&acme, None, at(0), 1)
            .await
            .unwrap()
            .len(),
        1
    );
    let servers = store.calls_by_server(&acme, at(0), 9).await.unwrap();
    assert_eq!((servers.len(), servers[0].counts.calls), (1, 8));
    for of in [CallsOf::All, CallsOf::Server("docs"), CallsOf::Tool("a")] {
        assert_eq!(
            store
                .call_series(&other, of, Span::Hour, at(0))
                .await
                .unwrap(),
            []
        );
        assert_eq!(
            store
                .call_series(&gone, of, Span::Hour, at(0))
                .await
                .unwrap(),
            []
        );
    }
    let since = store
        .call_series(&acme, CallsOf::All, Span::Minutes, at(310))
        .await
        .unwrap();
    assert_eq!(since.len(), 1, "from the stretch on that the moment is in");
}

#[tokio::test]
async fn what_is_old_is_forgotten_for_each_span_by_itself() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    store
        .add_call_stats(&[row(&acme, 0, "a", 1), row(&acme, 7_200, "a", 1)])
        .await
        .unwrap();
    let count = async |span| {
        let found = store
            .call_series(&acme, CallsOf::All, span, at(0))
            .await
            .unwrap();
        found.len()
    };
    assert_eq!(
        store.purge_call_stats(at(3_600), at(0), 2).await.unwrap(),
        2,
        "no more than asked"
    );
    assert_eq!(
        store.purge_call_stats(at(3_600), at(0), 99).await.unwrap(),
        1
    );
    assert_eq!(
        store.purge_call_stats(at(3_600), at(0), 99).await.unwrap(),
        0
    );
    assert_eq!(
        (count(Span::Minutes).await, count(Span::Hour).await),
        (1, 2)
    );
    assert_eq!(
        store.purge_call_stats(at(0), at(3_600), 99).await.unwrap(),
        3
    );
    assert_eq!(
        (count(Span::Minutes).await, count(Span::Hour).await),
        (1, 1)
    );
}

#[tokio::test]
async fn what_became_of_servers_is_kept_with_what_was_before() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let change = |server: &str, second, state| ServerStateRow {
        organization: acme.clone(),
        server: server.into(),
        at: at(second),
        state,
        reason: Some("why".into()),
    };
    let rows = [
        change("docs", 0, StoredState::Connecting),
        change("docs", 10, StoredState::Connected),
        change("docs", 90, StoredState::Disconnected),
        change("wiki", 5, StoredState::Removed),
    ];
    store.add_server_states(&rows).await.unwrap();
    assert_eq!(
        told(store, &acme, Some("docs"), 50).await,
        ["docs 10 connected", "docs 90 disconnected"]
    );
    assert_eq!(told(store, &other, None, 0).await, [""; 0]);
    store.stop_server_states(at(60)).await.unwrap();
    store.stop_server_states(at(200)).await.unwrap();
    let all = ["docs 90 disconnected", "docs 90 stopped", "wiki 5 removed"];
    assert_eq!(
        told(store, &acme, None, 90).await,
        all,
        "once, and after what was known"
    );
    assert_eq!(store.purge_server_states(at(100), 99).await.unwrap(), 4);
    assert_eq!(told(store, &acme, None, 0).await, ["docs 90 stopped"]);
}

/// Servers, seconds and states; the moment of `stopped` is the millisecond after what was known.
#[expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
async fn told(
    store: &Store,
    organization: &keyway_core::OrgId,
    server: Option<&str>,
    since: i64,
) -> Vec<String> {
    let found = store
        .server_states(organization, server, at(since), 99)
        .await
        .unwrap();
    let told = found.iter().map(|one| {
        let second = one.at.as_second() - at(0).as_second();
        format!("{} {second} {}", one.server, one.state.as_str())
    });
    told.collect()
}
