#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::{OrgId, SessionId};
use keyway_store::{
    Archiving, ClaimJobs, JobEnd, JobState, NewJob, NewSession, NewSessionEvent, QueueMessage,
    QueuedMessage, SessionFilter, StoppedJobs, TurnEnd, TurnUsage, turn_key,
};

use crate::support::{Fresh, at, fresh, id, tenant};

struct World {
    fresh: Fresh,
    acme: OrgId,
    globex: OrgId,
    session: SessionId,
}

impl World {
    async fn new() -> Self {
        let fresh = fresh().await;
        let (acme, _) = tenant(&fresh.store, "acme").await;
        let (globex, _) = tenant(&fresh.store, "globex").await;
        let new = NewSession {
            id: id("sess"),
            agent: "helper".into(),
            actor: "user_a".into(),
            title: String::new(),
            external_key: None,
            scopes: "mcp".into(),
            created_at: at(0),
        };
        fresh.store.begin_session(&acme, &new).await.unwrap();
        Self {
            fresh,
            acme,
            globex,
            session: new.id,
        }
    }

    fn message(&self, once: Option<&str>) -> NewJob {
        NewJob {
            id: id("job"),
            kind: "turn".into(),
            name: "agent:helper".into(),
            ordering_key: Some(turn_key(&self.session)),
            once_key: once.map(str::to_owned),
            actor: "user_a".into(),
            asker: "{}".into(),
            payload: r#"{"session":"s","message":"hi"}"#.into(),
            run_at: at(1),
            max_attempts: 5,
            created_at: at(1),
        }
    }

    async fn queue(&self, job: &NewJob) -> QueuedMessage {
        self.queue_of(&self.acme, job).await
    }

    async fn queue_of(&self, organization: &OrgId, job: &NewJob) -> QueuedMessage {
        let message = QueueMessage {
            session: &self.session,
            job,
            title: "hi",
            most: 3,
        };
        let queued = self.fresh.store.queue_message(organization, &message);
        queued.await.unwrap()
    }

    async fn claim(&self) -> Vec<keyway_store::ClaimedJob> {
        let claim = ClaimJobs {
            kinds: &["turn"],
            holder: "test",
            now: at(2),
            until: at(60),
            limit: 10,
        };
        self.fresh.store.claim_jobs(&claim).await.unwrap()
    }
}

#[tokio::test]
async fn messages_wait_in_order_once_each_and_no_more_than_may() {
    let world = World::new().await;
    let store = &world.fresh.store;
    let first = world.message(Some("k"));
    assert_eq!(world.queue(&first).await, QueuedMessage::New);
    let again = QueuedMessage::Already(first.id.clone());
    assert_eq!(world.queue(&world.message(Some("k"))).await, again);
    let second = world.message(None);
    assert_eq!(world.queue(&second).await, QueuedMessage::New);
    assert_eq!(world.queue(&world.message(None)).await, QueuedMessage::New);
    let more = world.message(None);
    assert_eq!(world.queue(&more).await, QueuedMessage::TooMany);
    assert_eq!(
        world.queue_of(&world.globex, &more).await,
        QueuedMessage::Gone
    );
    let shown = store.session(&world.acme, &world.session).await.unwrap();
    let shown = shown.unwrap();
    assert_eq!((shown.title.as_str(), shown.queued), ("hi", 3));
    let claimed = world.claim().await;
    assert_eq!(claimed.len(), 1, "one after another");
    assert_eq!(claimed[0].job.id, first.id);
    let waiting = store.waiting_messages(&world.acme, &world.session, 10);
    let waiting = waiting.await.unwrap();
    assert_eq!(waiting.len(), 2);
    assert_eq!(waiting[0].id, second.id);
    let foreign = store.waiting_messages(&world.globex, &world.session, 10);
    assert!(foreign.await.unwrap().is_empty());
}

#[tokio::test]
async fn what_waits_and_what_runs_is_stopped_once_and_only_that() {
    let world = World::new().await;
    let (store, key) = (&world.fresh.store, turn_key(&world.session));
    for _ in 0..3 {
        world.queue(&world.message(None)).await;
    }
    let claimed = world.claim().await.remove(0);
    assert!(store.job_goes_on(&claimed.lease).await.unwrap());
    let nothing = store.stop_jobs(&world.globex, &key, at(3)).await.unwrap();
    assert_eq!(nothing, StoppedJobs::default());
    let taken = store.take_back_jobs(&world.acme, &key, at(3));
    assert_eq!(taken.await.unwrap(), 2);
    let told = store.stop_jobs(&world.acme, &key, at(3)).await.unwrap();
    assert_eq!((told.queued, told.running), (0, 1));
    assert!(!store.job_goes_on(&claimed.lease).await.unwrap());
    let again = store.stop_jobs(&world.acme, &key, at(4)).await.unwrap();
    assert_eq!(again, StoppedJobs::default());
    let ended = store.end_job(&claimed.lease, &JobEnd::TakenBack, at(4));
    assert_eq!(ended.await.unwrap(), Some(JobState::Cancelled));
    // Queued again, it goes on.
    let id = &claimed.lease.id;
    assert!(store.retry_job(&world.acme, id, at(1)).await.unwrap());
    let claimed = world.claim().await.remove(0);
    assert!(store.job_goes_on(&claimed.lease).await.unwrap());
}

