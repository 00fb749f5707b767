//! Who decides, who sees, and what is told to who comes second.

use keyway_app::approvals::{Decide, ListApprovals, Through};
use keyway_core::{Kind, Role};
use keyway_store::AuditFilter;
use serde_json::Value;

use super::world::{World, code};
use crate::policy::world::policies;
use crate::support::until;

#[tokio::test]
async fn of_two_who_decide_at_once_the_second_is_told_who_was_first() {
    let world = World::new().await;
    let admin = world
        .gate
        .world
        .joined("admin@example.com", Role::Admin)
        .await;
    let admin = admin.visitor.principal;
    world.asks("/srv/a").await;
    let asked = world.pending().await;
    let owner = world.owner().clone();
    let (one, other) = tokio::join!(
        world.decide(&owner, &asked.id, Decide::Approve),
        world.decide(&admin, &asked.id, Decide::Deny(None)),
    );
    let (won, lost, winner) = match (one, other) {
        (Ok(won), Err(lost)) => (won, lost, owner),
        (Err(lost), Ok(won)) => (won, lost, admin),
        both => panic!("{both:?}"),
    };
    let winner = winner.actor().expect("a person");
    assert_eq!(
        (lost.kind(), lost.code()),
        (Kind::Conflict, "approval_decided")
    );
    assert_eq!(lost.detail("decidedBy"), Some(winner.as_str()));
    assert_eq!(lost.detail("state"), Some(won.state));
    assert!(lost.message().contains(winner.as_str()));
    assert_eq!(won.decided_by.as_deref(), Some(winner.as_str()));
    world.stop().await;
}

#[tokio::test]
async fn who_was_demoted_since_they_approved_does_not_count() {
    let world = World::new().await;
    let admin = world
        .gate
        .world
        .joined("admin@example.com", Role::Admin)
        .await;
    world.asks("/srv/a").await;
    let asked = world.pending().await;
    let who = admin.visitor.principal.clone();
    world
        .decide(&who, &asked.id, Decide::Approve)
        .await
        .unwrap();
    let people = world.app().people();
    let user = &admin.visitor.user.id;
    people
        .set_role(world.owner(), user, Role::Member)
        .await
        .unwrap();
    assert_eq!(code(&world.asks("/srv/a").await), "approval_void");
    let told = world.show(&asked.id).await.approval;
    assert_eq!(
        (told.state, told.reason.as_deref()),
        ("void", Some("decider_gone"))
    );
    assert_eq!(world.ran(), 0);
    // And what they would decide now is refused.
    world.asks("/srv/a").await;
    let asked = world.pending().await;
    let refused = world.decide(&who, &asked.id, Decide::Approve).await;
    assert_eq!(refused.unwrap_err().kind(), Kind::NotFound);
    world.stop().await;
}

#[tokio::test]
async fn a_tool_that_is_gone_cannot_be_approved_and_denying_it_is_fine() {
    let world = World::new().await;
    for path in ["/srv/a", "/srv/b"] {
        world.asks(path).await;
    }
    let all = world.all().await;
    world.app().set_upstreams(Vec::new());
    let owner = world.owner().clone();
    let gone = world.decide(&owner, &all[0].id, Decide::Approve).await;
    let gone = gone.unwrap_err();
    assert_eq!(
        (gone.code(), gone.detail("reason")),
        ("approval_void", Some("tool_gone"))
    );
    assert_eq!(world.show(&all[0].id).await.approval.state, "void");
    world
        .decide(&owner, &all[1].id, Decide::Deny(None))
        .await
        .unwrap();
    world.stop().await;
}

#[tokio::test]
async fn members_see_their_own_and_decide_about_what_policy_names() {
    let world = World::new().await;
    let other = world
        .gate
        .world
        .joined("other@example.com", Role::Member)
        .await;
    let other = other.visitor.principal;
    world.asks("/srv/a").await;
    let asked = world.pending().await;
    let own = &world.member.visitor.principal;
    let approvals = world.approvals();
    let list = ListApprovals::default();
    let seen = approvals.list(own, &list).await.unwrap().approvals;
    assert_eq!((seen.len(), seen[0].may_decide), (1, false));
    assert!(
        approvals
            .list(&other, &list)
            .await
            .unwrap()
            .approvals
            .is_empty()
    );
    let hidden = approvals.show(&other, &asked.id).await.unwrap_err();
    assert_eq!(hidden.kind(), Kind::NotFound);
    let seen = approvals
        .list(world.owner(), &list)
        .await
        .unwrap()
        .approvals;
    assert!(seen[0].may_decide);
    let other_id = other.actor().expect("a person");
    world.app().set_policies(policies(&format!(
        "permit (principal == User::\"{}\", action == Action::\"decide\", resource in Server::\"s\");",
        other_id.as_str()
    )));
    let pending = ListApprovals {
        state: Some("pending"),
        ..ListApprovals::default()
    };
    let seen = approvals.list(&other, &pending).await.unwrap().approvals;
    assert!(seen[0].may_decide);
    world
        .decide(&other, &asked.id, Decide::Approve)
        .await
        .unwrap();
    assert_eq!(world.asks("/srv/a").await, r#""tools/call drop""#);
    world.stop().await;
}

#[tokio::test]
async fn asking_deciding_and_running_are_one_story_in_the_audit_log() {
    let world = World::new().await;
    world.asks("/srv/a").await;
    let asked = world.pending().await;
    world.approve(&asked.id).await;
    world.asks("/srv/a").await;
    world.outcome(&asked.id).await;
    let (app, local) = (world.app(), world.app().local());
    let story = || async {
        let page = app
            .audit_events(&local, &AuditFilter::default(), None, None)
            .await;
        let mut kinds = Vec::new();
        for event in page.unwrap().events {
            let record: Value = serde_json::from_str(event.record.get()).unwrap();
            if record["approval"] == asked.id.as_str() && record["phase"] != "outcome" {
                kinds.push(record["kind"].as_str().unwrap().to_owned());
            }
        }
        kinds.reverse();
        kinds
    };
    until(|| async { story().await.len() == 3 }).await;
    let kinds = story().await;
    assert_eq!(kinds, ["approval_asked", "approval_decided", "call"]);
    world.stop().await;
}

#[tokio::test]
async fn the_operator_decides_beside_the_gateway_and_who_waits_is_woken() {
    let world = World::patient().await;
    let call = world.asks("/srv/a");
    let deciding = async {
        let asked = world.pending().await;
        let beside = world.approvals().beside();
        let local = world.app().local();
        let decided = beside.decide(&local, &asked.id, Decide::Approve, Through::Cli);
        decided.await.unwrap();
    };
    let (answer, ()) = tokio::join!(call, deciding);
    assert_eq!(answer, r#""tools/call drop""#);
    world.stop().await;
}
