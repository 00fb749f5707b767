#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::{JobId, OrgId, SessionId};
use keyway_store::{
    NewJob, NewSession, NewSessionEvent, SessionFilter, SessionLease, Store, TurnEnd, TurnUsage,
    turn_key,
};

use crate::support::{Fresh, at, fresh, id, tenant};

const USAGE: TurnUsage = TurnUsage {
    input_tokens: 10,
    output_tokens: 2,
    cost_micros: 0,
};

struct World {
    fresh: Fresh,
    acme: OrgId,
    globex: OrgId,
}

impl World {
    async fn new() -> Self {
        let fresh = fresh().await;
        let (acme, _) = tenant(&fresh.store, "acme").await;
        let (globex, _) = tenant(&fresh.store, "globex").await;
        Self {
            fresh,
            acme,
            globex,
        }
    }

    fn store(&self) -> &Store {
        &self.fresh.store
    }

    async fn begin(&self, actor: &str) -> SessionId {
        let new = session(actor);
        self.store().begin_session(&self.acme, &new).await.unwrap();
        new.id
    }

    async fn claim(&self, id: &SessionId, second: i64) -> Option<SessionLease> {
        let (now, until) = (at(second), at(second + 10));
        let claimed = self
            .store()
            .claim_session(&self.acme, id, "test", "mcp", now, until);
        claimed.await.unwrap()
    }

    async fn append(&self, lease: &SessionLease, seq: u64) -> bool {
        let event = NewSessionEvent {
            seq,
            kind: "user_message",
            payload: r#"{"text":"hello"}"#,
            created_at: at(1),
        };
        self.store()
            .append_session_event(lease, &event)
            .await
            .unwrap()
    }
}

fn session(actor: &str) -> NewSession {
    NewSession {
        id: id("sess"),
        agent: "researcher".into(),
        actor: actor.into(),
        title: "Which invoices are open?".into(),
        external_key: None,
        scopes: "mcp".into(),
        created_at: at(1),
    }
}

#[tokio::test]
async fn a_session_is_held_by_one_and_counts_what_its_turns_took() {
    let world = World::new().await;
    let id = world.begin("user_a").await;
    let lease = world.claim(&id, 1).await.unwrap();
    assert_eq!(world.claim(&id, 10).await, None, "it is held until 11");
    for seq in [1, 2] {
        assert!(world.append(&lease, seq).await);
    }
    let ended = world
        .store()
        .end_turn(&lease, TurnEnd::Budget, Some("x"), USAGE, at(5));
    assert!(ended.await.unwrap());
    let found = world.store().session(&world.acme, &id).await.unwrap();
    let found = found.unwrap();
    assert_eq!(found.last_end, Some(TurnEnd::Budget));
    assert_eq!(found.last_error.as_deref(), Some("x"));
    assert_eq!(
        (found.turns, found.input_tokens, found.output_tokens),
        (1, 10, 2)
    );
    assert_eq!(found.lease_until, None);
    let events = world.store().session_events(&world.acme, &id, 1, 9).await;
    assert_eq!(events.unwrap().len(), 1, "those behind the first one");
    assert!(world.claim(&id, 6).await.unwrap().fence > lease.fence);
}

#[tokio::test]
async fn whoever_lost_a_session_writes_nothing_more() {
    let world = World::new().await;
    let id = world.begin("user_a").await;
    let old = world.claim(&id, 1).await.unwrap();
    let new = world.claim(&id, 11).await.unwrap();
    let store = world.store();
    assert!(!world.append(&old, 1).await);
    assert!(!store.keep_session(&old, at(99)).await.unwrap());
    let late = store.end_turn(&old, TurnEnd::Finished, None, USAGE, at(12));
    assert!(!late.await.unwrap());
    assert!(world.append(&new, 1).await);
    assert!(store.keep_session(&new, at(30)).await.unwrap());
    assert_eq!(world.claim(&id, 29).await, None);
    let ended = store.end_turn(&new, TurnEnd::Finished, None, USAGE, at(12));
    assert!(ended.await.unwrap());
    assert!(!world.append(&new, 2).await, "it was let go of");
}

