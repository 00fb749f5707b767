use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use keyway_app::List;
use keyway_core::ports::{Change, ChangeKind};
use keyway_store::Purpose;
use proptest::prelude::*;

use crate::fake_upstream::{FakeUpstream, tools};
use crate::support::{Process, Shared, listed};

fn list(upstream: &FakeUpstream, numbers: &BTreeSet<u16>) {
    let names: Vec<_> = numbers.iter().map(|n| format!("tool_{n:05}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    upstream.list(tools(&names));
}

fn changed() -> Change {
    Change {
        server: "s".into(),
        kind: ChangeKind::Lists,
    }
}

static SHARED: LazyLock<Shared> = LazyLock::new(Shared::start);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A client that pages while the list changes sees what stays exactly once, and nothing twice.
    #[test]
    fn every_item_that_stays_is_seen_once(
        start in prop::collection::btree_set(0u16..2000, 0..450),
        changes in prop::collection::vec(
            (prop::collection::btree_set(0u16..2000, 0..60), prop::collection::btree_set(0u16..2000, 0..60)),
            0..6,
        ),
    ) {
        // Background work of the app needs its runtime; paging itself waits for nothing.
        let _runtime = SHARED.runtime.enter();
        let (app, who) = (&SHARED.process.app, SHARED.process.app.local());
        let upstream = FakeUpstream::new("s");
        list(&upstream, &start);
        app.set_upstreams(vec![Arc::clone(&upstream) as _]);

        let (mut now, mut stayed) = (start.clone(), start);
        let mut changes = changes.into_iter();
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = app.list(&who, List::Tools, cursor.as_deref()).unwrap();
            let items: Vec<serde_json::Value> = page.items.read().unwrap();
            prop_assert!(items.len() <= 100);
            for item in items {
                *seen.entry(item["name"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
            if let Some((gone, new)) = changes.next() {
                now = now.difference(&gone).copied().collect();
                stayed = stayed.intersection(&now).copied().collect();
                now.extend(new);
                list(&upstream, &now);
                app.upstream_changed(&changed());
            }
        }
        prop_assert!(seen.values().all(|count| *count == 1), "something is seen twice");
        for number in stayed {
            let name = format!("mcp__s__tool_{number:05}");
            prop_assert!(seen.contains_key(&name), "{name} is not seen");
        }
    }
}

#[tokio::test]
async fn a_page_has_a_hundred_items_and_the_last_one_no_cursor() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, who) = (&process.app, process.app.local());
    let upstream = FakeUpstream::new("s");
    app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    for (count, pages) in [(0, vec![0]), (100, vec![100]), (201, vec![100, 100, 1])] {
        list(&upstream, &(0..count).collect());
        app.upstream_changed(&changed());
        let (mut sizes, mut cursor) = (Vec::new(), None);
        loop {
            let page = app.list(&who, List::Tools, cursor.as_deref()).unwrap();
            sizes.push(page.items.read::<Vec<serde_json::Value>>().unwrap().len());
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(sizes, pages);
        assert_eq!(listed(app, &who, List::Tools).len(), usize::from(count));
    }
    process.stop().await;
}

#[tokio::test]
async fn a_cursor_is_only_good_for_its_list() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, who) = (&process.app, process.app.local());
    let upstream = FakeUpstream::new("s");
    list(&upstream, &(0..150).collect());
    app.set_upstreams(vec![upstream]);
    let page = app.list(&who, List::Tools, None).unwrap();
    let cursor = page.next_cursor.unwrap();
    for list in [List::Resources, List::Templates, List::Prompts] {
        let error = app.list(&who, list, Some(&cursor)).unwrap_err();
        assert_eq!(error.code, -32602);
    }
    let mut turned = cursor.clone();
    turned.replace_range(5..6, if &cursor[5..6] == "A" { "B" } else { "A" });
    for bad in [
        "",
        "x",
        "100",
        "äöü",
        &cursor[1..],
        &turned,
        &"A".repeat(5000),
    ] {
        let error = app.list(&who, List::Tools, Some(bad)).unwrap_err();
        assert_eq!(error.code, -32602);
    }
    app.set_upstreams(Vec::new());
    let after = app.list(&who, List::Tools, Some(&cursor)).unwrap();
    assert_eq!((after.items.as_str(), after.next_cursor), ("[]", None));
    process.stop().await;
}
