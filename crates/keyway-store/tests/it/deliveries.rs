#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::{DeliveryId, OrgId, SessionId};
use keyway_store::{
    ClaimJobs, ClaimedJob, DeliveryFilter, JobEnd, JobState, NewDelivery, NewJob, NewSession,
    Reason, Recorded, Store, StoredPublication,
};

use crate::support::{Fresh, at, fresh, id, published, tenant};

struct World {
    fresh: Fresh,
    acme: OrgId,
    globex: OrgId,
    publication: StoredPublication,
}

impl World {
    async fn new() -> Self {
        let fresh = fresh().await;
        let (acme, _) = tenant(&fresh.store, "acme").await;
        let (globex, _) = tenant(&fresh.store, "globex").await;
        let publication = published(&fresh.store, &acme).await;
        Self {
            fresh,
            acme,
            globex,
            publication,
        }
    }

    fn store(&self) -> &Store {
        &self.fresh.store
    }

    fn delivery(&self, key: &str, second: i64) -> NewDelivery {
        NewDelivery {
            id: id("dlv"),
            installation: self.publication.installation.clone(),
            publication: self.publication.id.clone(),
            dedupe_key: key.to_owned(),
            replay_of: None,
            rule: "signed".to_owned(),
            conversation: Some("7".to_owned()),
            place: None,
            received: b"what came, sealed".to_vec(),
            bytes: 17,
            job: Some(NewJob {
                id: id("job"),
                kind: "delivery".to_owned(),
                name: "agent:agent".to_owned(),
                ordering_key: None,
                once_key: None,
                actor: "svc".to_owned(),
                asker: "{}".to_owned(),
                payload: "{}".to_owned(),
                run_at: at(second),
                max_attempts: 2,
                created_at: at(second),
            }),
            created_at: at(second),
        }
    }

    async fn record(&self, new: &NewDelivery) -> Recorded {
        self.store().record_delivery(&self.acme, new).await.unwrap()
    }

    async fn claim(&self, second: i64) -> Vec<ClaimedJob> {
        let claim = ClaimJobs {
            kinds: &["delivery"],
            holder: "a worker",
            now: at(second),
            until: at(second + 10),
            limit: 10,
        };
        self.store().claim_jobs(&claim).await.unwrap()
    }

    async fn listed(&self) -> Vec<DeliveryId> {
        let all = DeliveryFilter::default();
        let listed = self.store().deliveries(&self.acme, &all, 10).await.unwrap();
        listed.into_iter().map(|one| one.id).collect()
    }
}

#[tokio::test]
async fn a_delivery_is_recorded_with_its_work_once_and_counted_after_that() {
    let world = World::new().await;
    let first = world.delivery("e1", 1);
    assert_eq!(world.record(&first).await, Recorded::New);
    for _ in 0..3 {
        let again = world.record(&world.delivery("e1", 2)).await;
        assert_eq!(again, Recorded::Already(first.id.clone()));
    }
    let found = world
        .store()
        .delivery(&world.acme, &first.id)
        .await
        .unwrap();
    let found = found.unwrap();
    assert_eq!(
        (found.duplicates, found.accepted, found.bytes),
        (3, true, 17)
    );
    assert_eq!(found.progress.unwrap().state, JobState::Queued);
    assert_eq!(world.claim(5).await.len(), 1, "one job for four");
    // The same key through another installation is another event.
    let other = published(world.store(), &world.acme).await;
    let elsewhere = NewDelivery {
        installation: other.installation,
        publication: other.id.clone(),
        ..world.delivery("e1", 3)
    };
    assert_eq!(world.record(&elsewhere).await, Recorded::New);
    let of_other = DeliveryFilter {
        publication: Some(&other.id),
        ..DeliveryFilter::default()
    };
    let listed = world
        .store()
        .deliveries(&world.acme, &of_other, 10)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(world.listed().await, [elsewhere.id, first.id]);
}

#[tokio::test]
async fn of_many_at_once_with_one_key_one_is_recorded() {
    let world = World::new().await;
    let all = (0..50).map(|_| world.delivery("e1", 1));
    let all: Vec<_> = all.collect();
    let recorded = futures(&world, &all).await;
    let new = recorded.iter().filter(|one| **one == Recorded::New).count();
    assert_eq!((new, recorded.len()), (1, 50));
    assert_eq!(world.claim(5).await.len(), 1);
}

async fn futures(world: &World, all: &[NewDelivery]) -> Vec<Recorded> {
    let mut running = tokio::task::JoinSet::new();
    for new in all {
        let (store, acme, new) = (world.store().clone(), world.acme.clone(), new.clone());
        running.spawn(async move { store.record_delivery(&acme, &new).await.unwrap() });
    }
    running.join_all().await
}