#[tokio::test]
async fn events_are_only_appended_to_and_have_no_two_in_one_place() {
    let world = World::new().await;
    let id = world.begin("user_a").await;
    let lease = world.claim(&id, 1).await.unwrap();
    assert!(world.append(&lease, 1).await);
    let event = NewSessionEvent {
        seq: 1,
        kind: "user_message",
        payload: "{}",
        created_at: at(2),
    };
    let again = world.store().append_session_event(&lease, &event).await;
    assert!(again.is_err());
}

#[tokio::test]
async fn sessions_are_listed_last_first_and_only_where_they_belong() {
    let world = World::new().await;
    let (first, second) = (world.begin("user_a").await, world.begin("user_b").await);
    let store = world.store();
    let list = async |organization: &OrgId, filter: SessionFilter<'_>| {
        let found = store.sessions(organization, &filter, 9).await.unwrap();
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    let all = SessionFilter::default();
    let found = list(&world.acme, all.clone()).await;
    assert_eq!(found, [second.clone(), first.clone()]);
    let own = SessionFilter {
        actor: Some("user_a"),
        ..all.clone()
    };
    assert_eq!(list(&world.acme, own).await, std::slice::from_ref(&first));
    let of_other = SessionFilter {
        agent: Some("writer"),
        ..all.clone()
    };
    assert!(list(&world.acme, of_other).await.is_empty());
    assert!(list(&world.globex, all).await.is_empty());

    let lease = world.claim(&first, 1).await.unwrap();
    assert!(world.append(&lease, 1).await);
    let globex = &world.globex;
    assert_eq!(store.session(globex, &first).await.unwrap(), None);
    let events = store.session_events(globex, &first, 0, 9).await.unwrap();
    assert!(events.is_empty());
    let claimed = store.claim_session(globex, &second, "test", "mcp", at(1), at(9));
    assert_eq!(claimed.await.unwrap(), None);
    let foreign = SessionLease {
        organization: globex.clone(),
        ..lease
    };
    assert!(!world.append(&foreign, 2).await);
}

#[tokio::test]
async fn what_begins_elsewhere_has_one_session_with_an_agent() {
    let world = World::new().await;
    let thread = || NewSession {
        external_key: Some("slack:T1:C1:17".into()),
        ..session("user_a")
    };
    let store = world.store();
    store.begin_session(&world.acme, &thread()).await.unwrap();
    assert!(store.begin_session(&world.acme, &thread()).await.is_err());
    store.begin_session(&world.globex, &thread()).await.unwrap();
}

#[tokio::test]
async fn of_many_who_want_the_session_of_one_thing_elsewhere_one_begins_it() {
    let world = World::new().await;
    let new = || NewSession {
        external_key: Some("pub_1/ticket 7".to_owned()),
        ..session("ada")
    };
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (store, acme, new) = (world.store().clone(), world.acme.clone(), new());
        running.spawn(async move { store.session_at(&acme, &new).await.unwrap() });
    }
    let mut all = running.join_all().await;
    all.dedup();
    assert_eq!(all.len(), 1, "{all:?}");
    let elsewhere = world.store().session_at(&world.globex, &new()).await;
    assert_ne!(Some(&elsewhere.unwrap()), all.first());
}

/// Something that happens in a session that is held.
async fn happens(world: &World, lease: &SessionLease, seq: u64, kind: &str, payload: &str) {
    let event = NewSessionEvent {
        seq,
        kind,
        payload,
        created_at: at(1),
    };
    let kept = world.store().append_session_event(lease, &event).await;
    assert!(kept.unwrap());
}

