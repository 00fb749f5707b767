#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::{OrgId, WebhookEndpointId, WebhookMessageId};
use keyway_store::{
    ClaimJobs, ClaimedJob, EndpointChange, JobEnd, MessageAttempt, MessageFilter, NewJob,
    NewSession, NewWebhookEndpoint, NewWebhookMessage, OffReason, Store, StoredWebhookMessage,
    TurnEnd, TurnUsage,
};

use crate::support::{Fresh, at, fresh, id, tenant};

struct World {
    fresh: Fresh,
    acme: OrgId,
    globex: OrgId,
    endpoint: WebhookEndpointId,
}

impl World {
    /// An endpoint that is told of sessions that begin and of turns that fail.
    async fn new() -> Self {
        let fresh = fresh().await;
        let (acme, _) = tenant(&fresh.store, "acme").await;
        let (globex, _) = tenant(&fresh.store, "globex").await;
        let world = Self {
            fresh,
            acme,
            globex,
            endpoint: id("whe"),
        };
        let new = NewWebhookEndpoint {
            id: world.endpoint.clone(),
            secret: b"sealed".to_vec(),
            with: change(true),
        };
        let made = world.store().create_webhook_endpoint(&world.acme, &new, 1);
        assert!(made.await.unwrap());
        world
    }

    fn store(&self) -> &Store {
        &self.fresh.store
    }

    /// A session that begins, and a turn of it that ends so.
    async fn session(&self, organization: &OrgId, end: TurnEnd) {
        let new = NewSession {
            id: id("sess"),
            agent: "triage".into(),
            actor: "operator".into(),
            title: "hello".into(),
            external_key: None,
            scopes: String::new(),
            created_at: at(1),
        };
        let store = self.store();
        store.begin_session(organization, &new).await.unwrap();
        let lease = store.claim_session(organization, &new.id, "us", "", at(2), at(60));
        let lease = lease.await.unwrap().unwrap();
        let usage = TurnUsage::default();
        let ended = store.end_turn(&lease, end, Some("model_failed"), usage, at(3));
        assert!(ended.await.unwrap());
    }

    fn message(&self, second: i64) -> NewWebhookMessage {
        NewWebhookMessage {
            id: id("msg"),
            endpoint: self.endpoint.clone(),
            kind: "session.started".into(),
            subject: Some("sess_1".into()),
            body: b"sealed".to_vec(),
            bytes: 6,
            job: job(second),
            created_at: at(second),
        }
    }

    async fn recorded(&self, second: i64) -> WebhookMessageId {
        let new = self.message(second);
        let kept = self.store().record_webhook_message(&self.acme, &new);
        kept.await.unwrap();
        new.id
    }

    async fn claim(&self, second: i64) -> Vec<ClaimedJob> {
        let claim = ClaimJobs {
            kinds: &["webhook"],
            holder: "a worker",
            now: at(second),
            until: at(second + 10),
            limit: 10,
        };
        self.store().claim_jobs(&claim).await.unwrap()
    }

    async fn listed(&self, organization: &OrgId, state: Option<&str>) -> Vec<StoredWebhookMessage> {
        let filter = MessageFilter {
            endpoint: &self.endpoint,
            state,
            since: None,
            before: None,
        };
        let found = self.store().webhook_messages(organization, &filter, 10);
        found.await.unwrap()
    }
}

fn change(enabled: bool) -> EndpointChange {
    EndpointChange {
        url: "https://acme.example/".into(),
        events: r#"["session.started","session.failed"]"#.into(),
        enabled,
        at: at(1),
        by: "operator".into(),
    }
}

fn job(second: i64) -> NewJob {
    NewJob {
        id: id("job"),
        kind: "webhook".into(),
        name: "session.started".into(),
        ordering_key: None,
        once_key: None,
        actor: "operator".into(),
        asker: "{}".into(),
        payload: "{}".into(),
        run_at: at(second),
        max_attempts: 2,
        created_at: at(second),
    }
}

fn attempt(status: u16, error: Option<&str>, second: i64) -> MessageAttempt<'_> {
    MessageAttempt {
        status: Some(status),
        error,
        gone: status == 410,
        patience: at(second - 100),
        now: at(second),
    }
}

