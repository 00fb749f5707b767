//! What writing down costs, measured when it is asked for.

use keyway_app::{Event, EventKind};
use tokio::time::Instant;

use super::world::World;

/// `cargo nextest run -p keyway-app --run-ignored only audit::cost --no-capture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn of_a_note_and_of_a_record() {
    const NOTES: u32 = 5_000;
    let world = World::start(Vec::new()).await;
    let (app, who) = (world.process.app.clone(), world.process.app.local());
    let event = || Event::new(EventKind::Call, &who).target("tool", "mcp__files__read");
    for round in 1..=3 {
        let began = Instant::now();
        (0..NOTES).for_each(|_| app.audit().note(event()));
        println!("note: {:?}", began.elapsed() / NOTES);
        let before = Instant::now();
        app.audit().record(event()).await.unwrap();
        println!("all {NOTES} written after: {:?}", before.elapsed());
        let began = Instant::now();
        for _ in 0..500 {
            app.audit().record(event()).await.unwrap();
        }
        println!("record, one after the other: {:?}", began.elapsed() / 500);
        let began = Instant::now();
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let (app, event) = (app.clone(), event());
            writers.spawn(async move {
                for _ in 0..50 {
                    app.audit().record(event.clone()).await.unwrap();
                }
            });
        }
        writers.join_all().await;
        println!(
            "record, 64 at once: {:?} each, round {round}",
            began.elapsed() / 3_200
        );
    }
    world.process.stop().await;
}