#[tokio::test]
async fn how_the_turn_of_a_message_ended_is_not_read_from_another_one() {
    let world = World::new().await;
    let session = world.begin("user_a").await;
    let lease = world.claim(&session, 1).await.unwrap();
    let job: JobId = id("job");
    let said = async || {
        let said = world.store().message_said(&world.acme, &session, &job);
        said.await.unwrap()
    };
    let place = async || {
        let place = world.store().message_place(&world.acme, &session, &job);
        place.await.unwrap()
    };
    assert_eq!((said().await, place().await), (None, None));
    let named = format!(r#"{{"text":"go","message":"{job}"}}"#);
    happens(&world, &lease, 1, "user_message", &named).await;
    assert_eq!((said().await, place().await), (Some(None), Some(1)));
    // Its process died. Somebody else asks the agent meanwhile, and is answered.
    happens(&world, &lease, 2, "user_message", r#"{"text":"go"}"#).await;
    let end = |kind: &str| format!(r#"{{"reason":{{"kind":"{kind}"}}}}"#);
    happens(&world, &lease, 3, "turn_ended", &end("finished")).await;
    assert_eq!(said().await, Some(None), "its own has no end");
    happens(&world, &lease, 4, "user_message", &named).await;
    happens(&world, &lease, 5, "turn_ended", &end("interrupted")).await;
    happens(&world, &lease, 6, "user_message", r#"{"text":"go"}"#).await;
    happens(&world, &lease, 7, "turn_ended", &end("failed")).await;
    assert_eq!(said().await, Some(Some("interrupted".to_owned())));
    assert_eq!(place().await, Some(4));
    let elsewhere = world.store().message_said(&world.globex, &session, &job);
    assert_eq!(elsewhere.await.unwrap(), None);
}

#[tokio::test]
async fn sessions_are_forgotten_in_which_nothing_happens_and_nothing_waits() {
    let world = World::new().await;
    let store = world.store();
    let old = world.begin("user_a").await;
    let lease = world.claim(&old, 1).await.unwrap();
    assert!(world.append(&lease, 1).await);
    let ended = store.end_turn(&lease, TurnEnd::Finished, None, USAGE, at(2));
    assert!(ended.await.unwrap());
    let held = world.begin("user_a").await;
    let lease = world.claim(&held, 3).await.unwrap();
    assert!(store.keep_session(&lease, at(500)).await.unwrap());
    let waited_for = world.begin("user_a").await;
    let job = NewJob {
        id: id("job"),
        kind: "turn".into(),
        name: "agent:researcher".into(),
        ordering_key: Some(turn_key(&waited_for)),
        once_key: None,
        actor: "user_a".into(),
        asker: "{}".into(),
        payload: "{}".into(),
        run_at: at(900),
        max_attempts: 1,
        created_at: at(3),
    };
    store.queue_job(&world.acme, &job).await.unwrap();
    let young = NewSession {
        created_at: at(90),
        ..session("user_a")
    };
    store.begin_session(&world.acme, &young).await.unwrap();
    let purge = async |before: i64| store.purge_sessions(at(before), at(100), 10).await.unwrap();
    assert_eq!(purge(2).await, 0, "they changed since");
    assert_eq!((purge(50).await, purge(50).await), (1, 0));
    for (id, is_there) in [
        (&old, false),
        (&held, true),
        (&waited_for, true),
        (&young.id, true),
    ] {
        let found = store.session(&world.acme, id).await.unwrap();
        assert_eq!(found.is_some(), is_there);
    }
    let events = store.session_events(&world.acme, &old, 0, 9).await.unwrap();
    assert!(events.is_empty(), "what was said goes with it");
    // Once nothing waits any more, and nobody holds them.
    store
        .cancel_job(&world.acme, &job.id, at(100))
        .await
        .unwrap();
    let ended = store.end_turn(&lease, TurnEnd::Finished, None, USAGE, at(4));
    assert!(ended.await.unwrap());
    assert_eq!(purge(50).await, 2);
}
