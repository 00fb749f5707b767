use std::sync::Arc;

use keyway_app::{List, Notice};
use keyway_core::ports::{Change, ChangeKind, Lists};
use keyway_store::Purpose;
use tokio::sync::broadcast::Receiver;

use crate::fake_upstream::{FakeUpstream, item, resources, tools};
use crate::support::{Process, stranger, until};

fn heard(receiver: &mut Receiver<Notice>) -> Vec<Notice> {
    std::iter::from_fn(|| receiver.try_recv().ok()).collect()
}

fn change(server: &str, kind: ChangeKind) -> Change {
    Change {
        server: server.to_owned(),
        kind,
    }
}

#[tokio::test]
async fn a_list_is_only_announced_when_it_really_changed() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let app = &process.app;
    let mut notices = app.notices(&app.local());
    let mut elsewhere = app.notices(&stranger());
    let upstream = FakeUpstream::new("s");
    app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    assert_eq!(heard(&mut notices), [], "it lists nothing yet");

    upstream.list(Lists {
        templates: vec![item("uriTemplate", "a://{b}")],
        ..tools(&["one"])
    });
    app.upstream_changed(&change("s", ChangeKind::Lists));
    let both = [List::Tools, List::Templates].map(Notice::ListChanged);
    assert_eq!(heard(&mut notices), both);

    app.upstream_changed(&change("s", ChangeKind::Lists));
    app.upstream_changed(&change("s", ChangeKind::State));
    app.upstream_changed(&change("unknown", ChangeKind::Lists));
    assert_eq!(heard(&mut notices), []);

    app.set_upstreams(Vec::new());
    assert_eq!(heard(&mut notices), both);
    assert_eq!(heard(&mut elsewhere), [], "it is nobody else's business");
    process.stop().await;
}

#[tokio::test]
async fn changes_of_a_large_catalogue_are_taken_in_together_and_none_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let app = &process.app;
    let names: Vec<_> = (0..2_000).map(|number| format!("tool-{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let large = FakeUpstream::new("large");
    large.list(tools(&names));
    let others: Vec<_> = (0..20)
        .map(|at| FakeUpstream::new(&format!("s{at}")))
        .collect();
    let all = others.iter().chain([&large]);
    app.set_upstreams(all.map(|one| Arc::clone(one) as _).collect());
    let mut notices = app.notices(&app.local());
    for (at, other) in others.iter().enumerate() {
        other.list(tools(&["one"]));
        app.upstream_changed(&change(&format!("s{at}"), ChangeKind::Lists));
    }
    until(|| async { app.count(&app.local(), List::Tools) == 2_020 }).await;
    let heard = heard(&mut notices);
    assert!((1..20).contains(&heard.len()), "{} notices", heard.len());
    process.stop().await;
}

#[tokio::test]
async fn an_upstream_is_asked_once_for_all_who_listen() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, who) = (&process.app, process.app.local());
    let (one, other) = (FakeUpstream::new("a"), FakeUpstream::new("b"));
    for upstream in [&one, &other] {
        upstream.list(resources(&["file:///x"]));
    }
    app.set_upstreams(vec![Arc::clone(&one) as _, Arc::clone(&other) as _]);
    let mut notices = app.notices(&who);
    let exposed = "keyway+b:file:///x";

    app.subscribe(&who, exposed).await.unwrap();
    app.subscribe(&who, exposed).await.unwrap();
    assert_eq!(*other.log.lock(), ["subscribe file:///x"]);
    app.upstream_changed(&change(
        "b",
        ChangeKind::ResourceUpdated("file:///x".into()),
    ));
    let updated = Notice::ResourceUpdated(exposed.to_owned());
    assert_eq!(heard(&mut notices), [updated], "by the URI clients know");

    app.unsubscribe(&who, exposed).await;
    assert_eq!(other.log.lock().len(), 1, "someone still listens");
    app.unsubscribe(&who, exposed).await;
    assert_eq!(other.last(), "unsubscribe file:///x");
    app.unsubscribe(&who, exposed).await;
    assert_eq!(other.log.lock().len(), 2, "there was nothing left to end");
    app.subscribe(&who, exposed).await.unwrap();
    assert_eq!(other.log.lock().len(), 3);
    assert!(one.log.lock().is_empty());
    process.stop().await;
}

#[tokio::test]
async fn a_subscription_ends_also_when_its_resource_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, who) = (&process.app, process.app.local());
    let upstream = FakeUpstream::new("a");
    upstream.list(resources(&["file:///x"]));
    app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    app.subscribe(&who, "file:///x").await.unwrap();
    app.set_upstreams(Vec::new());
    app.unsubscribe(&stranger(), "file:///x").await;
    assert_eq!(upstream.log.lock().len(), 1, "it is not theirs to end");
    app.unsubscribe(&who, "file:///x").await;
    assert_eq!(upstream.last(), "unsubscribe file:///x");
    process.stop().await;
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_refused_and_not_counted() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, who) = (&process.app, process.app.local());
    let upstream = FakeUpstream::new("a");
    upstream.list(resources(&["file:///x"]));
    app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    let error = app.subscribe(&who, "nowhere://x").await.unwrap_err();
    assert_eq!(error.code, -32602);
    app.subscribe(&who, "file:///unlisted").await.unwrap_err();
    app.subscribe(&who, "file:///unlisted").await.unwrap_err();
    assert_eq!(upstream.log.lock().len(), 2, "it is asked each time");
    app.subscribe(&stranger(), "file:///x").await.unwrap_err();
    assert_eq!(upstream.log.lock().len(), 2);
    process.stop().await;
}
