#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::OrgId;
use keyway_store::{
    Approval, ApprovalFilter, ApprovalState, DecideApproval, NewApproval, ParkedApproval, Store,
    WhoDecided,
};

use crate::support::{at, fresh, id, tenant};

fn new(call: u8, second: i64) -> NewApproval {
    NewApproval {
        id: id("appr"),
        requester: "user/client".into(),
        actor: "user".into(),
        asker: "{}".into(),
        client: None,
        agent: None,
        session: None,
        job: None,
        request: "req".into(),
        tool: "mcp__s__drop".into(),
        own: "drop".into(),
        server: Some("s".into()),
        definition: "{}".into(),
        definition_hash: [7; 32],
        arguments: vec![1, 2, 3],
        call_hash: [call; 32],
        policies: "[]".into(),
        at: at(second),
        expires_at: at(second + 100),
        question: None,
    }
}

async fn parked(store: &Store, organization: &OrgId, new: &NewApproval) -> Approval {
    match store.park_approval(organization, new, 10).await.unwrap() {
        ParkedApproval::New(approval) => approval,
        other => unreachable!("{other:?}"),
    }
}

fn by(who: &str, second: i64) -> WhoDecided {
    WhoDecided {
        by: who.into(),
        decider: "{}".into(),
        through: "api".into(),
        at: at(second),
    }
}

async fn decide(
    store: &Store,
    organization: &OrgId,
    approval: &Approval,
    state: ApprovalState,
    decided: &WhoDecided,
) -> bool {
    let decide = DecideApproval {
        state,
        decided,
        reason: Some("because"),
    };
    let decided = store.decide_approval(organization, &approval.id, &decide);
    decided.await.unwrap()
}

#[tokio::test]
async fn the_same_call_is_open_once_and_nobody_has_too_many() {
    let fresh = fresh().await;
    let (acme, _) = tenant(&fresh.store, "acme").await;
    let first = parked(&fresh.store, &acme, &new(1, 1)).await;
    assert_eq!(first.state, ApprovalState::Pending);
    let again = fresh.store.park_approval(&acme, &new(1, 2), 10).await;
    assert_eq!(again.unwrap(), ParkedApproval::Already(first.clone()));
    let more = fresh.store.park_approval(&acme, &new(2, 2), 1).await;
    assert_eq!(more.unwrap(), ParkedApproval::TooMany);
    // What is over makes room.
    let later = parked(&fresh.store, &acme, &new(1, 200)).await;
    let before = fresh
        .store
        .approval(&acme, &first.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(before.state, ApprovalState::Expired);
    let last = fresh
        .store
        .last_approval(&acme, "user/client", "mcp__s__drop", &[1; 32])
        .await;
    assert_eq!(last.unwrap().unwrap().id, later.id);
}

#[tokio::test]
async fn a_decision_is_made_once_in_time_and_in_its_organization() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (globex, _) = tenant(store, "globex").await;
    let approval = parked(store, &acme, &new(1, 1)).await;
    let (ada, bob) = (by("ada", 2), by("bob", 2));
    let (yes, no) = (ApprovalState::Approved, ApprovalState::Denied);
    assert!(!decide(store, &globex, &approval, yes, &bob).await);
    assert!(decide(store, &acme, &approval, yes, &ada).await);
    assert!(!decide(store, &acme, &approval, no, &bob).await);
    let now = store.approval(&acme, &approval.id).await.unwrap().unwrap();
    assert_eq!((now.state, now.decided), (yes, Some(ada)));
    let late = parked(store, &acme, &new(2, 1)).await;
    assert!(!decide(store, &acme, &late, yes, &by("ada", 101)).await);
    assert!(
        store
            .approval(&globex, &approval.id)
            .await
            .unwrap()
            .is_none()
    );
    let listed = store
        .approvals(&globex, &ApprovalFilter::default(), 10)
        .await;
    assert!(listed.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_approved_is_taken_up_once_as_it_was_and_in_time() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let approval = parked(store, &acme, &new(1, 1)).await;
    let claim = |call: u8, definition: u8, second: i64| {
        let id = approval.id.clone();
        let acme = acme.clone();
        async move {
            let bound = (&[call; 32], &[definition; 32]);
            store
                .claim_approval(&acme, &id, bound, at(second), at(second + 10))
                .await
                .unwrap()
        }
    };
    assert!(claim(1, 7, 2).await.is_none(), "nobody approved it");
    let ada = by("ada", 2);
    assert!(decide(store, &acme, &approval, ApprovalState::Approved, &ada).await);
    for (call, definition, second) in [(2, 7, 3), (1, 8, 3), (1, 7, 101)] {
        assert!(claim(call, definition, second).await.is_none());
    }
    let lease = claim(1, 7, 3).await.unwrap();
    assert!(claim(1, 7, 3).await.is_none());
    assert!(
        !store
            .void_approval(&acme, &approval.id, "late")
            .await
            .unwrap()
    );
    // Nobody says how it goes on.
    assert_eq!(store.lose_approvals(at(12)).await.unwrap(), 0);
    assert!(store.keep_approval(&lease, at(20)).await.unwrap());
    assert_eq!(store.lose_approvals(at(20)).await.unwrap(), 1);
    let lost = store.approval(&acme, &approval.id).await.unwrap().unwrap();
    assert_eq!(lost.outcome.as_deref(), Some("unknown"));
    assert!(claim(1, 7, 21).await.is_none());
    // It was only slow.
    assert!(store.end_approval(&lease, "ok", at(22)).await.unwrap());
    assert!(!store.end_approval(&lease, "failed", at(23)).await.unwrap());
    let ended = store.approval(&acme, &approval.id).await.unwrap().unwrap();
    assert_eq!(ended.outcome.as_deref(), Some("ok"));
}

#[tokio::test]
async fn what_is_over_is_ended_and_forgotten_and_what_is_open_stays() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let before = store.approval_epoch().await.unwrap();
    let old = parked(store, &acme, &new(1, 1)).await;
    let open = parked(store, &acme, &new(2, 50)).await;
    assert_eq!(store.count_pending_approvals(&acme, None).await.unwrap(), 2);
    assert_eq!(
        store
            .count_pending_approvals(&acme, Some("eve"))
            .await
            .unwrap(),
        0
    );
    assert_eq!(store.expire_approvals(at(120)).await.unwrap(), 1);
    assert!(store.approval_epoch().await.unwrap() >= before + 3);
    assert_eq!(store.purge_approvals(at(60), 10).await.unwrap(), 1);
    assert!(store.approval(&acme, &old.id).await.unwrap().is_none());
    assert!(store.approval(&acme, &open.id).await.unwrap().is_some());
    assert!(store.tell_approval(&acme, &open.id, at(130)).await.unwrap());
    assert!(!store.tell_approval(&acme, &open.id, at(131)).await.unwrap());
}
