use keyway_store::{ClaimedJob, JobEnd, NewJob};

use super::world::{World, new};
use crate::support::at;

/// Claims of each at most three.
async fn claim(world: &World, second: i64) -> (Vec<ClaimedJob>, Vec<String>) {
    let claimed = world.claim_of_each(second, 3).await;
    let mut actors: Vec<_> = claimed.iter().map(|one| one.job.actor.clone()).collect();
    actors.sort_unstable();
    (claimed, actors)
}

#[tokio::test]
async fn attack_nobody_is_given_all_the_room_there_is() {
    let world = World::new().await;
    let of = |actor: &str, second: i64| NewJob {
        actor: actor.into(),
        ..new(second)
    };
    for _ in 0..20 {
        world.queue(&of("eve", 1)).await;
    }
    for (actor, second) in [("ann", 5), ("bob", 6)] {
        world.queue(&of(actor, second)).await;
    }
    // Those who came last are behind twenty of somebody else's.
    let (claimed, actors) = claim(&world, 7).await;
    assert_eq!(actors, ["ann", "eve", "eve", "eve"]);
    assert_eq!(claim(&world, 7).await.1, ["bob"]);
    assert_eq!(claim(&world, 7).await.1, Vec::<String>::new());
    // There is room for one more once one has ended.
    let eve = claimed.iter().find(|one| one.job.actor == "eve").unwrap();
    let ended = world.store().end_job(&eve.lease, &JobEnd::Done, at(8));
    ended.await.unwrap();
    assert_eq!(claim(&world, 8).await.1, ["eve"]);
    // Whoever held them is gone: they do not stand in their own way.
    assert_eq!(claim(&world, 99).await.1, ["ann", "eve", "eve", "eve"]);
    assert_eq!(claim(&world, 99).await.1, ["bob"]);
}