#[tokio::test]
async fn what_was_ignored_makes_room_for_the_same_once_it_counts() {
    let world = World::new().await;
    let ignored = |second| NewDelivery {
        job: None,
        rule: "publication_paused".to_owned(),
        ..world.delivery("e1", second)
    };
    let first = ignored(1);
    assert_eq!(world.record(&first).await, Recorded::New);
    let again = world.record(&ignored(2)).await;
    assert_eq!(again, Recorded::Already(first.id));
    assert!(world.claim(5).await.is_empty());
    let counts = world.delivery("e1", 3);
    assert_eq!(world.record(&counts).await, Recorded::New);
    assert_eq!(world.listed().await, std::slice::from_ref(&counts.id));
    let late = world.record(&ignored(4)).await;
    assert_eq!(late, Recorded::Already(counts.id));
}

#[tokio::test]
async fn only_who_holds_the_job_writes_down_where_a_delivery_is_said() {
    let world = World::new().await;
    let new = world.delivery("e1", 1);
    world.record(&new).await;
    let (old, session) = (world.claim(2).await.remove(0).lease, id("sess"));
    let lease = world.claim(20).await.remove(0).lease;
    let store = world.store();
    assert!(!store.delivery_said(&old, &new.id, &session).await.unwrap());
    assert!(
        store
            .delivery_said(&lease, &new.id, &session)
            .await
            .unwrap()
    );
    store
        .delivery_answered(&lease, &new.id, at(21))
        .await
        .unwrap();
    store.end_job(&lease, &JobEnd::Done, at(22)).await.unwrap();
    let found = store.delivery(&world.acme, &new.id).await.unwrap().unwrap();
    assert_eq!(
        (found.session, found.answered_at),
        (Some(session), Some(at(21)))
    );
}

#[tokio::test]
async fn old_deliveries_are_forgotten_but_for_what_is_still_to_be_done() {
    let world = World::new().await;
    let (done, open) = (world.delivery("e1", 1), world.delivery("e2", 2));
    world.record(&done).await;
    let claimed = world.claim(1).await.remove(0);
    world
        .store()
        .end_job(&claimed.lease, &JobEnd::Done, at(2))
        .await
        .unwrap();
    world.record(&open).await;
    let young = world.delivery("e3", 50);
    world.record(&young).await;
    assert_eq!(world.store().purge_deliveries(at(40), 10).await.unwrap(), 1);
    assert_eq!(world.listed().await, [young.id, open.id]);
}

#[tokio::test]
async fn another_organization_has_no_deliveries_of_this_one() {
    let world = World::new().await;
    let new = world.delivery("e1", 1);
    world.record(&new).await;
    let (store, globex) = (world.store(), &world.globex);
    assert_eq!(store.delivery(globex, &new.id).await.unwrap(), None);
    assert_eq!(store.received(globex, &new.id).await.unwrap(), None);
    let all = DeliveryFilter::default();
    assert!(store.deliveries(globex, &all, 10).await.unwrap().is_empty());
    let own = store.received(&world.acme, &new.id).await.unwrap();
    assert_eq!(own.unwrap(), b"what came, sealed");
}

#[tokio::test]
async fn deliveries_of_one_commit_are_recorded_in_order_and_each_once() {
    let world = World::new().await;
    let before = world.delivery("e2", 1);
    world.record(&before).await;
    let all = ["e1", "e2", "e3", "e1"].map(|key| world.delivery(key, 2));
    let of = all.clone().map(|new| (world.acme.clone(), new));
    let recorded = world.store().record_deliveries(&of).await.unwrap();
    let expected = [
        Recorded::New,
        Recorded::Already(before.id.clone()),
        Recorded::New,
        Recorded::Already(all[0].id.clone()),
    ];
    assert_eq!(recorded, expected);
    let [first, _, third, _] = all;
    assert_eq!(world.listed().await, [third.id, first.id, before.id]);
    assert_eq!(world.claim(5).await.len(), 3);
    let none = world.store().record_deliveries(&[]).await.unwrap();
    assert_eq!(none, []);
}

#[tokio::test]
async fn what_cannot_be_recorded_takes_the_others_of_its_commit_along_and_leaves_nothing() {
    let world = World::new().await;
    let good = world.delivery("e1", 1);
    let bad = NewDelivery {
        publication: id("pub"),
        ..world.delivery("e2", 1)
    };
    let of = [&good, &bad].map(|new| (world.acme.clone(), new.clone()));
    let refused = world.store().record_deliveries(&of).await.unwrap_err();
    assert_eq!(*refused.reason(), Reason::Missing);
    assert_eq!(world.listed().await, []);
    assert_eq!(world.claim(5).await, []);
    assert_eq!(world.record(&good).await, Recorded::New);
}

