use keyway_app::jobs::ListJobs;
use keyway_core::{Action, Kind, Principal, Role};
use serde_json::json;

use super::world::{Queue, Ran, World, quick, task, telling};
use crate::policy::world::someone;

#[tokio::test]
async fn everyone_sees_their_own_jobs_and_who_administers_sees_all() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::idle(directory.path(), vec![telling(&Ran::default())], quick()).await;
    let wish = || Queue::new("note:keep", json!({ "text": "x" }));
    let member = someone(world.app(), Role::Member, "key", "mcp");
    let own = world.queue_as(&member, wish()).await.unwrap();
    let others = world.queue("note:keep", json!({ "text": "y" })).await;
    let jobs = world.app().jobs();
    let listed = async |who: &Principal| {
        let page = jobs.list(who, &ListJobs::default()).await.unwrap();
        page.jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(
        listed(&world.app().local()).await,
        [others.clone(), own.id.clone()]
    );
    assert_eq!(listed(&member).await, std::slice::from_ref(&own.id));
    assert_eq!(jobs.show(&member, &own.id).await.unwrap().id, own.id);
    for refused in [
        jobs.show(&member, &others).await,
        jobs.cancel(&member, &others).await,
        jobs.retry(&member, &others).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), Kind::NotFound);
    }
    let cancelled = jobs.cancel(&member, &own.id).await.unwrap();
    assert_eq!(cancelled.state, "cancelled");
    let again = jobs.cancel(&member, &own.id).await.unwrap_err();
    assert_eq!((again.kind(), again.code()), (Kind::Conflict, "job_state"));
    let retried = jobs.retry(&member, &own.id).await.unwrap();
    assert_eq!((retried.state, retried.attempts), ("queued", 0));
    world.stop().await;
}

#[tokio::test]
async fn a_list_is_paged_and_filtered_and_says_what_it_expects() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::idle(directory.path(), vec![telling(&Ran::default())], quick()).await;
    for number in 0..5 {
        world
            .queue("note:keep", json!({ "text": number.to_string() }))
            .await;
    }
    let (jobs, local) = (world.app().jobs(), world.app().local());
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let list = ListJobs {
            limit: Some(2),
            cursor: cursor.as_deref(),
            ..ListJobs::default()
        };
        let page = jobs.list(&local, &list).await.unwrap();
        assert!(page.jobs.len() <= 2);
        seen.extend(page.jobs.into_iter().map(|job| job.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let all: Vec<_> = world.all().await.into_iter().map(|job| job.id).collect();
    assert_eq!(seen, all);
    jobs.cancel(&local, &all[0]).await.unwrap();
    let list = |state, cursor| ListJobs {
        state,
        cursor,
        limit: None,
    };
    let page = jobs
        .list(&local, &list(Some("cancelled"), None))
        .await
        .unwrap();
    assert_eq!(page.jobs.len(), 1);
    for (bad, pointer) in [
        (list(Some("s3cret"), None), "/state"),
        (list(None, Some("s3cret")), "/cursor"),
    ] {
        let error = jobs.list(&local, &bad).await.unwrap_err();
        assert_eq!(error.problems()[0].pointer, pointer);
        assert!(!error.to_json().to_string().contains("s3cret"));
    }
    world.stop().await;
}

#[tokio::test]
async fn a_dead_letter_that_is_queued_again_runs_again() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let tell = ran.clone();
    let action: Action = task("once:wrong", move |_, note| {
        tell.add(note.text);
        let first = tell.all().len() == 1;
        async move {
            if first {
                return Err(keyway_core::Error::new(
                    Kind::Conflict,
                    "not_yet",
                    "not yet",
                ));
            }
            Ok(String::new())
        }
    });
    let world = World::start(directory.path(), vec![action]).await;
    let id = world.queue("once:wrong", json!({ "text": "x" })).await;
    world.reaches(&id, "dead").await;
    let local = world.app().local();
    world.app().jobs().retry(&local, &id).await.unwrap();
    world.reaches(&id, "done").await;
    assert_eq!(ran.all().len(), 2);
    world.stop().await;
}