#[tokio::test]
async fn events_are_written_with_what_they_tell_of_where_somebody_is_told() {
    let world = World::new().await;
    world.session(&world.globex, TurnEnd::Failed).await;
    world.session(&world.acme, TurnEnd::Finished).await;
    world.session(&world.acme, TurnEnd::Budget).await;
    let events = world.store().webhook_events(10).await.unwrap();
    let told: Vec<_> = events.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(
        told,
        ["session.started", "session.started", "session.failed"]
    );
    assert!(events.iter().all(|one| one.organization == world.acme));
    let last = events.last().unwrap();
    assert_eq!(last.occurred_at, Some(at(3)));
    assert!(
        last.facts
            .contains(r#""state":"budget","turns":1,"error":"model_failed""#)
    );
    let subscribers = world
        .store()
        .webhook_subscribers(&world.acme, "session.failed");
    assert_eq!(subscribers.await.unwrap(), vec![world.endpoint.clone()]);
    let stored = world.store().webhook_endpoint(&world.acme, &world.endpoint);
    let stored = stored.await.unwrap().unwrap();
    let (off, on) = (change(false), change(true));
    let switched = world.store().change_webhook_endpoint(&stored, &off);
    assert!(switched.await.unwrap());
    let late = world.store().change_webhook_endpoint(&stored, &on);
    assert!(!late.await.unwrap(), "it was read before");
    world.session(&world.acme, TurnEnd::Failed).await;
    assert_eq!(world.store().webhook_events(10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_event_becomes_messages_once_whoever_makes_them() {
    let world = World::new().await;
    world.session(&world.acme, TurnEnd::Finished).await;
    let event = world.store().webhook_events(10).await.unwrap().remove(0);
    let (one, other) = ([world.message(4)], [world.message(4)]);
    let (one, other) = tokio::join!(
        world.store().tell_webhook_event(&event, &one),
        world.store().tell_webhook_event(&event, &other)
    );
    assert_ne!(one.unwrap(), other.unwrap());
    assert!(world.store().webhook_events(10).await.unwrap().is_empty());
    assert_eq!(world.listed(&world.acme, Some("pending")).await.len(), 1);
    assert_eq!(world.claim(5).await.len(), 1);
}

#[tokio::test]
async fn only_who_holds_the_job_writes_down_what_became_of_a_message() {
    let world = World::new().await;
    let message = world.recorded(2).await;
    let first = world.claim(3).await.remove(0);
    let second = world.claim(30).await.remove(0);
    let store = world.store();
    let late = attempt(410, Some("gone"), 31);
    let off = store.webhook_message_sent(&first.lease, &message, &late);
    assert_eq!(off.await.unwrap(), None);
    let shown = store.webhook_message(&world.acme, &message).await.unwrap();
    assert_eq!(shown.unwrap().attempts, 0);
    let failed = attempt(500, Some("refused"), 32);
    let off = store.webhook_message_sent(&second.lease, &message, &failed);
    assert_eq!(off.await.unwrap(), None);
    let health = async || {
        let found = store.webhook_endpoint(&world.acme, &world.endpoint).await;
        found.unwrap().unwrap().health
    };
    let failing = health().await;
    assert_eq!((failing.failures, failing.failing_since), (1, Some(at(32))));
    let later = attempt(500, Some("refused"), 200);
    let off = store.webhook_message_sent(&second.lease, &message, &later);
    assert_eq!(off.await.unwrap(), Some(OffReason::Failing));
    assert_eq!(health().await.failing_since, Some(at(32)));
    let sent = attempt(204, None, 201);
    store
        .webhook_message_sent(&second.lease, &message, &sent)
        .await
        .unwrap();
    assert_eq!(health().await.failures, 0);
    assert_eq!(world.listed(&world.acme, Some("delivered")).await.len(), 1);
}

#[tokio::test]
async fn a_message_is_sent_again_once_it_ended_and_forgotten_once_it_is_old() {
    let world = World::new().await;
    let (old, waits) = (world.recorded(2).await, world.recorded(2).await);
    let store = world.store();
    let claimed = world.claim(3).await;
    let (first, second) = (job(4), job(5));
    let again = store.replay_webhook_message(&world.acme, &old, &first);
    assert!(!again.await.unwrap(), "it is being sent");
    let dead = JobEnd::Failed {
        code: "refused".into(),
        retry_at: None,
    };
    for one in &claimed {
        store.end_job(&one.lease, &dead, at(4)).await.unwrap();
    }
    assert_eq!(world.listed(&world.acme, Some("failed")).await.len(), 2);
    let again = store.replay_webhook_message(&world.globex, &waits, &second);
    assert!(!again.await.unwrap(), "it is another organization's");
    let again = store.replay_webhook_message(&world.acme, &waits, &second);
    assert!(again.await.unwrap());
    let gone = store.purge_webhook_messages(at(100), 10).await.unwrap();
    assert_eq!(gone, 1);
    let left = world.listed(&world.acme, None).await;
    assert_eq!(left.iter().map(|one| &one.id).collect::<Vec<_>>(), [&waits]);
}

#[tokio::test]
async fn another_organization_has_no_endpoints_and_messages_of_this_one() {
    let world = World::new().await;
    let message = world.recorded(2).await;
    let (store, globex, endpoint) = (world.store(), &world.globex, &world.endpoint);
    let none = store.webhook_endpoints(globex, None, 10).await.unwrap();
    assert!(none.is_empty());
    assert!(
        store
            .webhook_endpoint(globex, endpoint)
            .await
            .unwrap()
            .is_none()
    );
    let secret = store.webhook_endpoint_secret(globex, endpoint).await;
    assert!(secret.unwrap().is_none());
    let removed = store.remove_webhook_endpoint(globex, endpoint, at(3), "them");
    assert!(!removed.await.unwrap());
    assert!(
        store
            .webhook_message(globex, &message)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .sendable_message(globex, &message)
            .await
            .unwrap()
            .is_none()
    );
    assert!(world.listed(globex, None).await.is_empty());
    let kept = store.webhook_endpoint_secret(&world.acme, endpoint).await;
    assert_eq!(kept.unwrap().as_deref(), Some(&b"sealed"[..]));
    let second = NewWebhookEndpoint {
        id: id("whe"),
        secret: b"sealed".to_vec(),
        with: change(true),
    };
    let made = store.create_webhook_endpoint(&world.acme, &second, 1);
    assert!(!made.await.unwrap(), "it has as many as it may");
    let removed = store.remove_webhook_endpoint(&world.acme, endpoint, at(3), "us");
    assert!(removed.await.unwrap());
    let sendable = store.sendable_message(&world.acme, &message).await.unwrap();
    let sendable = sendable.unwrap();
    assert!(!sendable.enabled && sendable.secret.is_none());
}