#[tokio::test]
async fn who_serves_a_file_lets_go_of_what_the_one_before_held() {
    let world = World::new().await;
    let new = world.delivery("e1", 1);
    world.record(&new).await;
    assert_eq!(world.claim(2).await.len(), 1);
    let sessions = [Some("pub/7"), None].map(|key| NewSession {
        id: id("sess"),
        agent: "agent".to_owned(),
        actor: "svc".to_owned(),
        title: "7".to_owned(),
        external_key: key.map(str::to_owned),
        scopes: "mcp".to_owned(),
        created_at: at(1),
    });
    let claim = async |store: &Store, session: &SessionId| {
        let claim = store.claim_session(&world.acme, session, "a turn", "mcp", at(3), at(30));
        claim.await.unwrap()
    };
    for session in &sessions {
        let begun = world.store().begin_session(&world.acme, session);
        begun.await.unwrap();
        assert!(claim(world.store(), &session.id).await.is_some());
    }
    // A command beside it lets go of nothing.
    let beside = world.fresh.beside().await;
    assert_eq!(world.claim(3).await, []);
    assert_eq!(claim(&beside, &sessions[0].id).await, None);
    let Some(serving) = world.fresh.served_alone().await else {
        return;
    };
    let again = world.claim(3).await.remove(0);
    assert_eq!((again.job.attempts, again.lease.fence), (2, 2));
    let lease = claim(&serving, &sessions[0].id).await.unwrap();
    assert_eq!(lease.fence, 2);
    // What a person said at a terminal may go on in a process of its own.
    assert_eq!(claim(&serving, &sessions[1].id).await, None);
}

#[tokio::test]
async fn a_delivery_is_found_by_the_key_of_its_event_in_its_own_organization() {
    let world = World::new().await;
    let new = world.delivery("e1", 1);
    world.record(&new).await;
    let found = async |organization: &OrgId, key: &str| {
        let installation = &world.publication.installation;
        let found = world
            .store()
            .delivery_of_event(organization, installation, key);
        found.await.unwrap().map(|one| one.id)
    };
    assert_eq!(found(&world.acme, "e1").await, Some(new.id));
    assert_eq!(found(&world.acme, "e2").await, None);
    assert_eq!(found(&world.globex, "e1").await, None);
}

#[tokio::test]
async fn what_waits_in_a_conversation_is_found_behind_a_delivery_and_hurried() {
    let world = World::new().await;
    let waits = |key: &str, second: i64| {
        let mut new = world.delivery(key, second);
        let job = new.job.as_mut().unwrap();
        job.ordering_key = Some("7".to_owned());
        job.run_at = at(100);
        new
    };
    let all = [waits("e1", 1), waits("e2", 2), waits("e3", 3)];
    for new in &all {
        world.record(new).await;
    }
    let elsewhere = NewDelivery {
        conversation: Some("8".to_owned()),
        ..world.delivery("e4", 4)
    };
    let ignored = NewDelivery {
        job: None,
        ..world.delivery("e5", 5)
    };
    world.record(&elsewhere).await;
    world.record(&ignored).await;
    let store = world.store();
    let first = store.delivery(&world.acme, &all[0].id).await.unwrap();
    let behind =
        |limit| store.deliveries_behind(&world.publication, first.as_ref().unwrap(), limit);
    let ids = |found: Vec<keyway_store::Delivery>| -> Vec<_> {
        found.into_iter().map(|one| one.id).collect()
    };
    let expected = [all[1].id.clone(), all[2].id.clone()];
    assert_eq!(ids(behind(10).await.unwrap()), expected);
    assert_eq!(ids(behind(1).await.unwrap()), expected[..1]);
    let claimed: Vec<_> = world.claim(50).await;
    assert_eq!(claimed.len(), 1, "the one that does not wait");
    // Another organization's order of the same name is another one.
    store.hurry_jobs(&world.globex, "7", at(51)).await.unwrap();
    assert!(world.claim(51).await.is_empty());
    store.hurry_jobs(&world.acme, "7", at(52)).await.unwrap();
    let claimed = world.claim(52).await.remove(0);
    assert_eq!(claimed.job.run_at, at(52));
    store
        .end_job(&claimed.lease, &JobEnd::Done, at(53))
        .await
        .unwrap();
    assert_eq!(world.claim(53).await.len(), 1, "in their order");
}

#[tokio::test]
async fn only_who_holds_the_job_ignores_or_moves_a_delivery() {
    let world = World::new().await;
    let new = world.delivery("e1", 1);
    world.record(&new).await;
    let old = world.claim(2).await.remove(0).lease;
    let lease = world.claim(20).await.remove(0).lease;
    let store = world.store();
    let mut found = store.delivery(&world.acme, &new.id).await.unwrap().unwrap();
    found.conversation = Some("9".to_owned());
    found.place = Some(r#"{"thread":"9"}"#.to_owned());
    assert!(!store.delivery_moved(&old, &found).await.unwrap());
    assert!(store.delivery_moved(&lease, &found).await.unwrap());
    let moved = store.delivery(&world.acme, &new.id).await.unwrap().unwrap();
    assert_eq!(
        (&moved.conversation, &moved.place),
        (&found.conversation, &found.place)
    );
    assert!(
        !store
            .delivery_ignored(&old, &new.id, "guest")
            .await
            .unwrap()
    );
    assert!(
        store
            .delivery_ignored(&lease, &new.id, "guest")
            .await
            .unwrap()
    );
    let ignored = store.delivery(&world.acme, &new.id).await.unwrap().unwrap();
    assert_eq!((ignored.accepted, &*ignored.rule), (false, "guest"));
    store.end_job(&lease, &JobEnd::Done, at(21)).await.unwrap();
    // The same event counts once it may.
    assert_eq!(world.record(&world.delivery("e1", 30)).await, Recorded::New);
}
