use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use keyway_app::limits::{Rate, RateLimits};
use keyway_app::policy::{Approvals, Policies};
use keyway_app::{List, Notice, Settings};
use keyway_core::Role;

use super::world::*;
use crate::support::until;
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn once_a_change_is_acknowledged_nobody_gets_the_old_answer() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), unlimited()).await;
    let app = process.app.clone();
    let open = || Policies::read(&[], Approvals::BuiltIn).unwrap();
    let closed =
        || policies("forbid (principal, action == Action::\"call\", resource in Server::\"s\");");
    // What was acknowledged last: even for open, odd for closed.
    let round = Arc::new(AtomicUsize::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    // How many answers were looked at.
    let checked = Arc::new(AtomicUsize::new(0));
    let mut callers = tokio::task::JoinSet::new();
    for nth in 0..64 {
        let (app, round, stop) = (app.clone(), Arc::clone(&round), Arc::clone(&stop));
        let checked = Arc::clone(&checked);
        let role = [Role::Member, Role::Admin, Role::Owner][nth % 3];
        let scopes = ["mcp", "mcp admin", "tools:mcp__s__*"][nth / 3 % 3];
        callers.spawn(async move {
            let who = someone(&app, role, "key", scopes);
            while !stop.load(Ordering::Acquire) {
                let before = round.load(Ordering::Acquire);
                let called = call(&app, &who, "mcp__s__look").await.is_ok();
                let listed = names(&app, &who, List::Tools).contains("mcp__s__look");
                // Only where nothing changed meanwhile is it known what the answer had to be.
                if round.load(Ordering::Acquire) == before && before % 2 == 0 {
                    let expected = before % 4 == 0;
                    assert_eq!((called, listed), (expected, expected), "round {before}");
                    checked.fetch_add(1, Ordering::AcqRel);
                }
                tokio::task::yield_now().await;
            }
        });
    }
    for nth in 0..40 {
        let enough = checked.load(Ordering::Acquire) + 26;
        until(|| std::future::ready(checked.load(Ordering::Acquire) >= enough)).await;
        // Odd while the change is under way.
        round.fetch_add(1, Ordering::AcqRel);
        app.set_policies(if nth % 2 == 0 { closed() } else { open() });
        round.fetch_add(1, Ordering::AcqRel);
    }
    stop.store(true, Ordering::Release);
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
    process.stop().await;
}

fn unlimited() -> Settings {
    Settings {
        rate_limits: RateLimits {
            principal: Rate::OFF,
            client: Rate::OFF,
            ..RateLimits::default()
        },
        ..Settings::default()
    }
}

#[tokio::test]
async fn a_change_of_policy_is_told_where_it_changes_what_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let who = someone(app, Role::Member, "key", "mcp");
    for list in List::ALL {
        names(app, &who, list);
    }
    let mut notices = app.notices(&who);
    app.set_policies(policies(
        "permit (principal, action, resource) when { principal in Role::\"owner\" };",
    ));
    assert!(notices.try_recv().is_err(), "nobody sees anything else");
    app.set_policies(policies(
        "forbid (principal, action == Action::\"read\", resource is Prompt)
         when { principal in Role::\"member\" };",
    ));
    assert_eq!(
        notices.try_recv().unwrap(),
        Notice::ListChanged(List::Prompts)
    );
    assert!(notices.try_recv().is_err());
    assert!(names(app, &who, List::Prompts).is_empty());
    process.stop().await;
}

#[tokio::test]
async fn what_depends_on_the_address_is_decided_anew_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    app.set_policies(policies(
        "forbid (principal, action, resource)
         unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };",
    ));
    let who = someone(app, Role::Owner, "key", "mcp");
    let (near, far) = (
        who.from_address("10.1.1.1".parse().unwrap()),
        who.from_address("192.0.2.1".parse().unwrap()),
    );
    for _ in 0..2 {
        call(app, &near, "mcp__s__look").await.unwrap();
        assert_eq!(names(app, &near, List::Tools).len(), 5);
        call(app, &far, "mcp__s__look").await.unwrap_err();
        assert!(names(app, &far, List::Tools).is_empty());
    }
    process.stop().await;
}
