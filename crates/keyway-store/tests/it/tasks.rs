#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::{JobId, OrgId};
use keyway_store::{
    BegunTask, ClaimJobs, JobEnd, JobLease, JobState, NewJob, NewTask, Store, TaskEnd, TaskRoom,
    TaskState,
};

use crate::support::{at, fresh, id, tenant};

fn new(requester: &str, second: i64) -> NewTask {
    let id: keyway_core::TaskId = id("task");
    let job = NewJob {
        id: crate::support::id("job"),
        kind: "task".into(),
        name: "agent:writer".into(),
        ordering_key: None,
        once_key: None,
        actor: "user".into(),
        asker: "{}".into(),
        payload: format!("{{\"task\":\"{id}\"}}"),
        run_at: at(second),
        max_attempts: 1,
        created_at: at(second),
    };
    NewTask {
        id,
        requester: requester.into(),
        scopes: "mcp".into(),
        job,
        request: vec![1, 2, 3],
        created_at: at(second),
        expires_at: at(second + 100),
    }
}

async fn begin(store: &Store, organization: &OrgId, new: &NewTask, room: TaskRoom) -> BegunTask {
    store.begin_task(organization, new, room).await.unwrap()
}

async fn claim(store: &Store, second: i64) -> JobLease {
    let claim = ClaimJobs {
        kinds: &["task"],
        holder: "test",
        now: at(second),
        until: at(second + 30),
        limit: 1,
    };
    let mut claimed = store.claim_jobs(&claim).await.unwrap();
    claimed.remove(0).lease
}

async fn state(store: &Store, organization: &OrgId, new: &NewTask) -> Option<TaskState> {
    let found = store.task(organization, &new.id).await.unwrap();
    found.map(|task| task.state)
}

async fn job(store: &Store, organization: &OrgId, id: &JobId) -> JobState {
    store.job(organization, id).await.unwrap().unwrap().state
}

const ROOM: TaskRoom = TaskRoom { open: 2, ended: 2 };

#[tokio::test]
async fn a_task_ends_once_by_whoever_holds_its_job() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let task = new("user/key", 0);
    assert_eq!(begin(store, &acme, &task, ROOM).await, BegunTask::New);
    assert_eq!(
        state(store, &other, &task).await,
        None,
        "it is of one organization"
    );
    let stale = claim(store, 1).await;
    store
        .end_job(&stale, &JobEnd::Released, at(1))
        .await
        .unwrap();
    let lease = claim(store, 2).await;
    let session = id("sess");
    store
        .task_in_session(&stale, &task.id, &id("sess"), 3)
        .await
        .unwrap();
    store
        .task_in_session(&lease, &task.id, &session, 4)
        .await
        .unwrap();
    store
        .task_in_session(&lease, &task.id, &id("sess"), 5)
        .await
        .unwrap();
    let outcome = (TaskEnd::Completed, [9, 9].as_slice());
    assert!(
        !store
            .end_task(&stale, &task.id, outcome, at(2))
            .await
            .unwrap()
    );
    assert!(
        store
            .end_task(&lease, &task.id, outcome, at(3))
            .await
            .unwrap()
    );
    assert!(
        !store
            .end_task(&lease, &task.id, outcome, at(4))
            .await
            .unwrap()
    );
    assert!(!store.cancel_task(&acme, &task.id, at(4)).await.unwrap());
    let kept = store.task(&acme, &task.id).await.unwrap().unwrap();
    assert_eq!(
        kept.session,
        Some((session, 4)),
        "that is written down once"
    );
    assert_eq!(kept.state, TaskState::Completed);
    assert_eq!((kept.outcome, kept.updated_at), (Some(vec![9, 9]), at(3)));
}

#[tokio::test]
async fn a_task_is_what_its_job_is_where_nobody_said_otherwise() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (first, second) = (new("a", 0), new("b", 0));
    begin(store, &acme, &first, ROOM).await;
    begin(store, &acme, &second, ROOM).await;
    assert_eq!(state(store, &acme, &first).await, Some(TaskState::Working));
    assert!(store.cancel_job(&acme, &first.job.id, at(1)).await.unwrap());
    assert_eq!(
        state(store, &acme, &first).await,
        Some(TaskState::Cancelled)
    );
    claim(store, 1).await;
    // Whoever held it is gone after its only try.
    let claims = ClaimJobs {
        kinds: &["task"],
        holder: "test",
        now: at(60),
        until: at(90),
        limit: 1,
    };
    assert!(store.claim_jobs(&claims).await.unwrap().is_empty());
    assert_eq!(state(store, &acme, &second).await, Some(TaskState::Lost));
}

#[tokio::test]
async fn cancelling_takes_the_job_back_and_nobody_has_too_many() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let tasks: Vec<_> = (0..6).map(|second| new("a", second)).collect();
    assert_eq!(begin(store, &acme, &tasks[0], ROOM).await, BegunTask::New);
    assert_eq!(begin(store, &acme, &tasks[1], ROOM).await, BegunTask::New);
    assert_eq!(
        begin(store, &acme, &tasks[2], ROOM).await,
        BegunTask::TooMany
    );
    assert_eq!(state(store, &acme, &tasks[2]).await, None);
    assert_eq!(
        begin(store, &acme, &new("b", 0), ROOM).await,
        BegunTask::New
    );
    let lease = claim(store, 1).await;
    assert!(store.cancel_task(&acme, &tasks[0].id, at(2)).await.unwrap());
    assert!(!store.cancel_task(&acme, &tasks[0].id, at(2)).await.unwrap());
    assert_eq!(
        job(store, &acme, &tasks[0].job.id).await,
        JobState::Cancelled
    );
    assert!(
        !store.keep_job(&lease, at(60)).await.unwrap(),
        "who holds it finds out"
    );
    // Of those that ended the oldest are forgotten, and none that is open.
    for task in &tasks[2..5] {
        assert_eq!(begin(store, &acme, task, ROOM).await, BegunTask::New);
        store.cancel_task(&acme, &task.id, at(9)).await.unwrap();
    }
    assert_eq!(begin(store, &acme, &tasks[5], ROOM).await, BegunTask::New);
    let mut left = Vec::new();
    for task in &tasks {
        left.push(state(store, &acme, task).await.is_some());
    }
    assert_eq!(left, [false, true, false, true, true, true]);
}

#[tokio::test]
async fn tasks_over_their_time_are_forgotten_and_their_jobs_taken_back() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (old, young) = (new("a", 0), new("a", 50));
    begin(store, &acme, &old, ROOM).await;
    begin(store, &acme, &young, ROOM).await;
    assert_eq!(store.purge_tasks(at(99), 10).await.unwrap(), 0);
    assert_eq!(store.purge_tasks(at(100), 10).await.unwrap(), 1);
    assert_eq!(state(store, &acme, &old).await, None);
    assert_eq!(job(store, &acme, &old.job.id).await, JobState::Cancelled);
    assert_eq!(state(store, &acme, &young).await, Some(TaskState::Working));
    assert_eq!(job(store, &acme, &young.job.id).await, JobState::Queued);
}