#[tokio::test]
async fn a_turn_is_stopped_by_the_fence_it_has_and_the_next_one_is_not() {
    let world = World::new().await;
    let (store, session) = (&world.fresh.store, &world.session);
    let stop = |second| store.stop_turn(&world.acme, session, at(second));
    let claim = |second| {
        let (now, until) = (at(second), at(second + 10));
        store.claim_session(&world.acme, session, "test", "mcp", now, until)
    };
    assert!(!stop(1).await.unwrap(), "nobody holds it");
    let lease = claim(1).await.unwrap().unwrap();
    assert!(!store.turn_stopped(&lease).await.unwrap());
    let at_work = store.at_work(&world.acme, session, at(2)).await.unwrap();
    assert!(at_work.running);
    assert!(stop(2).await.unwrap());
    assert!(!stop(2).await.unwrap(), "once");
    assert!(store.turn_stopped(&lease).await.unwrap());
    let at_work = store.at_work(&world.acme, session, at(2)).await.unwrap();
    assert!(!at_work.running);
    let end = store.end_turn(
        &lease,
        TurnEnd::Interrupted,
        None,
        TurnUsage::default(),
        at(3),
    );
    assert!(end.await.unwrap());
    let next = claim(4).await.unwrap().unwrap();
    assert!(!store.turn_stopped(&next).await.unwrap());
    let foreign = store.stop_turn(&world.globex, session, at(4));
    assert!(!foreign.await.unwrap());
}

#[tokio::test]
async fn an_archived_session_is_not_claimed_and_lists_leave_it_out() {
    let world = World::new().await;
    let (store, session) = (&world.fresh.store, &world.session);
    let archive = |second| store.archive_session(&world.acme, session, at(second));
    let job = world.message(None);
    world.queue(&job).await;
    assert_eq!(archive(1).await.unwrap(), Archiving::Unchanged, "one waits");
    store.cancel_job(&world.acme, &job.id, at(1)).await.unwrap();
    let foreign = store.archive_session(&world.globex, session, at(1));
    assert_eq!(foreign.await.unwrap(), Archiving::Unchanged);
    let claim = |second| {
        let (now, until) = (at(second), at(second + 10));
        store.claim_session(&world.acme, session, "test", "mcp", now, until)
    };
    let lease = claim(1).await.unwrap().unwrap();
    assert_eq!(
        archive(2).await.unwrap(),
        Archiving::Unchanged,
        "it is held"
    );
    let end = store.end_turn(&lease, TurnEnd::Finished, None, TurnUsage::default(), at(3));
    assert!(end.await.unwrap());
    assert_eq!(archive(4).await.unwrap(), Archiving::Done);
    assert_eq!(archive(5).await.unwrap(), Archiving::Unchanged);
    assert!(claim(5).await.unwrap().is_none());
    assert_eq!(
        world.queue(&world.message(None)).await,
        QueuedMessage::Archived
    );
    let list = async |archived| {
        let filter = SessionFilter {
            archived,
            ..SessionFilter::default()
        };
        let listed = store.sessions(&world.acme, &filter, 10).await.unwrap();
        listed.len()
    };
    assert_eq!((list(false).await, list(true).await), (0, 1));
    let back = store.unarchive_session(&world.acme, session, at(6));
    assert_eq!(back.await.unwrap(), Archiving::Done);
    assert_eq!(list(false).await, 1);
    assert!(claim(7).await.unwrap().is_some());
}

#[tokio::test]
async fn it_is_known_of_a_message_whether_it_was_said_and_how_its_turn_ended() {
    let world = World::new().await;
    let (store, session) = (&world.fresh.store, &world.session);
    let job = world.message(None);
    let said = || store.message_said(&world.acme, session, &job.id);
    assert_eq!(said().await.unwrap(), None);
    let lease = store.claim_session(&world.acme, session, "test", "mcp", at(1), at(20));
    let lease = lease.await.unwrap().unwrap();
    let append = async |seq, kind: &str, payload: String| {
        let event = NewSessionEvent {
            seq,
            kind,
            payload: &payload,
            created_at: at(2),
        };
        assert!(store.append_session_event(&lease, &event).await.unwrap());
    };
    append(1, "user_message", format!(r#"{{"message":"{}"}}"#, job.id)).await;
    assert_eq!(said().await.unwrap(), Some(None));
    append(2, "turn_ended", r#"{"reason":{"kind":"budget"}}"#.into()).await;
    assert_eq!(said().await.unwrap(), Some(Some("budget".into())));
    let last = store.last_session_event(&world.acme, session);
    assert_eq!(last.await.unwrap(), 2);
    let foreign = store.message_said(&world.globex, session, &job.id);
    assert_eq!(foreign.await.unwrap(), None);
}
